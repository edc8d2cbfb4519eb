"""Exact scores of what a trend text states, against the exact rule's own statement of the same samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.text_scores.reading import Told
from models.sensorllm.data import Trend, TrendFacts, TrendSegment

KINDS: tuple[Trend, ...] = ("falling", "rising", "steady")
# A boundary counts as found within this many samples.
TOLERANCE_SAMPLES = 1


@dataclass(frozen=True, slots=True)
class Structure:
    """Of one text. boundary_f1: ends between segments, one to one within a sample; 1 where neither has any. label_accuracy:
    share of the l − 1 intervals whose trend is right, one that no line covers being wrong. count_error: mean over the three
    kinds of |segments stated − true|; total_error_s: of |seconds stated − true|; what is not stated counts as 0.
    """

    boundary_f1: float
    label_accuracy: float
    overall_right: bool
    count_error: float
    total_error_s: float
    parsed: bool
    tiles: bool
    consistent: bool


def structure(truth: TrendFacts, told: Told, samples: int, rate_hz: float) -> Structure:
    """truth: of the exact rule on these `samples` at `rate_hz`."""
    answer = told.answer
    counts, totals = dict(truth.counts), dict(truth.total_s)
    return Structure(
        boundary_f1=_boundary_f1(truth.segments, answer.segments, samples, rate_hz),
        label_accuracy=float(
            (_labels(truth.segments, samples, rate_hz) == _labels(answer.segments, samples, rate_hz)).mean()
        ),
        overall_right=answer.overall == truth.overall,
        count_error=float(np.mean([abs(counts.get(k, 0) - answer.counts.get(k, 0)) for k in KINDS])),
        total_error_s=float(np.mean([abs(totals.get(k, 0.0) - answer.total_s.get(k, 0.0)) for k in KINDS])),
        parsed=told.parsed,
        tiles=told.tiles,
        consistent=told.consistent,
    )


def _boundary_f1(truth: Sequence[TrendSegment], told: Sequence[TrendSegment], samples: int, rate_hz: float) -> float:
    real, said = (_boundaries(segments, samples, rate_hz) for segments in (truth, told))
    if not told:
        return 0.0
    if not real and not said:
        return 1.0
    hits, at = 0, 0
    for boundary in said:  # both ascend: the earliest partner within reach leaves the most for those after it
        while at < len(real) and real[at] < boundary - TOLERANCE_SAMPLES:
            at += 1
        if at < len(real) and abs(real[at] - boundary) <= TOLERANCE_SAMPLES:
            hits, at = hits + 1, at + 1
    return 2 * hits / (len(real) + len(said))


def _boundaries(segments: Sequence[TrendSegment], samples: int, rate_hz: float) -> list[int]:
    """Sample numbers of the ends that lie inside the segment."""
    found = {round(t * rate_hz) for s in segments for t in (s.start_s, s.end_s) if abs(t) < 1e9}
    return sorted(i for i in found if 0 < i < samples - 1)


def _labels(segments: Sequence[TrendSegment], samples: int, rate_hz: float) -> npt.NDArray[np.int8]:
    """(l − 1,) the kind of each interval by the first line that covers its middle; −1 where none does (the truth covers all)."""
    middles = (np.arange(samples - 1) + 0.5) / rate_hz
    labels = np.full(samples - 1, -1, dtype=np.int8)
    for segment in segments:
        inside = (segment.start_s <= middles) & (middles < segment.end_s) & (labels == -1)
        labels[inside] = KINDS.index(segment.trend)
    return labels
