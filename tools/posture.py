"""Posture changes: the direction of gravity, as the device feels it, turns and stays turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recordings import ACCELERATION, GRAVITY, Stream
from tools.errors import NoData
from tools.trend_readable import finite_runs

# The body's own movement averages out below this; what is left of acceleration is gravity.
LOW_PASS_HZ = 0.3
# Gravity's direction from 3 s to 1 s before is compared with that from 1 s to 3 s after.
BESIDE_S = 1.0
LOOK_S = 2.0
MIN_ANGLE_DEG = 30.0
# One change at a time: the largest angle within this many seconds.
APART_S = 3.0
# Below 0.3 Hz ten values a second are plenty; blocks of samples are averaged to about that.
COARSE_HZ = 10.0
STANDARD_GRAVITY_MS2 = 9.80665
# Away from 1 g the device was thrown or shaken and the direction means nothing.
GRAVITY_RANGE = (0.6, 1.4)


@dataclass(frozen=True, slots=True)
class PostureChange:
    """At `time_s` gravity's direction turned by `angle_deg` within the device."""

    time_s: float
    angle_deg: float


def find_posture_changes(stream: Stream) -> tuple[PostureChange, ...]:
    """Every posture change of a whole motion stream, in time order. NoData when gravity was not recorded."""
    if stream.has(*GRAVITY):
        axes = stream.select(*GRAVITY)
    elif stream.has(*ACCELERATION) and stream.gravity != "removed":
        axes = stream.select(*ACCELERATION)
    else:
        raise NoData(stream.name, "gravity was not recorded")
    found: list[PostureChange] = []
    for a, b in finite_runs(np.asarray(axes.sum(axis=0), dtype=np.float64)):
        if b - a > 2 * (BESIDE_S + LOOK_S) * stream.rate_hz:
            block = max(1, int(stream.rate_hz / COARSE_HZ))
            whole = axes[:, a : b - (b - a) % block].reshape(3, -1, block)
            start_s = stream.start_s + (a + (block - 1) / 2) / stream.rate_hz
            found += _changes(whole.mean(axis=2, dtype=np.float64), start_s, stream.rate_hz / block)
    return tuple(found)


def _changes(axes: npt.NDArray[np.float64], start_s: float, rate_hz: float) -> list[PostureChange]:
    from scipy.signal import butter, find_peaks, sosfiltfilt

    low = butter(2, LOW_PASS_HZ, fs=rate_hz, output="sos")
    gravity = np.asarray(sosfiltfilt(low, axes, axis=1), dtype=np.float64)
    look, beside = round(LOOK_S * rate_hz), round(BESIDE_S * rate_hz)
    sums = np.concatenate([np.zeros((3, 1)), np.cumsum(gravity, axis=1)], axis=1)
    means = (sums[:, look:] - sums[:, :-look]) / look
    before, after = means[:, : -look - 2 * beside], means[:, look + 2 * beside :]
    norms = np.linalg.norm(before, axis=0), np.linalg.norm(after, axis=0)
    cosine = (before * after).sum(axis=0) / np.maximum(norms[0] * norms[1], 1e-9)
    angle = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    lowest, highest = (share * STANDARD_GRAVITY_MS2 for share in GRAVITY_RANGE)
    for norm in norms:
        angle[(norm < lowest) | (norm > highest)] = 0.0
    # A change at the very edge of what can be compared still has a peak.
    padded = np.concatenate([[0.0], angle, [0.0]])
    peaks, _ = find_peaks(padded, height=MIN_ANGLE_DEG, distance=max(1, round(APART_S * rate_hz)))
    return [PostureChange(float(start_s + (peak - 1 + look + beside) / rate_hz), float(padded[peak])) for peak in peaks]
