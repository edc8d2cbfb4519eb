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
_MOST_CONTEXTS = 50_000


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
    _met: _Contexts | None = field(default=None, repr=False)
    _table: tuple[Floats, Floats] | None = field(default=None, repr=False)

    @property
    def parameters(self) -> int:
        return (self._remembering or self._grammar).parameters + self._lengths.parameters

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self._grammar, self._met, self._table = Grammar(vocabulary_of(sequences), self.order), None, None
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
        names, which, lengths, counted = self._futures(histories, weights)
        doing = _doing(which, lengths, histories[0].cell_times_s())
        return Belief(names, _shares(doing, counted, len(names)))

    def futures(self, observed: Observed, count: int) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
        """Activities, and (count, CELLS) which of them is done: futures drawn one by one, as likely as they are believed."""
        names, which, lengths, counted = self._futures([observed], [1.0])
        doing = _doing(which, lengths, observed.cell_times_s())
        rng = np.random.default_rng((self.seed, 1))
        return names, doing[rng.choice(len(doing), size=count, p=counted / counted.sum())]

    def _futures(
        self, histories: Sequence[Observed], weights: Sequence[float]
    ) -> tuple[tuple[str, ...], npt.NDArray[np.int64], Floats, Floats]:
        """Activities; (draws, steps) which of them are done and their seconds; (draws,) how much each future counts."""
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
        return names, which, lengths, counted

    def _some_lengths(self, rng: np.random.Generator, activities: npt.NDArray[np.int64]) -> Floats:
        """(n,) a known length of each: one table, in which activity k lies between k and k + 1."""
        if self._table is None:
            known = [self._lengths.known[name] for name in self._grammar.activities]
            shares = [k + np.cumsum(weights) / weights.sum() for k, (_, weights) in enumerate(known)]
            self._table = np.concatenate([values for values, _ in known]), np.concatenate(shares)
        values, places = self._table
        at = np.searchsorted(places, activities + rng.random(len(activities)), side="right")
        return np.asarray(values[np.minimum(at, len(values) - 1)])

    def _contexts(self) -> _Contexts:
        if self._met is None or len(self._met) > _MOST_CONTEXTS:
            self._met = _Contexts(self._grammar)
        return self._met

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
        walk = _Walk(self._contexts(), self._remembering, grammar.history(observed.activities), draws)
        gone = first.copy()
        active = np.arange(draws)
        for _ in range(_MOST_STEPS):
            active = active[gone[active] < limit_s]
            if not len(active):
                break
            taken = (walk.cumulated(active) <= rng.random(len(active))[:, None]).sum(axis=1)
            taken = np.minimum(taken, grammar.end)
            walk.go(active, taken)
            column, length = columns[-1].copy(), np.zeros(draws)
            goes_on = taken != grammar.end
            active, taken = active[goes_on], taken[goes_on]
            column[active] = taken
            length[active] = unit * self._some_lengths(rng, taken)
            columns.append(column)
            seconds.append(length)
            gone += length
        return np.stack(columns, axis=1), np.stack(seconds, axis=1)


class _Contexts:
    """The contexts that were met, numbered, with what follows each: looked up for many futures at once, kept between questions."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._known: list[Context] = []
        self._number: dict[Context, int] = {}
        self._next: dict[int, int] = {}
        self._table = np.zeros((256, grammar.end + 1))

    def __len__(self) -> int:
        return len(self._known)

    def context(self, past: Context) -> Context:
        return self._grammar.state(past)[0]

    def number(self, context: Context) -> int:
        found = self._number.get(context)
        if found is None:
            found = self._number[context] = len(self._known)
            self._known.append(context)
            if found == len(self._table):
                self._table = np.concatenate([self._table, np.zeros_like(self._table)])
            self._table[found] = self._grammar.following((context, 0))
        return found

    def following(self, numbers: npt.NDArray[np.int64]) -> Floats:
        """(n, activities + 1) back-off probabilities of what begins next."""
        return np.asarray(self._table[numbers])

    def after(self, numbers: npt.NDArray[np.int64], taken: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(n,) contexts once the activities have begun; an end leaves a context as it was."""
        kinds = self._grammar.end + 1
        pairs, which = np.unique(numbers * kinds + taken, return_inverse=True)
        found = np.empty(len(pairs), dtype=np.int64)
        for i, pair in enumerate(pairs.tolist()):
            known = self._next.get(pair)
            if known is None:
                number, activity = divmod(pair, kinds)
                known = number
                if activity != self._grammar.end:
                    known = self.number(self._grammar.after((self._known[number], 0), activity)[0])
                self._next[pair] = known
            found[i] = known
        return found[which]


class _Walk:
    """Where each of many futures stands: its context, everything done in it, and its current activity (−1 before the first)."""

    def __init__(self, contexts: _Contexts, memory: RememberingGrammar | None, past: Context, draws: int) -> None:
        self._contexts, self._memory = contexts, memory
        self._at = np.full(draws, contexts.number(contexts.context(past)))
        self._current = np.full(draws, past[-1])
        self._done = np.tile(memory.done(past), (draws, 1)) if memory else np.zeros((draws, 0))

    def cumulated(self, active: npt.NDArray[np.int64]) -> Floats:
        """(n, activities + 1) cumulated probabilities of what begins next in each of the futures."""
        rows = self._contexts.following(self._at[active])
        if self._memory is not None:
            rows = self._memory.following_many(rows, self._done[active], self._current[active])
        return np.asarray(np.cumsum(rows, axis=1))

    def go(self, active: npt.NDArray[np.int64], taken: npt.NDArray[np.int64]) -> None:
        self._at[active] = self._contexts.after(self._at[active], taken)
        self._current[active] = taken
        if self._memory is not None:
            # The last column, which stands for the end, is 1 from the beginning.
            self._done[active, taken] = 1.0


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


def _doing(which: npt.NDArray[np.int64], lengths: Floats, times: Floats) -> npt.NDArray[np.int64]:
    """(draws, CELLS) what each future does at each time; after its end its last goes on."""
    ends = np.cumsum(lengths, axis=1)
    # For every end the first cell that lies behind it, counted up: how many ends lie before each cell.
    first = np.searchsorted(times, ends, side="left") + (np.arange(len(ends)) * (CELLS + 1))[:, None]
    counts = np.bincount(first.ravel(), minlength=len(ends) * (CELLS + 1)).reshape(len(ends), CELLS + 1)
    at = np.cumsum(counts[:, :CELLS], axis=1)
    return np.asarray(np.take_along_axis(which, np.minimum(at, which.shape[1] - 1), axis=1), dtype=np.int64)


def _shares(doing: npt.NDArray[np.int64], weights: Floats, kinds: int) -> Floats:
    """(CELLS, kinds): the weight of the futures that do each activity at each time."""
    flat = (np.arange(CELLS)[None, :] * kinds + doing).ravel()
    counted = np.bincount(flat, np.repeat(weights, CELLS), CELLS * kinds).reshape(CELLS, kinds)
    return np.asarray(counted / weights.sum())
