"""The likeliest follower of the longest known context, again and again, each for as long as it usually lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.anticipation.engines.engine import Belief, Observed, certain, vocabulary_of
from agents.anticipation.engines.grammar import Grammar
from agents.anticipation.engines.lengths import Lengths
from recordings.sequences import SegmentSequence

_MOST_STEPS = 100


@dataclass(slots=True)
class Markov:
    """order: the longest context. The current activity goes on for the mean of what remained once it had lasted so long."""

    order: int = 1
    _grammar: Grammar = field(default_factory=lambda: Grammar((), 0), repr=False)
    _lengths: Lengths = field(default_factory=Lengths, repr=False)

    @property
    def name(self) -> str:
        return f"markov_{self.order}"

    @property
    def parameters(self) -> int:
        return self._grammar.parameters + self._lengths.parameters

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self._grammar = Grammar(vocabulary_of(sequences), self.order)
        self._grammar.fit(sequences)
        self._lengths.fit(sequences)

    def believe(self, observed: Observed) -> Belief:
        current = observed.segments[-1]
        past = list(self._grammar.history(observed.activities))
        names = self._grammar.activities
        if current.activity not in names:
            names = (*names, current.activity)
        planned = [(current.activity, self._lengths.mean_remaining_s(current.activity, current.duration_s))]
        while sum(seconds for _, seconds in planned) < observed.horizon_s and len(planned) < _MOST_STEPS:
            following = int(np.argmax(self._grammar.longest(tuple(past))))
            if following == self._grammar.end:
                break
            past.append(following)
            name = self._grammar.activities[following]
            planned.append((name, self._lengths.mean_s(name)))
        return certain(names, observed, planned)
