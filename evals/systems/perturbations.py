"""What goes wrong with real devices, done to a stream before anything reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from recordings import Stream, resample

GAP_SHARE = 0.10
GAP_S = (0.2, 2.0)
CLOCK = 0.02


@dataclass(frozen=True, slots=True)
class Changed:
    """stretch: by how much the stream's own clock makes its times longer. position: what a system is told, None: as it was."""

    stream: Stream
    stretch: float = 1.0
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Perturbation:
    """key: in results. said: in words."""

    key: str
    said: str
    change: Callable[[Stream, str], Changed]
    modalities_lost: tuple[str, ...] = ()


def _rng(recording_id: str, what: str) -> np.random.Generator:
    """Noise and gaps are the recording's own: the same whatever else is asked in the run."""
    return np.random.default_rng(int(hashlib.sha256(f"{what}/{recording_id}".encode()).hexdigest()[:15], 16))


def _half_rate(stream: Stream, recording_id: str) -> Changed:
    return Changed(resample(stream, stream.rate_hz / 2))


def _without(first: int) -> Callable[[Stream, str], Changed]:
    def change(stream: Stream, recording_id: str) -> Changed:
        samples = stream.samples.copy()
        samples[first : first + 3] = np.nan
        return Changed(replace(stream, samples=samples))

    return change


def _quarter_turn(position: str | None) -> Callable[[Stream, str], Changed]:
    """90° about z, a case in which the vertical axis moves: x → y, y → −x."""

    def change(stream: Stream, recording_id: str) -> Changed:
        s = stream.samples
        samples = np.stack([-s[1], s[0], s[2], -s[4], s[3], s[5]])
        return Changed(replace(stream, samples=samples), position=position)

    return change


def _unplaced(stream: Stream, recording_id: str) -> Changed:
    return Changed(stream, position="unknown")


def _gaps(stream: Stream, recording_id: str) -> Changed:
    """A tenth of the samples missing, in holes of 0.2 to 2 s."""
    rng = _rng(recording_id, "gaps")
    samples = stream.samples.copy()
    lost = np.zeros(stream.n, dtype=np.bool_)
    while lost.mean() < GAP_SHARE:
        length = max(1, round(rng.uniform(*GAP_S) * stream.rate_hz))
        first = int(rng.integers(0, max(1, stream.n - length)))
        lost[first : first + min(length, max(1, round(GAP_SHARE * stream.n)))] = True
    samples[:, lost] = np.nan
    return Changed(replace(stream, samples=samples))


def _clock(drift: float) -> Callable[[Stream, str], Changed]:
    """A clock that runs `drift` fast: the device still says its nominal rate, so all its times are longer by that."""

    def change(stream: Stream, recording_id: str) -> Changed:
        faster = resample(stream, stream.rate_hz * (1 + drift))
        return Changed(replace(faster, rate_hz=stream.rate_hz), stretch=1 + drift)

    return change


def _noise(snr_db: float) -> Callable[[Stream, str], Changed]:
    """White noise on every channel, its power `snr_db` below that of the channel's own variation over the recording."""

    def change(stream: Stream, recording_id: str) -> Changed:
        rng = _rng(recording_id, f"noise {snr_db:g}")
        deviation = np.nanstd(stream.samples, axis=1, keepdims=True) * 10 ** (-snr_db / 20)
        noisy = stream.samples + rng.standard_normal(stream.samples.shape).astype(np.float32) * deviation
        return Changed(replace(stream, samples=noisy.astype(np.float32)))

    return change


PERTURBATIONS: dict[str, Perturbation] = {
    p.key: p
    for p in (
        Perturbation("half_rate", "half the sampling rate", _half_rate),
        Perturbation("no_gyroscope", "gyroscope lost", _without(3), ("gyroscope",)),
        Perturbation("no_accelerometer", "accelerometer lost", _without(0), ("accelerometer",)),
        Perturbation("turned_known", "turned by 90°, placement told", _quarter_turn(None)),
        Perturbation("turned_unknown", "turned by 90°, placement unknown", _quarter_turn("unknown")),
        Perturbation("placement_unknown", "as recorded, placement unknown", _unplaced),
        Perturbation("gaps", "10 % of the samples missing", _gaps),
        Perturbation("clock_fast", "clock 2 % fast", _clock(CLOCK)),
        Perturbation("clock_slow", "clock 2 % slow", _clock(-CLOCK)),
        Perturbation("noise_20_db", "noise, 20 dB", _noise(20.0)),
        Perturbation("noise_10_db", "noise, 10 dB", _noise(10.0)),
        Perturbation("noise_0_db", "noise, 0 dB", _noise(0.0)),
    )
}
