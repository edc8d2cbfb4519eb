"""Trends that a person would see: straight pieces within a noise threshold, merged where they say the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tools.channels import Values
from tools.trend import Trend, TrendSegment

# The median absolute deviation of a normal distribution is 0.6745 standard deviations.
MAD_TO_STD = 1.4826
# First differences of white noise have √2 times its standard deviation; a piece may stray by four of those.
NOISE_STDS = 4.0
# More stretches than this nobody reads: the threshold grows by half until they fit, and the text says which was used.
MAX_SEGMENTS = 12
# Longer spans are averaged over blocks first.
MAX_POINTS = 4096


@dataclass(frozen=True, slots=True)
class ReadableTrend:
    """segments: as in `trend`. threshold: in the channel's unit, the one used. estimate: before it was widened.
    block: samples averaged into one point (1: none)."""

    segments: tuple[TrendSegment, ...]
    threshold: float
    estimate: float
    block: int


def noise_threshold(values: Values) -> float:
    """Four noise standard deviations, estimated from the median absolute deviation of the first differences.

    0.0 when fewer than two neighbouring samples are finite.
    """
    difference = np.diff(values)
    difference = difference[np.isfinite(difference)]
    if not len(difference):
        return 0.0
    deviation = float(np.median(np.abs(difference - np.median(difference))))
    return NOISE_STDS * MAD_TO_STD * deviation / float(np.sqrt(2.0))


def readable_trend(
    values: Values, rate_hz: float, offset_s: float = 0.0, noise: float | None = None, max_segments: int = MAX_SEGMENTS
) -> ReadableTrend:
    """Stretches of (m,) values whose change exceeds the noise; what stays within it is steady.

    The channel is approximated by straight pieces that stray from it by no more than the threshold (Douglas and Peucker
    1973); a piece that changes by no more than the threshold is steady; neighbours with one trend merge. noise: the
    threshold, in the channel's unit, kept as given; None estimates it and widens it while there are more than
    `max_segments`.
    """
    block = -(-len(values) // MAX_POINTS) if len(values) > MAX_POINTS else 1
    points = _block_means(values, block)
    rate = rate_hz / block
    offset = offset_s + (block - 1) / 2 / rate_hz
    estimate = noise_threshold(points) if noise is None else noise
    threshold = estimate
    segments = _segments(points, rate, offset, threshold)
    finite = points[np.isfinite(points)]
    spread = float(finite.max() - finite.min()) if len(finite) else 0.0
    while noise is None and len(segments) > max_segments and threshold < spread:
        threshold = max(1.5 * threshold, spread / 1024)
        segments = _segments(points, rate, offset, threshold)
    return ReadableTrend(segments, threshold, estimate, block)


def _block_means(values: Values, block: int) -> Values:
    if block == 1:
        return values
    padded = np.append(values, np.full(-len(values) % block, np.nan)).reshape(-1, block)
    counts = np.isfinite(padded).sum(axis=1)
    sums = np.nansum(padded, axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _segments(values: Values, rate_hz: float, offset_s: float, threshold: float) -> tuple[TrendSegment, ...]:
    found: list[TrendSegment] = []
    for a, b in finite_runs(values):
        knots = _knots(values[a:b], threshold)
        merged: list[tuple[int, int, Trend]] = []
        for lo, hi in pairwise(knots):
            change = values[a + hi] - values[a + lo]
            trend: Trend = "steady" if abs(change) <= threshold else "rising" if change > 0 else "falling"
            if merged and merged[-1][2] == trend:
                merged[-1] = (merged[-1][0], hi, trend)
            else:
                merged.append((lo, hi, trend))
        found += [
            TrendSegment(round(offset_s + (a + lo) / rate_hz, 2), round(offset_s + (a + hi) / rate_hz, 2), trend)
            for lo, hi, trend in merged
        ]
    return tuple(found)


def finite_runs(values: Values) -> list[tuple[int, int]]:
    """[start, end) of the runs of at least two finite samples."""
    finite = np.concatenate([[False], np.isfinite(values), [False]])
    edges = np.flatnonzero(finite[1:] != finite[:-1])
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


def _knots(values: Values, threshold: float) -> list[int]:
    """Ends of the straight pieces, first and last sample among them."""
    keep = {0, len(values) - 1}
    pending = [(0, len(values) - 1)]
    while pending:
        a, b = pending.pop()
        if b - a < 2:
            continue
        line = np.linspace(values[a], values[b], b - a + 1)
        stray = np.abs(values[a : b + 1] - line)
        worst = int(stray.argmax())
        if stray[worst] > threshold and 0 < worst < b - a:
            keep.add(a + worst)
            pending += [(a, a + worst), (a + worst, b)]
    return sorted(keep)
