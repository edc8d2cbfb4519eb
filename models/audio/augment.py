"""What microphones, rooms and files do to a sound, so that none of it is a label's cue.

The permissively licensed clips are all Ogg at 16 bit, other recordings are 8-bit, telephone-band, clipped or compressed:
every crop passes a random chain of these.
"""

from __future__ import annotations

import io

import numpy as np

from models.audio.prediction import RATE_HZ, Floats
from models.audio.synthetic import coloured_noise


def crop(sound: Floats, n: int, rng: np.random.Generator) -> tuple[Floats, float]:
    """(n,) of `sound`, usually the loudest of four random places, and its level under the loudest of them in dB.

    A shorter sound is placed anywhere in silence; a bark lasts half a second of a five-second clip, and a crop without it must
    not be called a bark.
    """
    if sound.size <= n:
        out = np.zeros(n, dtype=np.float32)
        at = int(rng.integers(0, n - sound.size + 1))
        out[at : at + sound.size] = sound
        return out, 0.0
    starts = rng.integers(0, sound.size - n + 1, 4)
    power = np.array([float(np.mean(sound[at : at + n] ** 2)) for at in starts]) + 1e-12
    best = int(np.argmax(power)) if rng.random() < 0.75 else 0
    return sound[starts[best] : starts[best] + n].copy(), float(10 * np.log10(power.max() / power[best]))


def stretch(sound: Floats, factor: float) -> Floats:
    """Played `factor` times as fast (pitch moves with it); the length stays, by cutting or by silence."""
    at = np.arange(sound.size) * factor
    return np.interp(at, np.arange(sound.size), sound, right=0.0).astype(np.float32)


def equalise(sound: Floats, rng: np.random.Generator) -> Floats:
    """A random smooth frequency response (±8 dB), sometimes a low-pass at 2–7 kHz, sometimes a high-pass at 80–400 Hz."""
    spectrum = np.fft.rfft(sound)
    hz = np.linspace(0, RATE_HZ / 2, spectrum.size)
    knots = np.array([0.0, 200, 500, 1200, 2500, 5000, 8000])
    gain_db = np.interp(hz, knots, rng.uniform(-8, 8, knots.size))
    if rng.random() < 0.35:
        gain_db -= 24 * np.maximum(0.0, np.log2(np.maximum(hz, 1) / rng.uniform(2000, 7000)))
    if rng.random() < 0.25:
        gain_db -= 18 * np.maximum(0.0, np.log2(rng.uniform(80, 400) / np.maximum(hz, 10)))
    return np.fft.irfft(spectrum * 10 ** (gain_db / 20), sound.size).astype(np.float32)


def add_noise(sound: Floats, rng: np.random.Generator) -> Floats:
    """A coloured noise floor 5 to 40 dB under the sound."""
    level = float(np.sqrt(np.mean(sound**2))) * 10 ** (-rng.uniform(5, 40) / 20)
    return np.asarray(sound + level * coloured_noise(rng, sound.size, float(rng.uniform(0, 6))), dtype=np.float32)


def to_file(sound: Floats, rng: np.random.Generator) -> Floats:
    """As a file would hold it: a random level (sometimes clipped), then 16-bit, 8-bit, µ-law or low-quality Vorbis."""
    peak = max(float(np.abs(sound).max()), 1e-9)
    eight_bit = rng.random() < 0.45
    # Eight bits leave 48 dB: a quiet recording would vanish in them, so the level drops less there.
    sound = sound / peak * np.float32(10 ** (rng.uniform(-18 if eight_bit else -45, 4) / 20))
    sound = np.clip(sound, -1.0, 1.0)
    if eight_bit:
        return (np.round(sound * 127) / 127).astype(np.float32)
    kind = rng.random()
    if kind < 0.15:
        squeezed = np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256)
        squeezed = np.round(squeezed * 127) / 127
        return np.asarray(np.sign(squeezed) * (256 ** np.abs(squeezed) - 1) / 255, dtype=np.float32)
    if kind < 0.22:
        return _vorbis(sound, float(rng.uniform(0.5, 1.0)))
    return np.asarray(np.round(sound * 32767) / 32767, dtype=np.float32)


def _vorbis(sound: Floats, compression: float) -> Floats:
    import soundfile  # heavy shared library: only when a codec is asked for

    with io.BytesIO() as held:
        soundfile.write(held, sound, RATE_HZ, format="OGG", subtype="VORBIS", compression_level=compression)
        held.seek(0)
        decoded = soundfile.read(held, dtype="float32")[0]
    out = np.zeros_like(sound)
    out[: decoded.size] = decoded[: sound.size]
    return out


def augment(sound: Floats, rng: np.random.Generator) -> Floats:
    """The whole chain, each link with its own chance. `sound`: (n,) at 16 kHz; the same generator state gives the same bytes."""
    if rng.random() < 0.4:
        sound = stretch(sound, float(rng.uniform(0.9, 1.1)))
    if rng.random() < 0.7:
        sound = equalise(sound, rng)
    if rng.random() < 0.5:
        sound = add_noise(sound, rng)
    return to_file(sound, rng)
