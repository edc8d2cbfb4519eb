"""Another rate by polyphase filtering (`scipy.signal.resample_poly`), with gaps kept as gaps."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np

from recordings.recording import Samples, Step, Stream

# 1/10,000 as the largest denominator: the grid drifts by less than 1e-8 of the elapsed time.
MAX_DENOMINATOR = 10_000


def _pieces(row: Samples) -> list[tuple[int, int]]:
    """Index ranges [a, b) of a channel that hold samples, between its NaNs."""
    here = np.isfinite(row)
    if here.all():
        return [(0, len(row))] if len(row) else []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], here, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _ceil_ratio(index: int, up: int, down: int) -> int:
    return -(-index * up // down)


def _resampled(row: Samples, up: int, down: int) -> Samples:
    from scipy.signal import resample_poly  # heavy import: only when a rate changes

    out = np.full(_ceil_ratio(len(row), up, down), np.nan, np.float32)
    for a, b in _pieces(row):
        # The piece must begin on a sample that the new grid shares: hold its first value back to one.
        lead = a % down
        piece = np.concatenate([np.full(lead, row[a]), row[a:b]]).astype(np.float64)
        first, last = _ceil_ratio(a, up, down), _ceil_ratio(b, up, down)
        offset = (a - lead) * up // down
        # The line from end to end is set aside: the filter's small ripple must not touch gravity, and the ends must not ring.
        slope = (piece[-1] - piece[0]) / max(1, len(piece) - 1)
        new = resample_poly(piece - (piece[0] + slope * np.arange(len(piece))), up, down)
        new += piece[0] + slope * np.minimum(np.arange(len(new)) * down / up, len(piece) - 1)
        out[first:last] = new[first - offset : last - offset]
    return out


def resample(stream: Stream, rate_hz: float) -> Stream:
    """`stream` at `rate_hz`: anti-aliased, each piece between gaps on its own, NaN kept where a channel was NaN.

    The ratio of the rates is approximated by a fraction with a denominator ≤ 10,000. The stream's start stays; its n
    becomes ceil(n · rate_hz / stream.rate_hz). ValueError when `rate_hz` is not a positive finite number.
    """
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise ValueError(f"resampling to {rate_hz} Hz: the rate must be positive")
    if rate_hz == stream.rate_hz:
        return stream
    ratio = Fraction(rate_hz / stream.rate_hz).limit_denominator(MAX_DENOMINATOR)
    if ratio == 0:
        raise ValueError(
            f"resampling from {stream.rate_hz:g} to {rate_hz:g} Hz: the ratio is beyond 1 : {MAX_DENOMINATOR}"
        )
    rows = [_resampled(row, ratio.numerator, ratio.denominator) for row in stream.samples]
    length = _ceil_ratio(stream.n, ratio.numerator, ratio.denominator)
    samples = np.stack(rows) if rows else np.empty((0, length), np.float32)
    return dataclasses.replace(stream, rate_hz=rate_hz, samples=samples)


def resample_step(before: Stream, after: Stream) -> Step:
    """The history entry of `after = resample(before, …)`."""
    return Step(
        "resample",
        f"{before.name}: polyphase filter with anti-aliasing; gaps stay gaps",
        f"{before.rate_hz:g} Hz, {before.n} samples",
        f"{after.rate_hz:g} Hz, {after.n} samples",
    )
