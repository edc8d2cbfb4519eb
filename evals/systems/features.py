"""A window as numbers: moments, quantiles, steps, band powers and correlations."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

Windows = npt.NDArray[np.float32]
BANDS_HZ = (0.3, 0.8, 1.3, 1.8, 2.3, 3.0, 4.0, 5.5, 8.0, 10.0)
# Many windows at once need as much memory as their spectra: so many at a time.
CHUNK_WINDOWS = 4096


def window_features(windows: Windows, rate_hz: float) -> npt.NDArray[np.float32]:
    """(n, 6, samples) → (n, F): of every axis and both magnitudes."""
    chunks = [_features(windows[i : i + CHUNK_WINDOWS], rate_hz) for i in range(0, len(windows), CHUNK_WINDOWS)]
    return np.concatenate(chunks)


def _features(windows: Windows, rate_hz: float) -> npt.NDArray[np.float32]:
    magnitudes = np.stack(
        [np.linalg.norm(windows[:, :3], axis=1), np.linalg.norm(windows[:, 3:], axis=1)], axis=1, dtype=np.float32
    )
    x = np.concatenate([windows, magnitudes], axis=1)
    mean = x.mean(axis=2)
    centred = x - mean[:, :, None]
    deviation = centred.std(axis=2)
    step = np.abs(np.diff(x, axis=2)).mean(axis=2)
    quantiles = np.quantile(x, [0.05, 0.25, 0.5, 0.75, 0.95], axis=2).transpose(1, 2, 0).reshape(len(x), -1)
    power = np.abs(np.fft.rfft(centred * np.hanning(x.shape[2]), axis=2)) ** 2 / x.shape[2]
    frequency = np.fft.rfftfreq(x.shape[2], 1.0 / rate_hz)
    bands = [np.log(power[:, :, (frequency >= a) & (frequency < b)].sum(axis=2) + 1e-4) for a, b in pairwise(BANDS_HZ)]
    usable = frequency >= BANDS_HZ[0]
    strongest = frequency[usable][power[:, :, usable].argmax(axis=2)]
    pairs = [
        (centred[:, a] * centred[:, b]).mean(axis=1) / (deviation[:, a] * deviation[:, b] + 1e-3)
        for a, b in combinations(range(6), 2)
    ]
    parts = [mean, deviation, step, quantiles, *bands, strongest, np.stack(pairs, axis=1)]
    return np.asarray(np.concatenate(parts, axis=1), dtype=np.float32)
