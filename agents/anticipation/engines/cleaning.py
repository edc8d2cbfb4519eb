"""What was probably done, where some of the observed labels are wrong: histories weighed by grammar, lengths and the error rate.

The forward pass of a hidden semi-Markov model (Yu, Artificial Intelligence 2010) whose segments' borders are known: the truth is a
sequence that the grammar likes, each activity lasting as such activities do, and each label is right with probability 1 − rate.
The grammar remembers everything done so far, so that exact sums are out of reach: the likeliest histories are kept (a beam).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.anticipation.engines.engine import Floats, Observed, vocabulary_of
from agents.anticipation.engines.grammar import Grammar, State
from agents.anticipation.engines.memory import RememberingGrammar
from recordings.sequences import Segment, SegmentSequence, joined

_BEAM = 48
_KEPT = 8
_ENOUGH = 0.97
# Kernel width of lengths in natural logarithms, and the probability that a length is like no known one.
_WIDTH = 0.3
_STRANGE = 0.02


@dataclass(frozen=True, slots=True)
class History:
    """What may have been done, and how probable that is among the histories that were kept."""

    observed: Observed
    weight: float


@dataclass(slots=True)
class Cleaning:
    """rate: the share of labels that are wrong, as measured on training people. order, memory: of the grammar."""

    rate: float
    order: int = 3
    memory: float = 0.3
    _grammar: RememberingGrammar | None = field(default=None, repr=False)
    _logs: dict[int, Floats] = field(default_factory=dict, repr=False)
    _all: Floats = field(default_factory=lambda: np.zeros(1), repr=False)

    @property
    def parameters(self) -> int:
        return 0 if self._grammar is None else self._grammar.parameters + sum(map(len, self._logs.values()))

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        names = vocabulary_of(sequences)
        self._grammar = RememberingGrammar(Grammar(names, self.order), self.memory)
        self._grammar.fit(sequences)
        rows: dict[int, list[float]] = {}
        for sequence in sequences:
            for segment in sequence.segments:
                rows.setdefault(names.index(segment.activity), []).append(math.log(max(segment.duration_s, 0.1)))
        self._logs = {
            number: np.sort(np.array(values))[:: max(1, len(values) // 100)] for number, values in rows.items()
        }
        self._all = np.sort(np.concatenate(list(self._logs.values())))[::5]

    def histories(self, observed: Observed) -> list[History]:
        """At most eight histories, likeliest first, their weights summing to 1. With a rate of 0, what was observed alone."""
        segments = observed.segments
        if self._grammar is None or self.rate <= 0:
            return [History(observed, 1.0)]
        grammar = self._grammar
        names = grammar.grammar.activities
        kinds = len(names)
        lasting = [self._lasting(s.duration_s, last=s is segments[-1]) for s in segments]
        beam: list[tuple[float, State, tuple[int, ...]]] = [(0.0, grammar.state(grammar.grammar.history(())), ())]
        for segment, likely in zip(segments, lasting, strict=True):
            seen = np.full(kinds, self.rate / max(kinds - 1, 1))
            number = grammar.grammar.number.get(segment.activity)
            if number is not None:
                seen[number] = 1.0 - self.rate
            scores = [
                score + np.log(np.maximum(grammar.following(state)[:kinds], 1e-9)) + np.log(seen) + likely
                for score, state, _ in beam
            ]
            flat = np.concatenate(scores)
            best = np.argsort(-flat, kind="stable")[:_BEAM]
            grown = []
            for place in best.tolist():
                _, state, done = beam[place // kinds]
                taken = place % kinds
                grown.append((float(flat[place]), grammar.after(state, taken), (*done, taken)))
            beam = grown
        top = np.array([score for score, _, _ in beam])
        weights = np.exp(top - top.max())
        weights /= weights.sum()
        found: list[History] = []
        for (_, _, done), weight in zip(beam, weights.tolist(), strict=True):
            cleaned = joined(Segment(names[n], s.start_s, s.end_s) for n, s in zip(done, segments, strict=True))
            found.append(History(Observed(cleaned, observed.horizon_s, observed.total_s), weight))
            if len(found) == _KEPT or sum(h.weight for h in found) >= _ENOUGH:
                break
        total = sum(h.weight for h in found)
        return [History(h.observed, h.weight / total) for h in found]

    def _lasting(self, seconds: float, last: bool) -> Floats:
        """(activities,) the logarithm of how well a length fits each: a density, or for what goes on the share that lasts longer."""
        at = math.log(max(seconds, 0.1))
        anyone = self._fits(self._all, at, last)
        count = len(self._logs)
        return np.log([(1 - _STRANGE) * self._fits(self._logs[n], at, last) + _STRANGE * anyone for n in range(count)])

    @staticmethod
    def _fits(logs: Floats, at: float, last: bool) -> float:
        apart = (at - logs) / _WIDTH
        if last:
            from scipy.special import ndtr

            return float(ndtr(-apart).mean()) + 1e-6
        return float(np.exp(-0.5 * apart**2).mean()) + 1e-6
