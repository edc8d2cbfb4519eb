"""Near-copies among many windows: blocked products of short descriptors propose pairs, correlation at small lags decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from evals.leaks.digests import as_channels
from evals.leaks.material import Vector

Signals = npt.NDArray[np.float32]

# Cycles per window that are described: re-sampling to half or 0.4 of the rate keeps them, whatever the rate was.
_BINS = 20
# A window so long is sound: its slow content says nothing, a stretch of its fine spectrum everything.
_LONG = 2048
_LONG_BINS = 160
_LONG_FROM = 1 / 16
# Of the window's length, to either side.
_LAG_SHARE = 1 / 8
_BLOCK = 1024
_PROPOSED = 4
# Descriptor correlation that makes a candidate; the signals' own correlation that makes a copy. Between the most similar
# pairs of the clean splits of five sets (0.90: two people drinking) and the least similar planted copies (see the tests).
PROPOSE = 0.55
COPY = 0.94
# Of windows that differ in length, hence in rate: interpolation costs likeness.
RESAMPLED = 0.88


@dataclass(frozen=True, slots=True)
class Pair:
    """Positions of a training and a test window, and how alike they are, 0…1."""

    train: int
    test: int
    similarity: float


def near_copies(train: Sequence[Vector], test: Sequence[Vector], threshold: float = COPY) -> list[Pair]:
    """The nearest training window of each test window that is a copy of one, up to a small shift, a scale and sign of each
    channel, the direction of time, and the rate. Windows that do not move identify nothing and are left out."""
    found: dict[int, Pair] = {}
    learnt, tested = [as_channels(v) for v in train], [as_channels(v) for v in test]
    for channels in sorted({x.shape[0] for x in tested}):
        left = [i for i, x in enumerate(learnt) if x.shape[0] == channels]
        right = [i for i, x in enumerate(tested) if x.shape[0] == channels]
        if not left or not right:
            continue
        a, b = [learnt[i] for i in left], [tested[i] for i in right]
        for pair in decided(a, b, candidates(descriptors(a), descriptors(b)), threshold):
            best = found.get(right[pair.test])
            if best is None or pair.similarity > best.similarity:
                found[right[pair.test]] = Pair(left[pair.train], right[pair.test], pair.similarity)
    return [found[i] for i in sorted(found)]


def descriptors(windows: Sequence[Signals]) -> Signals:
    """(windows, channels · bins): log spectra of the tapered windows by cycles per window, which a shift hardly changes and a
    sign, a scale, the rate or the direction of time not at all. Zero for a channel that does not move."""
    channels = windows[0].shape[0]
    most = _LONG_BINS if max(w.shape[1] for w in windows) >= _LONG else _BINS
    out = np.zeros((len(windows), channels, most), dtype=np.float32)
    by_length: dict[int, list[int]] = {}
    for i, window in enumerate(windows):
        by_length.setdefault(window.shape[1], []).append(i)
    for length, rows in by_length.items():
        first = round(_LONG_FROM * length) if length >= _LONG else 1
        bins = min(most, (length - length // 8 - 1) // 2 - first + 1)
        if bins < 2:
            continue
        # A window cut a little later ends in other samples, which may jump: the ends propose nothing.
        edge = length // 16 if length < _LONG else 0
        taper = np.hanning(length - 2 * edge).astype(np.float32)
        step = max(1, 800_000 // length)
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            x = np.stack([windows[i][:, edge : length - edge] for i in part])
            x = x - x.mean(axis=2, keepdims=True)
            moving = np.abs(x).max(axis=2) > 1e-6
            magnitude = np.abs(np.fft.rfft(x * taper, axis=2)[:, :, first : first + bins]).astype(np.float32)
            logs = np.log(magnitude + 1e-9)
            out[part, :, :bins] = (logs - logs.mean(axis=2, keepdims=True)) * moving[:, :, None]
    return out.reshape(len(windows), -1)


def candidates(a: Signals, b: Signals) -> npt.NDArray[np.int64]:
    """(pairs, 2): for each row of `b` its few most similar rows of `a` above `PROPOSE`."""
    # What all windows have in common (less power at higher frequencies) is no similarity; what does not move has none.
    common = a.mean(axis=0)
    still_a, still_b = ~a.any(axis=1), ~b.any(axis=1)
    a, b = _unit(a - common), _unit(b - common)
    a[still_a], b[still_b] = 0, 0
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(b), _BLOCK):
        similarity = b[start : start + _BLOCK] @ a.T
        rows = np.flatnonzero(similarity.max(axis=1) >= PROPOSE)
        if not len(rows):
            continue
        kept = min(_PROPOSED, similarity.shape[1])
        best = np.argpartition(-similarity[rows], kept - 1, axis=1)[:, :kept]
        good = np.take_along_axis(similarity[rows], best, axis=1) >= PROPOSE
        for row, columns, mask in zip(rows.tolist(), best, good, strict=True):
            pairs += [(int(c), start + row) for c in columns[mask]]
    return np.asarray(pairs, dtype=np.int64).reshape(-1, 2)


def _unit(x: Signals) -> Signals:
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def decided(a: Sequence[Signals], b: Sequence[Signals], pairs: npt.NDArray[np.int64], threshold: float) -> list[Pair]:
    """The candidate pairs whose signals correlate at `threshold` or above."""
    found = []
    ordered = sorted(((a[i].shape[1], b[j].shape[1], i, j) for i, j in pairs.tolist()))
    for (n, m), rows in groupby(ordered, key=lambda row: row[:2]):
        same = [(i, j) for _, _, i, j in rows]
        size = 1024 if max(n, m) < _LONG else 32
        for start in range(0, len(same), size):
            part = same[start : start + size]
            x, y = np.stack([a[i] for i, _ in part]), np.stack([b[j] for _, j in part])
            alike, least = _compared(x, y, threshold)
            found += [Pair(i, j, float(s)) for (i, j), s in zip(part, alike, strict=True) if s >= least]
    return found


def _compared(x: Signals, y: Signals, threshold: float) -> tuple[Signals, float]:
    """(pairs,) likeness, and from where on it makes a copy. Windows of nearly one length may be of one rate, cut otherwise."""
    n, m = x.shape[2], y.shape[2]
    if n == m:
        return likeness(x, y), threshold
    points = 2 * min(n, m)
    other_rate = likeness(_at_points(x, points, min(n, m)), _at_points(y, points, min(n, m)))
    if abs(n - m) > _LAG_SHARE * max(n, m):
        return other_rate, min(threshold, RESAMPLED)
    same_rate = likeness(x[:, :, : min(n, m)], y[:, :, : min(n, m)])
    return np.maximum(other_rate, np.where(same_rate >= threshold, same_rate, 0.0)), min(threshold, RESAMPLED)


def _at_points(x: Signals, points: int, fewest: int) -> Signals:
    """Smoothed to half of what `fewest` samples can show (above it every way of re-sampling differs), read at `points` places."""
    length = x.shape[2]
    width = round(2 * length / fewest)
    if width > 1:
        padded = np.pad(x, ((0, 0), (0, 0), (width // 2, width - 1 - width // 2)), mode="edge")
        sums = np.cumsum(np.pad(padded, ((0, 0), (0, 0), (1, 0))), axis=2, dtype=np.float64)
        x = ((sums[:, :, width:] - sums[:, :, :-width]) / width).astype(np.float32)
    at = np.linspace(0.0, length - 1.0, points)
    low = np.minimum(at.astype(np.int64), length - 2)
    part = (at - low).astype(np.float32)
    return np.asarray(x[:, :, low] * (1 - part) + x[:, :, low + 1] * part, dtype=np.float32)


def likeness(a: Signals, b: Signals) -> Signals:
    """(pairs,) mean over moving channels of |correlation|, best over small lags and both directions of time."""
    if a.shape[2] >= _LONG:
        return _likeness_of_sound(a, b)
    points = a.shape[2]
    lags = round(_LAG_SHARE * points)
    moving = ((np.ptp(a, axis=2) > 1e-6) & (np.ptp(b, axis=2) > 1e-6)).sum(axis=1)
    either = ((np.ptp(a, axis=2) > 1e-6) | (np.ptp(b, axis=2) > 1e-6)).sum(axis=1)
    best = np.zeros(len(a), dtype=np.float32)
    for other in (b, b[:, :, ::-1]):
        for lag in range(-lags, lags + 1):
            x = a[:, :, max(0, lag) : points + min(0, lag)]
            y = other[:, :, max(0, -lag) : points + min(0, -lag)]
            x = x - x.mean(axis=2, keepdims=True)
            y = y - y.mean(axis=2, keepdims=True)
            power = np.sqrt((x * x).sum(axis=2) * (y * y).sum(axis=2))
            r = np.divide(np.abs((x * y).sum(axis=2)), power, out=np.zeros_like(power), where=power > 1e-12)
            best = np.maximum(best, r.sum(axis=1) / np.maximum(either, 1))
    # A channel that moves in one and is dead in the other speaks against a copy; nothing moving decides nothing.
    return np.where(moving > 0, best, 0.0).astype(np.float32)


def _likeness_of_sound(a: Signals, b: Signals) -> Signals:
    """The same for long windows, every lag at once by the transform; the overlap is not normalised anew."""
    n = a.shape[2]
    lags = round(_LAG_SHARE * n)
    best = np.zeros(len(a), dtype=np.float32)
    for k, (x, y) in enumerate(zip(a, b, strict=True)):
        x = x - x.mean(axis=1, keepdims=True)
        y = y - y.mean(axis=1, keepdims=True)
        power = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
        spectrum = np.fft.rfft(x, 2 * n, axis=1)
        for other in (y, y[:, ::-1]):
            r = np.abs(np.fft.irfft(spectrum * np.conj(np.fft.rfft(other, 2 * n, axis=1)), axis=1))
            near = np.concatenate([r[:, : lags + 1], r[:, -lags:]], axis=1)
            score = np.divide(near, power[:, None], out=np.zeros_like(near), where=power[:, None] > 1e-12).mean(axis=0)
            best[k] = max(best[k], score.max())
    return best
