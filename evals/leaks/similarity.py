"""Near-copies among many windows: blocked products of short descriptors propose pairs, correlation at small lags decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.leaks.digests import as_channels
from evals.leaks.material import Vector

Signals = npt.NDArray[np.float32]

# Every window is compared at one length, whatever its rate; only the slow half of its content, which re-sampling keeps.
_POINTS = 128
_BINS = 28
# Of the window's length, to either side.
_LAG_SHARE = 1 / 16
_BLOCK = 1024
_PROPOSED = 4
# Descriptor correlation that makes a candidate; the signals' own correlation that makes a copy. Set between the most similar
# pairs of the clean splits of five sets and the least similar planted copy (see the tests).
PROPOSE = 0.80
COPY = 0.97


@dataclass(frozen=True, slots=True)
class Pair:
    """Positions of a training and a test window, and how alike they are, 0…1."""

    train: int
    test: int
    similarity: float


def near_copies(train: Sequence[Vector], test: Sequence[Vector], threshold: float = COPY) -> list[Pair]:
    """The nearest training window of each test window that is a copy of one, up to a small shift, a scale and sign of each
    channel, direction of time, and rate. Windows that do not move identify nothing and are left out."""
    found: dict[int, Pair] = {}
    for channels in sorted({as_channels(v).shape[0] for v in test}):
        left = [i for i, v in enumerate(train) if as_channels(v).shape[0] == channels]
        right = [i for i, v in enumerate(test) if as_channels(v).shape[0] == channels]
        if not left or not right:
            continue
        a, b = compared([train[i] for i in left]), compared([test[i] for i in right])
        for pair in _decided(a, b, _candidates(descriptors(a), descriptors(b)), threshold):
            best = found.get(right[pair.test])
            if best is None or pair.similarity > best.similarity:
                found[right[pair.test]] = Pair(left[pair.train], right[pair.test], pair.similarity)
    return [found[i] for i in sorted(found)]


def compared(windows: Sequence[Vector]) -> Signals:
    """(windows, channels, 128): each at one length, slow content only, every channel centred and of unit norm (0 if still)."""
    by_length: dict[int, list[int]] = {}
    for i, window in enumerate(windows):
        by_length.setdefault(as_channels(window).shape[1], []).append(i)
    channels = as_channels(windows[0]).shape[0]
    out = np.zeros((len(windows), channels, _POINTS), dtype=np.float32)
    for length, rows in by_length.items():
        for start in range(0, len(rows), 4096):
            part = rows[start : start + 4096]
            out[part] = _slow(np.stack([as_channels(windows[i]) for i in part]), length)
    return out


def _slow(x: Signals, length: int) -> Signals:
    # The straight line between the ends goes first: it would leak into every bin, and differently at every rate.
    ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
    x = x - x[:, :, :1] - (x[:, :, -1:] - x[:, :, :1]) * ramp
    if length != _POINTS:
        at = np.linspace(0.0, length - 1.0, _POINTS)
        low = np.minimum(at.astype(np.int64), length - 2)
        part = (at - low).astype(np.float32)
        x = x[:, :, low] * (1 - part) + x[:, :, low + 1] * part if length < _POINTS else _fourier(x)
    spectrum = np.fft.rfft(x, axis=2)
    spectrum[:, :, 0] = 0
    spectrum[:, :, _BINS + 1 :] = 0
    slow = np.fft.irfft(spectrum, n=_POINTS, axis=2).astype(np.float32)
    norm = np.linalg.norm(slow, axis=2, keepdims=True)
    return np.asarray(np.divide(slow, norm, out=np.zeros_like(slow), where=norm > 1e-4), dtype=np.float32)


def _fourier(x: Signals) -> Signals:
    spectrum = np.fft.rfft(x, axis=2)[:, :, : _POINTS // 2 + 1]
    return np.fft.irfft(spectrum, n=_POINTS, axis=2).astype(np.float32)


def descriptors(signals: Signals) -> Signals:
    """(windows, channels · bins) unit rows: log spectra of the tapered signals, which a shift hardly changes and a sign,
    a scale or the direction of time not at all."""
    tapered = signals * np.hanning(_POINTS).astype(np.float32)
    magnitude = np.abs(np.fft.rfft(tapered, axis=2)[:, :, 1 : _BINS + 1]).astype(np.float32)
    logs = np.log(magnitude + 1e-4)
    logs -= logs.mean(axis=2, keepdims=True)
    flat = logs.reshape(len(signals), -1)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 1e-6))


def _candidates(a: Signals, b: Signals) -> npt.NDArray[np.int64]:
    """(pairs, 2): for each test row its few most similar training rows above `PROPOSE`."""
    # What all windows have in common (less power at higher frequencies) is no similarity.
    common = np.concatenate([a, b]).mean(axis=0)
    a, b = _unit(a - common), _unit(b - common)
    pairs = []
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


def _decided(a: Signals, b: Signals, pairs: npt.NDArray[np.int64], threshold: float) -> list[Pair]:
    found = []
    for start in range(0, len(pairs), 2048):
        part = pairs[start : start + 2048]
        alike = likeness(a[part[:, 0]], b[part[:, 1]])
        found += [Pair(int(i), int(j), float(s)) for (i, j), s in zip(part, alike, strict=True) if s >= threshold]
    return found


def likeness(a: Signals, b: Signals) -> npt.NDArray[np.float32]:
    """(pairs,) mean over moving channels of |correlation|, best over small lags and both directions of time."""
    lags = round(_LAG_SHARE * _POINTS)
    moving = np.maximum(((np.abs(a).sum(2) > 0) & (np.abs(b).sum(2) > 0)).sum(axis=1), 1)
    best = np.zeros(len(a), dtype=np.float32)
    for other in (b, b[:, :, ::-1]):
        for lag in range(-lags, lags + 1):
            x = a[:, :, max(0, lag) : _POINTS + min(0, lag)]
            y = other[:, :, max(0, -lag) : _POINTS + min(0, -lag)]
            x = x - x.mean(axis=2, keepdims=True)
            y = y - y.mean(axis=2, keepdims=True)
            power = np.sqrt((x * x).sum(axis=2) * (y * y).sum(axis=2))
            r = np.divide(np.abs((x * y).sum(axis=2)), power, out=np.zeros_like(power), where=power > 1e-9)
            best = np.maximum(best, r.sum(axis=1) / moving)
    return best
