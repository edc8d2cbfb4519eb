"""How long activities last, and how much longer one goes on that has already lasted a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

QUANTILES = 21
# An activity that has outlasted everything known goes on for about as long as it has lasted (a heavy tail's median).
_OUTLASTED = 1.0
# With so few durations known, each stands for a range: the same activity lasts half or twice as long another time.
_FEW = 5
_SPREAD = (0.5, 0.71, 1.0, 1.41, 2.0)


class Durations:
    """Known durations by activity, in seconds, each with a weight."""

    def __init__(self, known: Mapping[str, Sequence[tuple[float, float]]] | None = None) -> None:
        self.known: dict[str, list[tuple[float, float]]] = {name: list(rows) for name, rows in (known or {}).items()}

    def learn(self, activity: str, seconds: float, weight: float = 1.0) -> None:
        self.known.setdefault(activity, []).append((seconds, weight))

    def copy(self) -> Durations:
        return Durations(self.known)

    def median_s(self, activity: str) -> float | None:
        return None if activity not in self.known else _quantiles(self.known[activity], (0.5,))[0]

    def remaining_s(self, activity: str, elapsed_s: float, quantiles: Sequence[float]) -> list[float] | None:
        """Quantiles of the time that an activity goes on after `elapsed_s`; None when its durations are unknown.

        Conditional on having lasted so long: only durations above `elapsed_s` count.
        """
        if activity not in self.known:
            return None
        rows = self.known[activity]
        if len(rows) < _FEW:
            rows = [(seconds * factor, weight) for seconds, weight in rows for factor in _SPREAD]
        longer = [(seconds - elapsed_s, weight) for seconds, weight in rows if seconds > elapsed_s]
        if 0 < len(longer) < _FEW:  # a single longer one is no interval either
            longer = [(seconds * factor, weight) for seconds, weight in longer for factor in _SPREAD]
        if longer:
            return _quantiles(longer, quantiles)
        # Pareto with the stated median: survival (1 + t / elapsed)^-1.
        return [_OUTLASTED * max(elapsed_s, 1.0) * q / (1.0 - q) for q in quantiles]


def _quantiles(rows: Sequence[tuple[float, float]], quantiles: Sequence[float]) -> list[float]:
    ordered = sorted(rows)
    values: npt.NDArray[np.float64] = np.array([seconds for seconds, _ in ordered])
    weights = np.array([weight for _, weight in ordered])
    middle = (np.cumsum(weights) - weights / 2) / weights.sum()
    return [float(v) for v in np.interp(quantiles, middle, values)]


def summarised(seconds: Sequence[float]) -> list[float]:
    """At most `QUANTILES` representative durations of a sample, so that a model file stays small."""
    if len(seconds) <= QUANTILES:
        return sorted(round(s, 2) for s in seconds)
    at = (np.arange(QUANTILES) + 0.5) / QUANTILES
    return [round(float(q), 2) for q in np.quantile(np.array(seconds), at)]
