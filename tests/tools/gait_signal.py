"""A synthetic recording whose steps, turn, impacts and stillness are known."""

from __future__ import annotations

import numpy as np

from recordings import ACCELERATION, ROTATION, Recording, Samples, Span, Stream

G = 9.80665


def stream_of(samples: Samples, rate_hz: float = 50.0, **more: object) -> Stream:
    """A motion stream of (3, n) or (6, n) samples."""
    channels = ACCELERATION + ROTATION if len(samples) == 6 else ACCELERATION
    units = ("m/s²",) * 3 + ("rad/s",) * (len(channels) - 3)
    return Stream("hip", "motion", channels, units, rate_hz, samples.astype(np.float32), **more)  # type: ignore[arg-type]


def recording_of(*streams: Stream, identity: str = "made") -> Recording:
    return Recording(identity, "made", "0" * 64, streams)


def walk(seconds: float, rate_hz: float, step_hz: float, seed: int = 0) -> Samples:
    """(3, n): gravity on z, a bounce a step with a stronger right foot, and sensor noise."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    bounce = (
        2.5 * np.cos(2 * np.pi * step_hz * t)
        + 0.8 * np.cos(np.pi * step_hz * t)
        + 0.7 * np.cos(4 * np.pi * step_hz * t)
    )
    noise = np.random.default_rng(seed).normal(0, 0.15, (3, len(t)))
    return (np.stack([0.4 * bounce, 0 * t, G + bounce]) + noise).astype(np.float32)


def rest(seconds: float, rate_hz: float, axis: int = 2, seed: int = 1) -> Samples:
    samples = np.random.default_rng(seed).normal(0, 0.03, (3, round(seconds * rate_hz)))
    samples[axis] += G
    return samples.astype(np.float32)


WHOLE = Span(0.0, 1e6)
