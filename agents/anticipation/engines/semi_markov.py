"""Many possible futures drawn from transitions and durations, those that fit the known length counting more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from agents.anticipation.engines.engine import CELLS, Belief, Floats, Observed, vocabulary_of
from agents.anticipation.engines.grammar import Context, Grammar
from agents.anticipation.engines.lengths import Lengths
from agents.anticipation.engines.memory import RememberingGrammar
from recordings.sequences import SegmentSequence

_MOST_STEPS = 60


@dataclass(slots=True)
class SemiMarkov:
    """order: the longest context; draws: futures; tightness: the standard deviation, in natural logarithms, that a future's
    length may have from the known one before it counts 0.6. Each future is stretched to the known length. memory: the ridge
    of a log-linear memory of everything done, None without one. relative: durations are learnt as shares of the whole, which
    then has to be known."""

    order: int = 4
    draws: int = 300
    tightness: float = 0.3
    memory: float | None = None
    relative: bool = False
    seed: int = 0
    name: str = "semi_markov"
    _grammar: Grammar = field(default_factory=lambda: Grammar((), 0), repr=False)
    _remembering: RememberingGrammar | None = field(default=None, repr=False)
    _lengths: Lengths = field(default_factory=Lengths, repr=False)

    @property
    def parameters(self) -> int:
        return (self._remembering or self._grammar).parameters + self._lengths.parameters

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self._grammar = Grammar(vocabulary_of(sequences), self.order)
        if self.memory is None:
            self._grammar.fit(sequences)
        else:
            self._remembering = RememberingGrammar(self._grammar, self.memory)
            self._remembering.fit(sequences)
        self._lengths = Lengths(self.relative)
        self._lengths.fit(sequences)

    def believe(self, observed: Observed) -> Belief:
        return self.believe_any([observed], [1.0])

    def believe_any(self, histories: Sequence[Observed], weights: Sequence[float]) -> Belief:
        """About the same question after several histories, one of which is right: draws are shared out by their weights, and
        a history whose futures fit the known length better counts more. weights: sum to 1."""
        rng = np.random.default_rng(self.seed)
        observed = histories[0]
        names = (*self._grammar.activities, *self._unknown(histories))
        limit = 2.5 * observed.rest_s if observed.rest_s is not None else observed.horizon_s
        parts = [
            self._draw(rng, history, names.index(history.segments[-1].activity), limit, draws)
            for history, draws in zip(histories, _shared_out(self.draws, weights), strict=True)
            if draws
        ]
        steps = max(which.shape[1] for which, _ in parts)
        which = np.concatenate([np.pad(w, ((0, 0), (0, steps - w.shape[1])), mode="edge") for w, _ in parts])
        lengths = np.concatenate([np.pad(le, ((0, 0), (0, steps - le.shape[1]))) for _, le in parts])
        sums = lengths.sum(axis=1)
        counted = np.ones(self.draws)
        if observed.rest_s is not None:
            off = np.log(np.maximum(sums, 1e-6) / observed.rest_s) / self.tightness
            counted = np.exp(-0.5 * np.minimum(off**2, (off**2).min() + 60.0) + 0.5 * (off**2).min())
            lengths = lengths * (observed.rest_s / np.maximum(sums, 1e-6))[:, None]
        return Belief(names, _shares(which, lengths, counted, observed.cell_times_s(), len(names)))

    def _unknown(self, histories: Sequence[Observed]) -> list[str]:
        """Current activities that training never showed."""
        current = dict.fromkeys(history.segments[-1].activity for history in histories)
        return [name for name in current if name not in self._grammar.number]

    def _unit_s(self, observed: Observed) -> float:
        if not self.relative:
            return 1.0
        return observed.total_s or 2.0 * (observed.now_s - observed.start_s + observed.horizon_s)

    def _draw(
        self, rng: np.random.Generator, observed: Observed, current: int, limit_s: float, draws: int
    ) -> tuple[npt.NDArray[np.int64], Floats]:
        """(draws, steps) activities, and their seconds from now; padded by zero seconds of the last activity."""
        grammar, segment = self._grammar, observed.segments[-1]
        unit = self._unit_s(observed)
        remaining, weights = self._lengths.remaining(segment.activity, segment.duration_s / unit)
        first = unit * _drawn(rng, remaining, weights, draws)
        columns, seconds = [np.full(draws, current)], [first]
        states = _States(self._remembering or grammar, grammar.history(observed.activities), grammar.end)
        at = np.zeros(draws, dtype=np.int64)
        gone = first.copy()
        active = np.arange(draws)
        for _ in range(_MOST_STEPS):
            active = active[gone[active] < limit_s]
            if not len(active):
                break
            here = at[active]
            taken = (states.cumulated(here) <= rng.random(len(active))[:, None]).sum(axis=1)
            taken = np.minimum(taken, grammar.end)
            at[active] = states.after(here, taken)
            column, length = columns[-1].copy(), np.zeros(draws)
            goes_on = taken != grammar.end
            active, taken = active[goes_on], taken[goes_on]
            column[active] = taken
            for number in np.unique(taken).tolist():
                of = active[taken == number]
                length[of] = unit * _drawn(rng, *self._lengths.known[grammar.activities[number]], len(of))
            columns.append(column)
            seconds.append(length)
            gone += length
        return np.stack(columns, axis=1), np.stack(seconds, axis=1)


class _States:
    """Numbers for what the next activity depends on, so that many futures are drawn at once."""

    def __init__(self, model: Grammar | RememberingGrammar, past: Context, kinds: int) -> None:
        self._model = model
        self._known = [model.state(past)]
        self._number = {self._known[0]: 0}
        self._rows: list[Floats] = []
        self._kinds = kinds

    def cumulated(self, numbers: npt.NDArray[np.int64]) -> Floats:
        """(n, activities + 1) cumulated probabilities of what begins next in each state."""
        needed = np.unique(numbers)
        for number in needed.tolist():
            while len(self._rows) <= number:
                self._rows.append(np.empty(0))
            if not len(self._rows[number]):
                self._rows[number] = np.cumsum(self._model.following(self._known[number]))
        table = np.stack([self._rows[number] for number in needed.tolist()])
        return np.asarray(table[np.searchsorted(needed, numbers)])

    def after(self, numbers: npt.NDArray[np.int64], activities: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(n,) states once the activities have begun; an end leaves a state as it was."""
        pairs, which = np.unique(numbers * (self._kinds + 1) + activities, return_inverse=True)
        found = np.empty(len(pairs), dtype=np.int64)
        for i, pair in enumerate(pairs.tolist()):
            number, activity = divmod(pair, self._kinds + 1)
            found[i] = number
            if activity != self._kinds:
                state = self._model.after(self._known[number], activity)
                found[i] = self._number.setdefault(state, len(self._known))
                if found[i] == len(self._known):
                    self._known.append(state)
        return found[which]


def _shared_out(draws: int, weights: Sequence[float]) -> list[int]:
    """`draws` in shares as near to the weights as whole numbers are (largest remainders)."""
    exact = np.asarray(weights) * draws
    whole = np.floor(exact).astype(int)
    for i in np.argsort(-(exact - whole), kind="stable")[: draws - int(whole.sum())]:
        whole[i] += 1
    return [int(n) for n in whole]


def _drawn(rng: np.random.Generator, values: Floats, weights: Floats, n: int) -> Floats:
    at = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(n), side="right")
    return np.asarray(values[np.minimum(at, len(values) - 1)])


def _shares(which: npt.NDArray[np.int64], lengths: Floats, weights: Floats, times: Floats, kinds: int) -> Floats:
    """(CELLS, kinds): the weight of the futures that do each activity at each time; after its end a future's last goes on."""
    ends = np.cumsum(lengths, axis=1)
    at = (ends[:, None, :] <= times[None, :, None]).sum(axis=2)
    doing = np.take_along_axis(which, np.minimum(at, which.shape[1] - 1), axis=1)
    flat = (np.arange(CELLS)[None, :] * kinds + doing).ravel()
    counted = np.bincount(flat, np.repeat(weights, CELLS), CELLS * kinds).reshape(CELLS, kinds)
    return np.asarray(counted / weights.sum())
