"""Impacts and still bouts: the two ends of the acceleration magnitude."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recordings import ACCELERATION, Span, Stream
from tools.channels import channel_values
from tools.errors import NoData
from tools.trend_readable import finite_runs

# 3 g: above walking on any body part, reached by jumps, hard running, knocks and falls.
IMPACT_MS2 = 3.0 * 9.80665
IMPACT_APART_S = 0.3
# A phone at rest shows 0.02–0.1 m/s²; a person sitting with it on the body 0.05–0.15.
STILL_STD_MS2 = 0.2
STILL_WINDOW_S = 1.0
MIN_STILL_S = 2.0


@dataclass(frozen=True, slots=True)
class Impact:
    """A peak of the acceleration magnitude."""

    time_s: float
    peak_ms2: float


def find_impacts(stream: Stream) -> tuple[Impact, ...]:
    """Peaks above 3 g of a whole motion stream, in time order, the highest within 0.3 s. NoData without acceleration."""
    from scipy.signal import find_peaks

    magnitude = _magnitude(stream)
    padded = np.concatenate([[0.0], np.nan_to_num(magnitude, nan=0.0), [0.0]])
    peaks, _ = find_peaks(padded, height=IMPACT_MS2, distance=max(1, round(IMPACT_APART_S * stream.rate_hz)))
    return tuple(Impact(float(stream.start_s + (p - 1) / stream.rate_hz), float(padded[p])) for p in peaks)


def find_still_bouts(stream: Stream) -> tuple[Span, ...]:
    """Stretches of at least 2 s in which |acc| varies by less than 0.2 m/s² (standard deviation over each second).

    NoData without acceleration. A gap ends a bout.
    """
    magnitude = _magnitude(stream)
    rate = stream.rate_hz
    length = max(2, round(STILL_WINDOW_S * rate))
    found: list[Span] = []
    for a, b in finite_runs(magnitude):
        if b - a < max(length, MIN_STILL_S * rate):
            continue
        part = magnitude[a:b] - magnitude[a:b].mean()
        sums = np.concatenate([[0.0], np.cumsum(part)])
        squares = np.concatenate([[0.0], np.cumsum(part**2)])
        mean = (sums[length:] - sums[:-length]) / length
        variance = (squares[length:] - squares[:-length]) / length - mean**2
        quiet = np.concatenate([[False], variance < STILL_STD_MS2**2, [False]])
        edges = np.flatnonzero(quiet[1:] != quiet[:-1])
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            # Windows first … last − 1 are quiet: so are the samples that they cover.
            bout = Span(
                float(stream.start_s + (a + first) / rate), float(stream.start_s + (a + last - 1 + length) / rate)
            )
            if found and bout.start_s <= found[-1].end_s:
                found[-1] = Span(found[-1].start_s, bout.end_s)
            else:
                found.append(bout)
    return tuple(bout for bout in found if bout.duration_s >= MIN_STILL_S)


def _magnitude(stream: Stream) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    if not stream.has(*ACCELERATION):
        raise NoData(stream.name, "acceleration was not recorded")
    return channel_values(stream, "acc_magnitude", stream.span).values
