"""The two engines that know nothing of order: the most frequent activity, and the current one going on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.anticipation.engines.engine import Belief, Observed, certain, trial_weights, vocabulary_of
from recordings.sequences import SegmentSequence


@dataclass(slots=True)
class MostFrequent:
    """The activity that most time of the training sequences was spent on."""

    name: str = "most_frequent"
    _vocabulary: tuple[str, ...] = field(default=(), repr=False)
    _top: str = field(default="", repr=False)

    @property
    def parameters(self) -> int:
        return 1

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self._vocabulary = vocabulary_of(sequences)
        seconds: Counter[str] = Counter()
        for sequence, weight in zip(sequences, trial_weights(sequences), strict=True):
            for segment in sequence.segments:
                seconds[segment.activity] += weight * segment.duration_s  # type: ignore[assignment]
        self._top = max(self._vocabulary, key=lambda name: (seconds[name], name))

    def believe(self, observed: Observed) -> Belief:
        return certain(self._vocabulary, observed, [(self._top, observed.horizon_s)])


@dataclass(slots=True)
class RepeatLast:
    """What is being done goes on."""

    name: str = "repeat_last"
    _vocabulary: tuple[str, ...] = field(default=(), repr=False)

    @property
    def parameters(self) -> int:
        return 0

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self._vocabulary = vocabulary_of(sequences)

    def believe(self, observed: Observed) -> Belief:
        current = observed.segments[-1].activity
        names = self._vocabulary if current in self._vocabulary else (*self._vocabulary, current)
        return certain(names, observed, [(current, observed.horizon_s)])
