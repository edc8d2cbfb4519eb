"""Sounds that no label fits, made from a random generator: noise of any colour, tones, sweeps, hum, near-silence."""

from __future__ import annotations

import numpy as np

from models.audio.prediction import RATE_HZ, Floats


def coloured_noise(rng: np.random.Generator, n: int, slope_db: float) -> Floats:
    """(n,) of unit RMS whose power falls by `slope_db` an octave: 0 is white, 3 pink, 6 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    bins = np.maximum(np.arange(spectrum.size), n * 20 // RATE_HZ + 1).astype(np.float64)
    noise = np.fft.irfft(spectrum * bins ** (-slope_db / 6.02), n)
    return np.asarray(noise / max(float(np.sqrt(np.mean(noise**2))), 1e-9), dtype=np.float32)


def _tones(rng: np.random.Generator, t: np.ndarray) -> np.ndarray:
    return sum(
        (float(rng.uniform(0.2, 1)) * np.sin(2 * np.pi * rng.uniform(60, 6000) * t + rng.uniform(0, 6.28)))
        for _ in range(int(rng.integers(1, 4)))
    ) + np.zeros_like(t)


def _sweep(rng: np.random.Generator, t: np.ndarray) -> np.ndarray:
    lo, hi = rng.uniform(60, 6000, 2)
    length = float(t[-1]) + 1.0 / RATE_HZ
    return np.asarray(np.sin(2 * np.pi * (lo * t + (hi - lo) * t**2 / (2 * length))))


def _mains(rng: np.random.Generator, t: np.ndarray) -> np.ndarray:
    base = float(rng.choice([50.0, 60.0]))
    return sum(rng.uniform(0, 1) / k * np.sin(2 * np.pi * base * k * t) for k in range(1, 7)) + np.zeros_like(t)


def unknown_sound(rng: np.random.Generator, n: int) -> Floats:
    """(n,) at 16 kHz, unit RMS: one of the kinds above, sometimes swelling, sometimes over a noise floor."""
    t = np.arange(n) / RATE_HZ
    kind = rng.integers(0, 6)
    if kind <= 2:
        sound = coloured_noise(rng, n, float(rng.uniform(-1, 9))).astype(np.float64)
    elif kind == 3:
        sound = _tones(rng, t)
    elif kind == 4:
        sound = _sweep(rng, t)
    else:
        sound = _mains(rng, t)
    if rng.random() < 0.3:
        sound = sound * (1 + rng.uniform(0, 1) * np.sin(2 * np.pi * rng.uniform(0.1, 2) * t))
    if rng.random() < 0.5:
        sound = sound + rng.uniform(0.01, 0.3) * coloured_noise(rng, n, float(rng.uniform(0, 6)))
    return np.asarray(sound / max(float(np.sqrt(np.mean(sound**2))), 1e-9), dtype=np.float32)
