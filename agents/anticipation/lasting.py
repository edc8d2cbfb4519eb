"""How long activities last, as a smooth distribution: how much longer one goes on, how surely, and by what hour of the day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

QUANTILES = 21
_SHORTEST_S = 0.5
# Kernel widths in natural logarithms: below the first the same activity of two people would look like two activities.
_NARROWEST, _WIDEST = 0.08, 0.6
# What was never seen: a log-normal around the activity's median that counts as much as one observation. Its width spans a
# factor of about five either way, so that an activity that has outlasted everything known still has a median.
_TAIL_WIDTH = 1.0
_STEPS = 36
# Of more lengths than this, as many quantiles tell as much.
_MANY = 150


@dataclass(frozen=True, slots=True)
class Lasted:
    """One known length. weight: how much it counts. hour: of the day it began, NaN where that is not known."""

    seconds: float
    weight: float = 1.0
    hour: float = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class _Mixture:
    """Log-normals: (n,) means and widths of the logarithm, and shares that sum to 1."""

    centres: Floats
    widths: Floats
    shares: Floats

    def log_after(self, seconds: Floats) -> Floats:
        """(m,) the logarithms of the probabilities of lasting longer than each of (m,) seconds."""
        from scipy.special import log_ndtr

        with np.errstate(divide="ignore"):
            logs = np.log(np.maximum(seconds, 0.0))
        parts = log_ndtr((self.centres - logs[:, None]) / self.widths) + np.log(self.shares)
        top = parts.max(axis=1)
        return np.asarray(top + np.log(np.exp(parts - top[:, None]).sum(axis=1)))


class Lasting:
    """Lengths by activity. Each known length stands for a range around it (a log-normal kernel), rare activities for a wider
    one; where hours are known, those of a like hour count more. An activity that was never seen lasts as all together do."""

    def __init__(self, known: Mapping[str, Sequence[Lasted]] | None = None, *, hour_width: float | None = None) -> None:
        """hour_width: the standard deviation, in hours, of what counts as a like hour; None where hours do not matter."""
        self.known: dict[str, list[Lasted]] = {name: list(rows) for name, rows in (known or {}).items()}
        self.hour_width = hour_width
        self._kept: dict[tuple[str, float], _Mixture] = {}

    def learn(self, activity: str, seconds: float, weight: float = 1.0, hour: float = math.nan) -> None:
        self.known.setdefault(activity, []).append(Lasted(max(seconds, _SHORTEST_S), weight, hour))
        self._kept.clear()

    def copy(self) -> Lasting:
        return Lasting(self.known, hour_width=self.hour_width)

    def knows(self, activity: str) -> bool:
        return bool(self.known.get(activity))

    def median_s(self, activity: str) -> float | None:
        """The middle of what is known of an activity; None where nothing is."""
        rows = sorted((row.seconds, row.weight) for row in self.known.get(activity, ()))
        if not rows:
            return None
        weights = np.array([weight for _, weight in rows])
        middle = (np.cumsum(weights) - weights / 2) / weights.sum()
        return float(np.interp(0.5, middle, [seconds for seconds, _ in rows]))

    def share_within(self, activity: str, seconds: float, elapsed_s: float = 0.0, hour: float = math.nan) -> float:
        """The probability that it is over within `seconds` from now, having lasted `elapsed_s` already."""
        before, after = self._mixture(activity, hour).log_after(np.array([elapsed_s, elapsed_s + max(seconds, 0.0)]))
        return float(-math.expm1(min(after - before, 0.0)))

    def remaining_s(
        self, activity: str, elapsed_s: float, quantiles: Sequence[float], hour: float = math.nan
    ) -> list[float]:
        """The times within which it is over with each probability, by bisection of the logarithm. ValueError when nothing is known."""
        mixture = self._mixture(activity, hour)
        asked = np.clip(np.asarray(quantiles, dtype=np.float64), 1e-6, 1.0 - 1e-6)
        targets = mixture.log_after(np.array([elapsed_s]))[0] + np.log1p(-asked)
        low = np.full(len(asked), math.log(1e-3))
        high = low + 40.0
        for _ in range(_STEPS):
            middle = 0.5 * (low + high)
            longer = mixture.log_after(elapsed_s + np.exp(middle)) > targets
            low, high = np.where(longer, middle, low), np.where(longer, high, middle)
        return [float(seconds) for seconds in np.exp(0.5 * (low + high))]

    def _mixture(self, activity: str, hour: float) -> _Mixture:
        by_hour = self.hour_width is not None and not math.isnan(hour)
        hour = round(hour * 4) / 4 if by_hour else hour  # a quarter of an hour changes nothing, and is worked out once
        key = (activity, hour if by_hour else math.inf)
        if key not in self._kept:
            rows = self.known.get(activity) or [row for name in sorted(self.known) for row in self.known[name]]
            if not rows:
                raise ValueError(f"no length is known of {activity}, nor of anything else")
            self._kept[key] = self._smoothed(rows, hour)
        return self._kept[key]

    def _smoothed(self, rows: Sequence[Lasted], hour: float) -> _Mixture:
        logs = np.log(np.maximum([row.seconds for row in rows], _SHORTEST_S))
        weights = np.array([row.weight for row in rows], dtype=np.float64)
        if len(rows) > _MANY and self.hour_width is None:
            order = np.argsort(logs, kind="stable")
            middle = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
            logs = np.interp((np.arange(_MANY) + 0.5) / _MANY, middle, logs[order])
            weights = np.full(_MANY, weights.sum() / _MANY)
        if self.hour_width is not None and not math.isnan(hour):
            hours = np.array([row.hour for row in rows])
            apart = np.abs(hour - hours)
            apart = np.minimum(apart, 24.0 - apart)
            near = np.exp(-0.5 * (apart / self.hour_width) ** 2)
            weights = weights * (0.02 + 0.98 * np.where(np.isnan(hours), 1.0, near))
        total = weights.sum()
        effective = total**2 / float((weights**2).sum())
        mean = float(weights @ logs / total)
        spread = math.sqrt(max(float(weights @ (logs - mean) ** 2 / total), 0.0))
        width = float(np.clip(1.06 * spread * effective**-0.2, _NARROWEST, _WIDEST))
        order = np.argsort(logs, kind="stable")
        centre = float(logs[order][np.searchsorted(np.cumsum(weights[order]), 0.5 * total)])
        tail = 1.0 / (effective + 1.0)
        return _Mixture(
            np.append(logs, centre),
            np.append(np.full(len(logs), width), max(_TAIL_WIDTH, 1.5 * spread)),
            np.append(weights / total * (1.0 - tail), tail),
        )


def summarised(seconds: Sequence[float]) -> list[float]:
    """At most `QUANTILES` representative lengths of a sample, so that a model file stays small."""
    if len(seconds) <= QUANTILES:
        return sorted(round(s, 2) for s in seconds)
    at = (np.arange(QUANTILES) + 0.5) / QUANTILES
    return [round(float(q), 2) for q in np.quantile(np.array(seconds), at)]
