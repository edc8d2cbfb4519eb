"""From slots to time: the published rule, one activity a slot, and probabilities for every moment."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, softmax

# Just inside the window: beyond it, the last slot goes on.
_LAST = 1.0 - 1e-9

Doubles = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """What the queries answered about one window. actions: (queries, K + 1) logits; durations: (queries,)."""

    actions: Doubles = field(repr=False)
    durations: Doubles = field(repr=False)

    @property
    def said(self) -> Numbers:
        """(n,) activities of the slots before the first NONE; without one, all of them."""
        best = self.actions.argmax(axis=1)
        none = np.flatnonzero(best == self.actions.shape[1] - 1)
        return np.asarray(best[: none[0]] if len(none) else best, dtype=np.int64)

    @property
    def shares(self) -> Doubles:
        """(n,) shares of the window of the slots of `said`; they sum to 1."""
        return np.asarray(softmax(self.durations[: len(self.said)])) if len(self.said) else np.empty(0)


def laid_out(slots: Slots, steps: int, leftover: str = "last_said") -> Numbers:
    """(steps,) activities, −1 where nothing is said, as the published code lays slots out: int(0.5 + steps · share) each.

    leftover: what fills the steps that rounding leaves: `last_said` (the last slot before NONE) or `last_slot` (the published
    rule: slot N − 1, which may be NONE and then is wrong). Everything is −1 where the first slot is NONE.
    """
    said, shares = slots.said, slots.shares
    if not len(said):
        return np.full(steps, -1, dtype=np.int64)
    counts = (0.5 + steps * shares).astype(np.int64)
    found = np.repeat(said, counts)[:steps]
    fill = int(said[-1])
    if leftover == "last_slot":
        fill = int(slots.actions[-1].argmax())
        fill = -1 if fill == slots.actions.shape[1] - 1 else fill
    return np.concatenate([found, np.full(steps - len(found), fill, dtype=np.int64)])


def probabilities(slots: Slots, at: Doubles, blur: float) -> Doubles:
    """(moments, K): what is probably done at each moment, as shares of the window.

    A slot is there as far as no slot up to it is NONE; its length is its duration's share under that; where one slot ends and
    the next begins is known to a standard deviation of `blur` windows. Beyond all slots the last goes on.
    """
    chances = softmax(slots.actions, axis=1)
    there = np.maximum(np.cumprod(1.0 - chances[:, -1]), 1e-12)
    # The first slot is always there: something is done at every moment.
    there[0] = max(there[0], 1e-6)
    weights = np.exp(slots.durations - slots.durations.max()) * there
    ends = np.cumsum(weights / weights.sum())
    kinds = chances[:, :-1] / np.maximum(chances[:, :-1].sum(axis=1, keepdims=True), 1e-12)
    # What no slot fills is told by those that are there: a slot after NONE has a length of nothing, but an edge as blurred as any.
    inside = spread(ends, np.minimum(at, _LAST), blur) * there
    return np.asarray(inside / inside.sum(axis=1, keepdims=True) @ kinds)


def spread(ends: Doubles, at: Doubles, blur: float) -> Doubles:
    """(moments, slots): how probably each moment lies in each slot, when where a slot ends is known to `blur`; rows sum to 1."""
    edges = ends[None, :-1]
    passed = ndtr((at[:, None] - edges) / blur) if blur > 0 else (at[:, None] >= edges).astype(np.float64)
    edge = np.ones((len(at), 1))
    inside = np.clip(np.hstack([edge, passed]) - np.hstack([passed, 0 * edge]), 0.0, None)
    return np.asarray(inside / inside.sum(axis=1, keepdims=True))
