"""Everything a trend answer states, as numbers: what is written is computed here, and what is read comes back as this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.sensorllm.data.trend import Trend, TrendSegment, Values, exact_segments

# SensorLLM reports the number of merged segments as the number of changes. `segments` keeps its number and says what is
# counted; `changes` counts the true changes, one fewer.
CountRule = Literal["segments", "changes"]
# The order of SensorLLM's summary: its internal labels sort as decrease, increase, steady.
SUMMARY_ORDER: tuple[Trend, ...] = ("falling", "rising", "steady")


@dataclass(frozen=True, slots=True)
class TrendFacts:
    """sensor: the channel as spoken. counts: segments of each kind present; total_s: their seconds, two decimals; both in
    `SUMMARY_ORDER`. kinds: of trend present. changes: segments or changes, as `count` says. overall: last against first.
    """

    sensor: str
    segments: tuple[TrendSegment, ...]
    counts: tuple[tuple[Trend, int], ...]
    total_s: tuple[tuple[Trend, float], ...]
    kinds: int
    changes: int
    count: CountRule
    overall: Trend

    @property
    def start_s(self) -> float:
        return self.segments[0].start_s

    @property
    def end_s(self) -> float:
        return self.segments[-1].end_s


def facts_of_segments(
    segments: Sequence[TrendSegment], overall: Trend, sensor: str, count: CountRule = "segments"
) -> TrendFacts:
    """Counts and totals that follow from the segments. ValueError when there is none."""
    if not segments:
        raise ValueError("a trend answer needs at least one segment")
    found = Counter(segment.trend for segment in segments)
    present = [kind for kind in SUMMARY_ORDER if kind in found]
    totals = tuple((kind, round(sum(s.end_s - s.start_s for s in segments if s.trend == kind), 2)) for kind in present)
    return TrendFacts(
        sensor=sensor,
        segments=tuple(segments),
        counts=tuple((kind, found[kind]) for kind in present),
        total_s=totals,
        kinds=len(present),
        changes=len(segments) - (count == "changes"),
        count=count,
        overall=overall,
    )


def trend_facts(values: Values, rate_hz: float, sensor: str, count: CountRule = "segments") -> TrendFacts:
    """The exact rule applied to (l,) values, l ≥ 2, without NaN; times start at 0. ValueError for anything else."""
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(f"a trend needs at least two finite samples of one channel, found shape {values.shape}")
    change = float(values[-1]) - float(values[0])
    overall: Trend = "rising" if change > 0 else "falling" if change < 0 else "steady"
    return facts_of_segments(exact_segments(values, rate_hz), overall, sensor, count)
