"""Trends of one channel after SensorLLM (Li et al., EMNLP 2025, section 3.2 and its stage-1 notebook): the exact rule.

Every pair of neighbouring samples is labelled: equal is steady, next larger rising, next smaller falling; no threshold, no
smoothing, no minimum duration. Neighbouring intervals with one label merge. Times are i / rate rounded to two decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.floating]
Trend = Literal["rising", "falling", "steady"]
TRENDS: tuple[Trend, ...] = ("rising", "falling", "steady")


@dataclass(frozen=True, slots=True)
class TrendSegment:
    """`[start_s, end_s]` in seconds, two decimals; the end of a segment is the start of the next unless samples miss."""

    start_s: float
    end_s: float
    trend: Trend


@dataclass(frozen=True, slots=True)
class TrendSummary:
    """trend_num: kinds of trend present (0–3). change_num: merged segments, which is what SensorLLM calls changes (one more
    than the true changes). total_s: seconds of each kind present. overall: last value against first.
    """

    trend_num: int
    change_num: int
    total_s: dict[Trend, float]
    overall: Trend


def sample_time_s(index: int, rate_hz: float, offset_s: float = 0.0) -> float:
    """When sample `index` was taken, rounded to two decimals as every time in a trend text is."""
    return round(offset_s + float(index) / rate_hz, 2)


def exact_segments(values: Values, rate_hz: float, offset_s: float = 0.0) -> tuple[TrendSegment, ...]:
    """SensorLLM's segments of (m,) values. An interval that touches a missing sample (NaN) belongs to no segment.

    offset_s: time of the first sample; 0 is SensorLLM's own convention.
    """
    if len(values) < 2:
        return ()
    difference = np.diff(values)
    kinds = np.where(np.isnan(difference), 2, np.sign(difference))
    starts = np.flatnonzero(np.append(True, kinds[1:] != kinds[:-1]))
    ends = np.append(starts[1:], len(kinds))
    names: dict[int, Trend] = {1: "rising", -1: "falling", 0: "steady"}
    return tuple(
        TrendSegment(sample_time_s(a, rate_hz, offset_s), sample_time_s(b, rate_hz, offset_s), names[int(kinds[a])])
        for a, b in zip(starts, ends, strict=True)
        if int(kinds[a]) in names
    )


def summary(segments: Sequence[TrendSegment], values: Values, tolerance: float = 0.0) -> TrendSummary:
    """Totals of the segments and the overall trend: the last finite value minus the first, steady within `tolerance`."""
    present = [kind for kind in TRENDS if any(s.trend == kind for s in segments)]
    totals = {kind: round(sum(s.end_s - s.start_s for s in segments if s.trend == kind), 2) for kind in present}
    finite = values[np.isfinite(values)]
    change = float(finite[-1] - finite[0]) if len(finite) else 0.0
    overall: Trend = "steady" if abs(change) <= tolerance else "rising" if change > 0 else "falling"
    return TrendSummary(len(present), len(segments), totals, overall)
