"""How long activities last, and how much of one remains once it has lasted a while."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.anticipation.engines.engine import Floats, trial_weights
from recordings.sequences import SegmentSequence

# Once it has outlasted everything known, an activity goes on for about this share of what it has lasted.
_OUTLASTED = 0.25


class Lengths:
    """Durations of every activity in the training sequences, with weights: in seconds, or as shares of their whole."""

    def __init__(self, relative: bool = False) -> None:
        self.relative = relative
        self.known: dict[str, tuple[Floats, Floats]] = {}

    @property
    def parameters(self) -> int:
        return sum(len(values) for values, _ in self.known.values())

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        rows: dict[str, list[tuple[float, float]]] = {}
        for sequence, weight in zip(sequences, trial_weights(sequences), strict=True):
            for segment in sequence.segments:
                unit = sequence.duration_s if self.relative else 1.0
                rows.setdefault(segment.activity, []).append((segment.duration_s / unit, weight))
        self.known = {name: (np.array(sorted(r))[:, 0], np.array(sorted(r))[:, 1]) for name, r in rows.items()}

    def mean_s(self, activity: str) -> float:
        values, weights = self.known[activity]
        return float(values @ weights / weights.sum())

    def mean_remaining_s(self, activity: str, elapsed_s: float) -> float:
        remaining, weights = self.remaining(activity, elapsed_s)
        return float(remaining @ weights / weights.sum())

    def remaining(self, activity: str, elapsed_s: float) -> tuple[Floats, Floats]:
        """What remained of the activities that had lasted so long, with weights; one guess where none had."""
        values, weights = self.known.get(activity, (np.empty(0), np.empty(0)))
        longer = values > elapsed_s
        if not longer.any():
            return np.array([max(_OUTLASTED * elapsed_s, 1e-3)]), np.ones(1)
        return values[longer] - elapsed_s, weights[longer]
