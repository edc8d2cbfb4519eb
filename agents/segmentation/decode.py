"""Viterbi decoding with a minimum duration for every label: no flicker, by construction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """Cells `[start, end)` in one state."""

    start: int
    end: int
    state: int


def decode(scores: Floats, minimum: Sequence[int] | int, switch_cost: float) -> list[Run]:
    """The best division of the cells into runs, each in one state and at least `minimum` cells long.

    scores: (cells, states), log-likelihoods. minimum: cells a run of each state must last (one number for all).
    switch_cost: nats paid for each change of state; the self-transition strength of a semi-Markov chain whose
    transitions are otherwise uniform (an explicit-duration hidden Markov model, Yu 2010, with a geometric tail).
    Maximises Σ scores − switch_cost · changes exactly, in O(cells · states). A recording shorter than the shortest
    minimum is one run. No cells give no runs. Ties go to the earlier state and the longer run.
    """
    cells, states = scores.shape
    if cells == 0 or states == 0:
        return []
    least = (
        np.full(states, minimum, dtype=np.int64) if isinstance(minimum, int) else np.asarray(minimum, dtype=np.int64)
    )
    least = np.minimum(np.maximum(least, 1), cells)
    total = np.zeros((cells + 1, states))
    np.cumsum(scores, axis=0, out=total[1:])

    # best[t]: score of the best division of cells [0, t); state_at[t]: the state of its last run.
    best = np.full(cells + 1, -np.inf)
    best[0] = switch_cost  # the first run pays nothing
    state_at = np.zeros(cells + 1, dtype=np.int64)
    alive = np.full(states, -np.inf)  # best score of a division of [0, t) whose last run is in this state
    began = np.zeros(states, dtype=np.int64)  # and where that run began
    began_at = np.zeros(cells + 1, dtype=np.int64)  # the same for the best state of each t: all that the way back needs
    every = np.arange(states)
    for t in range(1, cells + 1):
        stay = alive + scores[t - 1]
        start = t - least
        possible = start >= 0
        from_ = np.where(possible, start, 0)
        born = np.where(possible, best[from_] - switch_cost + total[t] - total[from_, every], -np.inf)
        fresh = born > stay
        alive = np.where(fresh, born, stay)
        began = np.where(fresh, from_, began)
        state_at[t] = state = int(np.argmax(alive))
        best[t], began_at[t] = alive[state], began[state]

    runs: list[Run] = []
    t = cells
    while t > 0:
        runs.append(Run(int(began_at[t]), t, int(state_at[t])))
        t = int(began_at[t])
    return _merged(runs[::-1])


def _merged(runs: Sequence[Run]) -> list[Run]:
    """Neighbouring runs of one state as one (possible only where a switch costs nothing)."""
    out: list[Run] = []
    for run in runs:
        if out and out[-1].state == run.state:
            out[-1] = Run(out[-1].start, run.end, run.state)
        else:
            out.append(run)
    return out
