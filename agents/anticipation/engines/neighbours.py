"""What followed in known sequences at the moments most like now, stretched to what is left of this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from agents.anticipation.engines.engine import CELLS, Belief, Observed, vocabulary_of
from recordings.sequences import SegmentSequence, joined


@dataclass(frozen=True, slots=True)
class _Moment:
    """An occurrence of an activity in a known sequence: where it lies, and what had happened by then."""

    sequence: int
    position: int
    done: frozenset[str]
    before: tuple[str, str]


@dataclass(slots=True)
class PrefixNeighbours:
    """Every occurrence of the current activity in every known trial (one view of each) votes with exp(−distance / width).

    Distance: unlike histories (Jaccard), other activities just before, another share of the whole gone. Time is aligned inside
    the activity by how long it has lasted.
    """

    width: float = 0.25
    name: str = "prefix_neighbours"
    _vocabulary: tuple[str, ...] = field(default=(), repr=False)
    _known: list[SegmentSequence] = field(default_factory=list, repr=False)
    _moments: dict[str, list[_Moment]] = field(default_factory=dict, repr=False)

    @property
    def parameters(self) -> int:
        return 2 * sum(len(s.segments) for s in self._known)

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self._vocabulary = vocabulary_of(sequences)
        self._known, self._moments = [], {}
        trials: set[str] = set()
        for sequence in sorted(sequences, key=lambda s: s.name):
            if (sequence.trial or sequence.name) in trials:
                continue
            trials.add(sequence.trial or sequence.name)
            number = len(self._known)
            self._known.append(sequence)
            names = sequence.activities
            for i, name in enumerate(names):
                moment = _Moment(number, i, frozenset(names[: i + 1]), _before(names[:i]))
                self._moments.setdefault(name, []).append(moment)

    def believe(self, observed: Observed) -> Belief:
        current = observed.segments[-1].activity
        vocabulary = self._vocabulary if current in self._vocabulary else (*self._vocabulary, current)
        probabilities = np.zeros((CELLS, len(vocabulary)))
        for known, now, weight in self.nearest(observed):
            probabilities[np.arange(CELLS), _followed(vocabulary, known, now, observed)] += weight
        return Belief(vocabulary, probabilities / probabilities.sum(axis=1, keepdims=True))

    def nearest(self, observed: Observed, count: int = 60) -> list[tuple[SegmentSequence, float, float]]:
        """Known sequences with the moment of each that is most like now and its weight, the most alike first."""
        segments = joined(observed.segments)
        current, names = segments[-1], tuple(s.activity for s in segments)
        moments = self._moments.get(current.activity) or [m for all_ in self._moments.values() for m in all_]
        done, before = frozenset(names), _before(names[:-1])
        gone_s = observed.now_s - observed.start_s
        distances: list[float] = []
        futures: list[tuple[SegmentSequence, float]] = []
        for moment in moments:
            known = self._known[moment.sequence]
            here = known.segments[moment.position]
            now = min(here.start_s + current.duration_s, here.end_s - 1e-6)
            share = (now - known.start_s) / known.duration_s
            apart = 1.0 - len(done & moment.done) / len(done | moment.done)
            apart += 0.5 * (before[0] != moment.before[0]) + 0.25 * (before[1] != moment.before[1])
            if observed.total_s is not None:
                apart += 2.0 * abs(share - gone_s / observed.total_s)
            distances.append(
                apart
                + 0.5
                * abs(np.log((here.duration_s + 1.0) / (current.duration_s + 1.0)))
                * (here.duration_s < current.duration_s)
            )
            futures.append((known, now))
        near = np.array(distances) - min(distances)
        weights = np.exp(-near / self.width)
        kept = np.argsort(-weights, kind="stable")[:count]
        return [(*futures[i], float(weights[i])) for i in kept]


def _before(names: Sequence[str]) -> tuple[str, str]:
    return (names[-1] if names else "", names[-2] if len(names) > 1 else "")


def _followed(
    vocabulary: tuple[str, ...], known: SegmentSequence, now_s: float, observed: Observed
) -> npt.NDArray[np.int64]:
    """(CELLS,) numbers of what was done after `now_s`, its rest stretched to what is left here."""
    pace = 1.0 if observed.rest_s is None else (known.end_s - now_s) / observed.rest_s
    ends = np.array([s.end_s for s in known.segments])
    at = np.minimum(np.searchsorted(ends, now_s + pace * observed.cell_times_s(), side="right"), len(ends) - 1)
    numbers = np.array([vocabulary.index(s.activity) for s in known.segments], dtype=np.int64)
    return np.asarray(numbers[at])
