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


def _voice_like(rng: np.random.Generator, t: np.ndarray) -> np.ndarray:
    """A gliding harmonic tone with vibrato: a siren, an animal, a horn, nobody's in particular."""
    knots = 2.0 ** rng.uniform(6.3, 11.3) * 2.0 ** rng.uniform(-0.5, 0.5, int(rng.integers(2, 7)))
    pitch = np.interp(t, np.linspace(0, t[-1], knots.size), knots)
    pitch = pitch * (1 + rng.uniform(0, 0.04) * np.sin(2 * np.pi * rng.uniform(3, 30) * t))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    fall = rng.uniform(0.3, 2.0)
    voice = np.zeros_like(t)
    for k in range(1, 12):
        voice += np.where(k * pitch < RATE_HZ / 2, np.sin(k * phase) / k**fall, 0.0) * rng.uniform(0.3, 1)
    return voice


def _bells(rng: np.random.Generator, t: np.ndarray) -> np.ndarray:
    """Inharmonic partials that ring out after each stroke."""
    bell = np.zeros_like(t)
    partials = 2.0 ** rng.uniform(7.5, 12, int(rng.integers(2, 7)))
    for start in np.sort(rng.uniform(0, t[-1], int(rng.integers(1, 6)))):
        after = np.maximum(t - start, 0.0)
        decay = np.exp(-after / rng.uniform(0.1, 1.5)) * (t >= start)
        bell += decay * sum(np.sin(2 * np.pi * hz * after) for hz in partials)
    return bell


def _gusts(rng: np.random.Generator, t: np.ndarray) -> np.ndarray:
    """Noise in slow swells: breath, wind, a passing car."""
    knots = rng.uniform(0, 1, max(2, int(t[-1] * rng.uniform(0.5, 6)) + 2)) ** 2
    swell = np.interp(t, np.linspace(0, t[-1], knots.size), knots)
    return np.asarray(swell * coloured_noise(rng, t.size, float(rng.uniform(0, 9))))


def mirrored(sound: Floats) -> Floats:
    """The spectrum turned upside down (f → 8 kHz − f): the rhythm of a known sound with the timbre of none."""
    flipped = sound.copy()
    flipped[1::2] *= -1.0
    return flipped


_KINDS = (_tones, _sweep, _mains, _voice_like, _voice_like, _bells, _gusts)


def unknown_sound(rng: np.random.Generator, n: int) -> Floats:
    """(n,) at 16 kHz, unit RMS: steady noise or one of the kinds above, sometimes swelling, sometimes over a noise floor."""
    t = np.arange(n) / RATE_HZ
    kind = int(rng.integers(0, len(_KINDS) + 3))
    if kind < len(_KINDS):
        sound = _KINDS[kind](rng, t)
    else:
        sound = coloured_noise(rng, n, float(rng.uniform(-1, 9))).astype(np.float64)
    if rng.random() < 0.3:
        sound = sound * (1 + rng.uniform(0, 1) * np.sin(2 * np.pi * rng.uniform(0.1, 2) * t))
    if rng.random() < 0.5:
        sound = sound + rng.uniform(0.01, 0.3) * coloured_noise(rng, n, float(rng.uniform(0, 6)))
    return np.asarray(sound / max(float(np.sqrt(np.mean(sound**2))), 1e-9), dtype=np.float32)
