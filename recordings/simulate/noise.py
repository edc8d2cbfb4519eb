"""Random signals with a wanted spectrum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.float64]


def band_noise(rng: np.random.Generator, n: int, rate_hz: float, low_hz: float, high_hz: float) -> Signal:
    """(n,) Gaussian noise between two frequencies, unit root mean square; zeros where the band holds no frequency."""
    if n < 4:
        return np.zeros(n)
    frequencies = np.fft.rfftfreq(n, 1.0 / rate_hz)
    inside = (frequencies >= low_hz) & (frequencies < min(high_hz, rate_hz / 2))
    if not inside.any():
        return np.zeros(n)
    spectrum = np.zeros(len(frequencies), complex)
    count = int(inside.sum())
    spectrum[inside] = rng.standard_normal(count) + 1j * rng.standard_normal(count)
    wave = np.fft.irfft(spectrum, n)
    return np.asarray(wave / np.sqrt(np.mean(wave**2)))


def fade(n: int, edge: int) -> Signal:
    """(n,) ones with raised-cosine ends of `edge` samples, so that segments join without a click."""
    window = np.ones(n)
    edge = min(edge, n // 2)
    if edge > 0:
        ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(edge) + 0.5) / edge)
        window[:edge], window[n - edge :] = ramp, ramp[::-1]
    return window
