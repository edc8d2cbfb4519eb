"""Which activity follows a history, or that nothing follows: contexts up to six long, shorter ones filling in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from agents.anticipation.engines.engine import Floats, trial_weights
from recordings.sequences import SegmentSequence

BEGIN = -1
Context = tuple[int, ...]
# The last activities, and everything done as a set of bits (0 where nothing is remembered).
State = tuple[Context, int]


class Grammar:
    """Interpolated back-off after Witten and Bell (IEEE Trans. Information Theory, 1991) over K activities and the end (K)."""

    def __init__(self, activities: tuple[str, ...], order: int) -> None:
        self.activities = activities
        self.order = order
        self.number = {name: i for i, name in enumerate(activities)}
        self.counts: dict[Context, Floats] = {}
        self._kept: dict[Context, Floats] = {}

    @property
    def end(self) -> int:
        return len(self.activities)

    @property
    def parameters(self) -> int:
        return int(sum(np.count_nonzero(row) for row in self.counts.values()))

    def history(self, names: Sequence[str]) -> Context:
        """Numbers after the beginning mark, repeats joined; activities never seen in training are left out."""
        found = [BEGIN]
        for name in names:
            number = self.number.get(name)
            if number is not None and number != found[-1]:
                found.append(number)
        return tuple(found)

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        counts: dict[Context, Floats] = defaultdict(lambda: np.zeros(self.end + 1))
        for sequence, weight in zip(sequences, trial_weights(sequences), strict=True):
            past = self.history(sequence.activities)
            followers = (*past[1:], self.end)
            for i, follower in enumerate(followers, start=1):
                for order in range(min(i, self.order) + 1):
                    counts[past[i - order : i]][follower] += weight
        self.counts = dict(counts)
        self._kept.clear()

    def state(self, past: Context) -> State:
        """What of a history the next activity depends on."""
        return past[-max(self.order, 1) :], 0

    def after(self, state: State, number: int) -> State:
        """The state once `number` has begun."""
        return (*state[0], number)[-max(self.order, 1) :], 0

    def following(self, state: State) -> Floats:
        """(K + 1,) probabilities of what begins next, or of the end; never the current activity again."""
        past = state[0]
        if past not in self._kept:
            self._kept[past] = self._filled(past)
        return self._kept[past]

    def _filled(self, past: Context) -> Floats:
        shares = self.counts[()] / self.counts[()].sum()
        for order in range(1, min(self.order, len(past)) + 1):
            followers = self.counts.get(past[-order:])
            if followers is None:
                break
            n, kinds = followers.sum(), np.count_nonzero(followers)
            shares = (followers + kinds * shares) / (n + kinds)
        shares = shares.copy()
        if past[-1] != BEGIN:
            shares[past[-1]] = 0.0
        if shares.sum() <= 0:
            shares[self.end] = 1.0
        return np.asarray(shares / shares.sum())

    def longest(self, past: Context) -> Floats:
        """(K + 1,) shares after the longest context of the history that was seen, without filling in."""
        for order in range(min(self.order, len(past)), -1, -1):
            followers = self.counts.get(past[len(past) - order :])
            if followers is not None and followers.sum() > 0:
                return np.asarray(followers / followers.sum())
        raise ValueError("nothing was learnt")
