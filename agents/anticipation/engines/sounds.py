"""A second stream beside the segments: sounds heard shortly before, and which activities usually followed them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from agents.anticipation.engines.engine import Belief, Observed
from recordings.sequences import Segment, SegmentSequence, joined

HEARD_S = 20.0
# Sounds of one moment are alike: together they count as half of what independent ones would (naive Bayes counts them twice).
_TRUST = 0.5
_MOST = 2.0


def heard(sounds: Sequence[Segment], now_s: float) -> frozenset[str]:
    """What sounded in the twenty seconds before and was over by then: a sound that goes on belongs to what comes."""
    return frozenset(s.activity for s in sounds if now_s - HEARD_S <= s.end_s <= now_s)


@dataclass(slots=True)
class SoundShift:
    """Moves probability between the activities that may come next by what was heard (naive Bayes, add-one smoothing).

    The current activity's own probability stays: sounds say what comes next here, not when. On EPIC-KITCHENS this kind of
    evidence adds nothing to the past actions; it is there for streams in which it does.
    """

    _followed: Counter[str] = field(default_factory=Counter, repr=False)
    _with: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter), repr=False)

    def fit(self, sequences: Sequence[SegmentSequence], sounds: Mapping[str, Sequence[Segment]]) -> None:
        """sounds: by the sequence's name; sequences without any teach nothing."""
        for sequence in sequences:
            events = sounds.get(sequence.name)
            if not events:
                continue
            for now, after in pairwise(joined(sequence.segments)):
                self._followed[after.activity] += 1
                for sound in heard(events, now.end_s):
                    self._with[sound][after.activity] += 1

    @property
    def moments(self) -> int:
        return self._followed.total()

    def shifted(self, belief: Belief, observed: Observed, sounds: Sequence[Segment]) -> Belief:
        """The belief with what may come next weighed by the sounds before now; unchanged where none is known."""
        known = [sound for sound in sorted(heard(sounds, observed.now_s)) if sound in self._with]
        if not known or not self.moments:
            return belief
        current = observed.segments[-1].activity
        ratios = np.array([1.0 if name == current else self._ratio(name, known) for name in belief.activities])
        others = np.array([name != current for name in belief.activities])
        moved = belief.probabilities * ratios
        before = belief.probabilities[:, others].sum(axis=1, keepdims=True)
        after = moved[:, others].sum(axis=1, keepdims=True)
        moved[:, others] *= np.divide(before, after, out=np.ones_like(after), where=after > 0)
        return Belief(belief.activities, moved)

    def _ratio(self, name: str, sounds: Sequence[str]) -> float:
        total = 0.0
        for sound in sounds:
            here = (self._with[sound][name] + 1.0) / (self._followed[name] + 2.0)
            anywhere = (self._with[sound].total() + 1.0) / (self.moments + 2.0)
            total += math.log(here / anywhere)
        return math.exp(max(-_MOST, min(_MOST, _TRUST * total)))
