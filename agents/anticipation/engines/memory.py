"""Transitions that remember everything done so far, however long ago: nobody cuts the tomato twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from agents.anticipation.engines.engine import Floats, trial_weights
from agents.anticipation.engines.grammar import BEGIN, Context, Grammar, State
from recordings.sequences import SegmentSequence

_JACKKNIFE = 5
_FLOOR = 1e-4
_MOST_KEPT = 100_000


@dataclass(slots=True)
class RememberingGrammar:
    """P(next | history) ∝ exp(a · log back-off + b + W · done): a log-linear model on top of a `Grammar`.

    done: which activities have happened. The back-off probabilities that it is fitted on come from a grammar of other people,
    so that what is rare is not taken for certain. penalty: ridge on W and b.
    """

    grammar: Grammar
    penalty: float = 1.0
    _strength: float = 1.0
    _weights: Floats = field(default_factory=lambda: np.zeros((0, 0)), repr=False)
    _kept: dict[State, Floats] = field(default_factory=dict, repr=False)

    @property
    def parameters(self) -> int:
        return self.grammar.parameters + self._weights.size + 1

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self._kept.clear()
        self.grammar.fit(sequences)
        people = sorted({s.subject or s.name for s in sequences})
        bases, done, followers, weights, currents = [], [], [], [], []
        for part in range(min(_JACKKNIFE, len(people))):
            apart = set(people[part::_JACKKNIFE])
            others = [s for s in sequences if (s.subject or s.name) not in apart]
            mine = [s for s in sequences if (s.subject or s.name) in apart]
            base = Grammar(self.grammar.activities, self.grammar.order)
            base.fit(others or sequences)
            for sequence, weight in zip(mine, trial_weights(mine), strict=True):
                past = base.history(sequence.activities)
                for i, follower in enumerate((*past[1:], base.end), start=1):
                    bases.append(base.following(base.state(past[:i])))
                    done.append(self._done(_bits(past[:i])))
                    followers.append(follower)
                    currents.append(past[i - 1])
                    weights.append(weight)
        self._solve(np.stack(bases), np.stack(done), np.array(followers), np.array(currents), np.array(weights))

    def state(self, past: Context) -> State:
        return self.grammar.state(past)[0], _bits(past)

    def after(self, state: State, number: int) -> State:
        return self.grammar.after(state, number)[0], state[1] | (1 << number)

    def following(self, state: State) -> Floats:
        """(K + 1,) probabilities of what begins next, or of the end; never the current activity again."""
        known = self._kept.get(state)
        if known is not None:
            return known
        scores = self._strength * np.log(self.grammar.following((state[0], 0)) + _FLOOR)
        scores += self._weights @ self._done(state[1])
        if state[0][-1] != BEGIN:
            scores[state[0][-1]] = -np.inf
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[state] = np.asarray(shares)
        return self._kept[state]

    def following_many(self, bases: Floats, done: Floats, currents: npt.NDArray[np.int64]) -> Floats:
        """(n, K + 1), as `following`. bases: (n, K + 1) back-off probabilities; done: (n, K + 1) as `done`; currents: (n,)."""
        scores = self._strength * np.log(bases + _FLOOR) + done @ self._weights.T
        begun = np.flatnonzero(currents != BEGIN)
        scores[begun, currents[begun]] = -np.inf
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def done(self, past: Context) -> Floats:
        """(K + 1,) 1 for what was done; the last is always 1."""
        return self._done(_bits(past))

    def _done(self, bits: int) -> Floats:
        """(K + 1,) 1 for what was done; the last is always 1, so that every activity has its own constant."""
        found = np.array([bits >> i & 1 for i in range(self.grammar.end + 1)], dtype=np.float64)
        found[-1] = 1.0
        return found

    def _solve(
        self, bases: Floats, done: Floats, followers: npt.NDArray[np.int64], currents: npt.NDArray[np.int64], weights: Floats
    ) -> None:  # fmt: skip
        from scipy.optimize import minimize

        kinds = self.grammar.end + 1
        logs = np.log(bases + _FLOOR)
        rows = np.arange(len(followers))
        barred = np.zeros_like(logs, dtype=bool)
        barred[rows[currents != BEGIN], currents[currents != BEGIN]] = True
        truth = np.zeros_like(logs)
        truth[rows, followers] = 1.0

        def loss(x: Floats) -> tuple[float, Floats]:
            strength, w = x[0], x[1:].reshape(kinds, kinds)
            scores = np.where(barred, -np.inf, strength * logs + done @ w.T)
            scores = scores - scores.max(axis=1, keepdims=True)
            shares = np.exp(scores)
            total = shares.sum(axis=1, keepdims=True)
            shares /= total
            said = scores[rows, followers] - np.log(total[:, 0])
            off = (shares - truth) * weights[:, None]
            slope_w = off.T @ done + self.penalty * w
            slope_s = float((off * logs).sum()) + (strength - 1.0)
            value = -float(weights @ said) + 0.5 * self.penalty * float((w**2).sum()) + 0.5 * (strength - 1.0) ** 2
            return value, np.concatenate([[slope_s], slope_w.ravel()])

        start = np.concatenate([[1.0], np.zeros(kinds * kinds)])
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
        self._strength, self._weights = float(found[0]), found[1:].reshape(kinds, kinds)


def _bits(past: Context) -> int:
    found = 0
    for number in past:
        if number != BEGIN:
            found |= 1 << number
    return found
