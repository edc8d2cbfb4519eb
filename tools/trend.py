"""Trends of one channel after SensorLLM (Li et al., EMNLP 2025, section 3.2 and its stage-1 notebook), and their text.

The exact rule labels every pair of neighbouring samples: equal is steady, next larger rising, next smaller falling; no
threshold, no smoothing. Neighbouring intervals with one label merge. Times are i / rate rounded to two decimals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from tools.channels import Values

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
        TrendSegment(_time(offset_s, a, rate_hz), _time(offset_s, b, rate_hz), names[int(kinds[a])])
        for a, b in zip(starts, ends, strict=True)
        if int(kinds[a]) in names
    )


def _time(offset_s: float, index: int, rate_hz: float) -> float:
    return round(offset_s + float(index) / rate_hz, 2)


def summary(segments: Sequence[TrendSegment], values: Values, tolerance: float = 0.0) -> TrendSummary:
    """Totals of the segments and the overall trend: the last finite value minus the first, steady within `tolerance`."""
    present = [kind for kind in TRENDS if any(s.trend == kind for s in segments)]
    totals = {kind: round(sum(s.end_s - s.start_s for s in segments if s.trend == kind), 2) for kind in present}
    finite = values[np.isfinite(values)]
    change = float(finite[-1] - finite[0]) if len(finite) else 0.0
    overall: Trend = "steady" if abs(change) <= tolerance else "rising" if change > 0 else "falling"
    return TrendSummary(len(present), len(segments), totals, overall)


def trend_text(segments: Sequence[TrendSegment], facts: TrendSummary, channel: str, note: str = "") -> str:
    """The segments one a line, then the summary in sentences. `parse_trend` reads the segments back.

    note: a clause about how it was computed, such as the noise threshold.
    """
    lines = [f"{s.start_s!r} s to {s.end_s!r} s: {s.trend}" for s in segments]
    if not segments:
        return f"{channel} has too few samples for a trend."
    counts = [(sum(s.trend == kind for s in segments), kind) for kind in facts.total_s]
    if len(counts) > 1:
        lines += [f"{kind} stretches: {n}" for n, kind in sorted(counts, key=lambda pair: -pair[0])]
    about = f"{channel} from {segments[0].start_s!r} s to {segments[-1].end_s!r} s"
    about += f" ({note})" if note else ""
    kinds = f"{facts.trend_num} kind{'s' if facts.trend_num != 1 else ''} of trend"
    stretches = f"{facts.change_num} stretch{'es' if facts.change_num != 1 else ''}"
    totals = ", ".join(
        f"{kind} for {facts.total_s[kind]:.2f} s" for kind in ("falling", "rising", "steady") if kind in facts.total_s
    )
    prose = f"{about}: {kinds} in {stretches}; {totals}."
    if facts.change_num > 1:
        prose += f" Overall {facts.overall}."
    return "\n".join([*lines, "", prose])


_LINE = re.compile(r"^(-?[\d.]+(?:e[+-]?\d+)?) s to (-?[\d.]+(?:e[+-]?\d+)?) s: (rising|falling|steady)$", re.MULTILINE)


def parse_trend(text: str) -> tuple[TrendSegment, ...]:
    """The segments that `trend_text` wrote; () when there is none."""
    return tuple(TrendSegment(float(a), float(b), cast("Trend", kind)) for a, b, kind in _LINE.findall(text))
