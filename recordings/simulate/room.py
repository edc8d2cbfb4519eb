"""What a microphone in the room hears: keys, water, crockery and steps from simple physical models, 16 kHz mono.

Full scale is 1. Impacts are noise or inharmonic partials with exponential decay; running water is band-shaped noise whose level
flickers, with bubbles (short rising tones, as in Minnaert's resonance) in it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recordings.simulate.noise import Signal, band_noise, fade

RATE_HZ = 16_000
# A tap's noise: low and high edge of each band (Hz) and its root-mean-square level. The basin resonates below 800 Hz, the
# splash lies at 2.5 to 5 kHz.
WATER_BANDS = (
    (60.0, 200.0, 0.1),
    (200.0, 800.0, 1.2),
    (800.0, 2500.0, 0.1),
    (2500.0, 5000.0, 0.9),
    (5000.0, 7900.0, 0.12),
)


def near_silence(rng: np.random.Generator, n: int) -> Signal:
    """A quiet room: about −66 dBFS, mostly below 500 Hz, with a trace of mains hum."""
    rumble = 3.5e-4 * band_noise(rng, n, RATE_HZ, 20.0, 500.0)
    hiss = 1.2e-4 * band_noise(rng, n, RATE_HZ, 500.0, 7500.0)
    hum = 1e-4 * np.sin(2 * np.pi * 100.0 * np.arange(n) / RATE_HZ)
    return rumble + hiss + hum


def _burst(rng: np.random.Generator, low_hz: float, high_hz: float, decay_s: float, length_s: float) -> Signal:
    n = round(length_s * RATE_HZ)
    time = np.arange(n) / RATE_HZ
    attack = 1.0 - np.exp(-time / 0.0004)
    return np.asarray(band_noise(rng, n, RATE_HZ, low_hz, high_hz) * np.exp(-time / decay_s) * attack)


def keystroke(rng: np.random.Generator) -> Signal:
    """A key as a microphone on the same desk hears it: mostly the desk's thud, some click, and the release 90 ms later."""
    wave = np.zeros(round(0.25 * RATE_HZ))
    _add(wave, _burst(rng, 50.0, 250.0, 0.02, 0.12), 0.0, 1.0)
    _add(wave, _burst(rng, 200.0, 1200.0, 0.015, 0.1), 0.003, 0.25)
    _add(wave, _burst(rng, 1200.0, 5000.0, 0.006, 0.04), 0.0, 0.06)
    _add(wave, _burst(rng, 100.0, 3000.0, 0.008, 0.05), rng.uniform(0.07, 0.11), 0.15)
    return wave


def footstep(rng: np.random.Generator) -> Signal:
    """A soft sole on a wooden floor: a low thud and a trace of scuff."""
    wave = np.zeros(round(0.3 * RATE_HZ))
    _add(wave, _burst(rng, 50.0, 180.0, 0.05, 0.25), 0.0, 1.0)
    _add(wave, _burst(rng, 150.0, 900.0, 0.03, 0.15), 0.03, 0.12)
    return wave


def clink(rng: np.random.Generator) -> Signal:
    """Metal on china: inharmonic partials between 0.5 and 7.5 kHz, the contact's click, and the plate's dull body."""
    time = np.arange(round(0.4 * RATE_HZ)) / RATE_HZ
    base = rng.uniform(500.0, 1400.0)
    ratios = np.array([1.0, 1.58, 2.24, 2.92, 3.5, 4.1, 4.9, 5.6, 6.4]) * rng.uniform(0.97, 1.03, 9)
    wave = np.zeros(len(time))
    for ratio in ratios[ratios * base < 7600.0]:
        decay = rng.uniform(0.015, 0.07)
        wave += (
            rng.uniform(0.1, 0.45)
            * np.exp(-time / decay)
            * np.sin(2 * np.pi * base * ratio * time + rng.uniform(0, 6.28))
        )
    _add(wave, _burst(rng, 1500.0, 7800.0, 0.008, 0.05), 0.0, 0.8)
    _add(wave, _burst(rng, 150.0, 1200.0, 0.02, 0.15), 0.0, 0.5)
    return wave


def scrape(rng: np.random.Generator) -> Signal:
    """A spoon drawn over a plate: rough noise with a ringing centre that glides."""
    n = round(rng.uniform(0.15, 0.45) * RATE_HZ)
    rough = 1.0 + 0.8 * np.abs(band_noise(rng, n, RATE_HZ, 30.0, 150.0))
    low = rng.uniform(1500.0, 3500.0)
    return (
        (band_noise(rng, n, RATE_HZ, low, low + 3000.0) + 0.4 * band_noise(rng, n, RATE_HZ, 300.0, 1500.0))
        * rough
        * fade(n, n // 3)
        * 0.25
    )


def running_water(rng: np.random.Generator, n: int) -> Signal:
    """A tap into a basin, root-mean-square about 1: bands of noise whose levels waver, and bubbles in the pool."""
    wave = np.zeros(n)
    # Each band wavers on its own, by some three decibels.
    for low, high, gain in WATER_BANDS:
        waver = 10.0 ** (np.clip(band_noise(rng, n, RATE_HZ, 0.3, 15.0), -2.5, 2.5) * 3.0 / 20.0)
        wave += gain * waver * band_noise(rng, n, RATE_HZ, low, high)
    wave /= np.sqrt(np.mean(wave**2))
    for at in rng.uniform(0.0, n / RATE_HZ, int(45 * n / RATE_HZ)):
        length = rng.uniform(0.02, 0.09)
        time = np.arange(round(length * RATE_HZ)) / RATE_HZ
        pitch = rng.uniform(300.0, 2200.0)
        bubble = np.exp(-time / (length / 3)) * np.sin(2 * np.pi * pitch * time * (1.0 + 3.0 * time))
        _add(wave, bubble, float(at), 0.3 * float(rng.lognormal(0.4, 0.6)))
    return wave


def brushing(rng: np.random.Generator, n: int, stroke_hz: float) -> Signal:
    """Bristles: hiss at 2–7 kHz, twice a stroke louder."""
    time = np.arange(n) / RATE_HZ
    strokes = 0.5 + 0.5 * np.abs(np.sin(2 * np.pi * stroke_hz * time + 0.4 * band_noise(rng, n, RATE_HZ, 0.1, 1.0)))
    return np.asarray(band_noise(rng, n, RATE_HZ, 2000.0, 7000.0) * strokes**2)


def _add(wave: Signal, part: Signal, at_s: float, gain: float) -> None:
    """`part` into `wave` at a time; what would lie beyond the end is cut."""
    start = round(at_s * RATE_HZ)
    stop = min(len(wave), start + len(part))
    if 0 <= start < stop:
        wave[start:stop] += gain * part[: stop - start]


def impacts(rng: np.random.Generator, n: int, times_s: npt.NDArray[np.float64], kind: str, gain: float) -> Signal:
    """(n,) sound of one kind of impact at each of the times (seconds within the stretch)."""
    makers = {
        "key": lambda: keystroke(rng),
        "step": lambda: footstep(rng),
        "clink": lambda: clink(rng),
        "scrape": lambda: scrape(rng),
    }
    # A dozen different blows, drawn again and again: no two keys sound alike, but a keyboard has a sound.
    bank = [makers[kind]() for _ in range(12)]
    wave = np.zeros(n)
    for at in times_s:
        _add(wave, bank[int(rng.integers(len(bank)))], float(at), gain * float(rng.lognormal(0.0, 0.3)))
    return wave


def reverberant(rng: np.random.Generator, wave: Signal, reverberation_s: float = 0.4, level: float = 0.35) -> Signal:
    """The wave with the room's answer: noise that decays by 60 dB in `reverberation_s`, darker than the direct sound."""
    from scipy.signal import oaconvolve  # heavy import: only when the demo is made

    n = round(reverberation_s * RATE_HZ)
    time = np.arange(n) / RATE_HZ
    tail = band_noise(rng, n, RATE_HZ, 80.0, 4500.0) * np.exp(-6.9 * time / reverberation_s)
    tail *= level / np.sqrt(np.sum(tail**2))
    return np.asarray(wave + oaconvolve(wave, tail)[: len(wave)])


def key_times(rng: np.random.Generator, duration_s: float) -> npt.NDArray[np.float64]:
    """Typing at about six keys a second in bursts of words, with pauses to think."""
    times = []
    at = 0.3
    while at < duration_s - 0.3:
        for _ in range(int(rng.integers(10, 60))):
            at += float(rng.gamma(6.0, 0.025))
            if at < duration_s - 0.3:
                times.append(at)
        at += float(rng.uniform(0.2, 0.9))
    return np.asarray(times)


def stretch(n: int, wave: Signal, edge_s: float = 0.3) -> Signal:
    """A stretch that begins and ends softly."""
    return wave * fade(n, round(edge_s * RATE_HZ))
