"""A watch's accelerometer and gyroscope from a wrist's postures and movements.

The watch's orientation is a path: between the activities' postures the arm turns over about two seconds, and around each posture
it turns by band noise and the harmonics of a rhythm. The gyroscope is that path's angular rate; the accelerometer is gravity seen
from it, plus the movements' linear acceleration, the mean pull of a swinging arm towards its pivot, and heel strikes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recordings.simulate.noise import Signal, band_noise, fade
from recordings.simulate.wrist_models import WRIST_MODELS, Reach, Rhythm, WristModel

GRAVITY_MS2 = 9.80665
SENSOR_NOISE_MS2 = 0.02
SENSOR_NOISE_RADS = 0.004
POSTURE_CHANGE_S = 2.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One activity's stretch of the demo, in seconds."""

    activity: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class WristMotion:
    """samples: (6, n) acc m/s², gyro rad/s. events_s: activity phase index → times of its steps or of the hand at the mouth."""

    samples: npt.NDArray[np.float32]
    events_s: dict[int, npt.NDArray[np.float64]]


def wrist_motion(rng: np.random.Generator, phases: Sequence[Phase], rate_hz: float) -> WristMotion:
    """The watch over all phases, which must tile the time from 0."""
    from scipy.spatial.transform import Rotation, Slerp  # heavy import: only when the demo is made

    n = round(phases[-1].end_s * rate_hz)
    time = np.arange(n) / rate_hz
    angles = np.zeros((3, n))
    push = np.zeros((3, n))
    key_times: list[float] = []
    key_postures: list[Signal] = []
    events: dict[int, npt.NDArray[np.float64]] = {}
    for index, phase in enumerate(phases):
        model = WRIST_MODELS[phase.activity]
        here = slice(round(phase.start_s * rate_hz), round(phase.end_s * rate_hz))
        length = here.stop - here.start
        local = np.arange(length) / rate_hz
        window = fade(length, round(0.4 * rate_hz))
        turn, shove = _bands(rng, model, length, rate_hz)
        if model.rhythm is not None:
            cycle_turn, cycle_push, blows = _cycle(rng, model, model.rhythm, local, rate_hz)
            turn, shove = turn + cycle_turn, shove + cycle_push
            events[index] = blows + phase.start_s
        angles[:, here] = _integrated(turn, rate_hz) * window
        push[:, here] = shove * window
        times, postures, reaches = _postures(rng, model, phase)
        key_times += times
        key_postures += postures
        if len(reaches):
            events[index] = reaches
    path = Slerp(key_times, Rotation.concatenate([_upright(Rotation, p) for p in key_postures]))
    orientation = path(np.clip(time, key_times[0], key_times[-1])) * Rotation.from_rotvec(angles.T)
    gravity = orientation.inv().apply(np.array([0.0, 0.0, GRAVITY_MS2])).T
    rate = (orientation[:-1].inv() * orientation[1:]).as_rotvec() * rate_hz
    gyro = np.vstack([rate, rate[-1:]]).T
    acc = gravity + push
    acc += SENSOR_NOISE_MS2 * rng.standard_normal(acc.shape)
    gyro = gyro + SENSOR_NOISE_RADS * rng.standard_normal(gyro.shape)
    return WristMotion(np.concatenate([acc, gyro]).astype(np.float32), events)


def _upright(rotation, gravity: Signal):  # type: ignore[no-untyped-def]  # scipy's class, imported lazily
    """The orientation in which the watch sees `gravity`, turned no more than needed from lying face up."""
    up = gravity / np.linalg.norm(gravity)
    axis = np.cross(up, [0.0, 0.0, 1.0])
    sine = float(np.linalg.norm(axis))
    if sine < 1e-9:
        return rotation.from_rotvec([0.0, 0.0, 0.0]) if up[2] > 0 else rotation.from_rotvec([np.pi, 0.0, 0.0])
    return rotation.from_rotvec(axis / sine * np.arctan2(sine, float(up[2])))


def _postures(
    rng: np.random.Generator, model: WristModel, phase: Phase
) -> tuple[list[float], list[Signal], npt.NDArray[np.float64]]:
    """Times and gravity directions that the wrist passes through, and when the hand reached its second posture."""
    base = np.asarray(model.gravity) + 0.15 * rng.standard_normal(3)
    begin, end = phase.start_s + POSTURE_CHANGE_S / 2, phase.end_s - POSTURE_CHANGE_S / 2
    if model.reach is None:
        return [begin, end], [base, base], np.empty(0)
    times, postures, reached = [begin], [base], []
    reach: Reach = model.reach
    at = begin + 0.5
    while at + 2 * reach.move_s + reach.hold_s < end:
        move = reach.move_s * rng.uniform(0.85, 1.2)
        hold = reach.hold_s * rng.uniform(0.8, 1.25)
        far = np.asarray(reach.gravity) + 0.35 * rng.standard_normal(3)
        near = base + 0.25 * rng.standard_normal(3)
        # A move starts and ends slowly: way points follow a raised cosine.
        for share in (0.0, 0.15, 0.5, 0.85, 1.0):
            times.append(at + share * move)
            postures.append(base + (far - base) * (0.5 - 0.5 * np.cos(np.pi * share)))
        reached.append(at + move)
        at += move + hold
        for share in (0.0, 0.15, 0.5, 0.85, 1.0):
            times.append(at + share * move)
            postures.append(far + (near - far) * (0.5 - 0.5 * np.cos(np.pi * share)))
        base = near
        at += move + max(0.3, (reach.every_s - 2 * reach.move_s - reach.hold_s) * rng.uniform(0.7, 1.4))
    if end > times[-1]:
        times.append(end)
        postures.append(base)
    return times, postures, np.asarray(reached)


def _bands(rng: np.random.Generator, model: WristModel, n: int, rate_hz: float) -> tuple[Signal, Signal]:
    turn, push = np.zeros((3, n)), np.zeros((3, n))
    for band in model.bands:
        # Movements swell and fade: the envelope of a band varies over a few seconds.
        swell = 1.0 + 0.35 * band_noise(rng, n, rate_hz, 0.05, 0.5)
        for axis in range(3):
            turn[axis] += band.turn[axis] * swell * band_noise(rng, n, rate_hz, band.low_hz, band.high_hz)
            push[axis] += band.push[axis] * swell * band_noise(rng, n, rate_hz, band.low_hz, band.high_hz)
    return turn, push


def _cycle(
    rng: np.random.Generator, model: WristModel, rhythm: Rhythm, local: Signal, rate_hz: float
) -> tuple[Signal, Signal, Signal]:
    """Turning, linear acceleration and blow times of a rhythm whose rate and strength wander by a few per cent.

    The harmonics say what the accelerometer shows in all; the part that the turning arm's tilt explains is taken off, since
    the orientation adds it again. (On a swinging arm both nearly cancel, as on a pendulum.)
    """
    wander = 1.0 + 0.015 * band_noise(rng, len(local), rate_hz, 0.05, 0.5)
    turns = np.cumsum(rhythm.rate_hz * rng.normal(1.0, 0.015) * wander) / rate_hz
    strength = 1.0 + 0.08 * band_noise(rng, len(local), rate_hz, 0.1, 1.0)
    turn, push = np.zeros((3, len(local))), np.zeros((3, len(local)))
    for harmonic in rhythm.harmonics:
        cycle = 2 * np.pi * harmonic.order * turns
        for axis in range(3):
            # This person's way: near the median one, not the same.
            size, shift = rng.lognormal(0.0, 0.08, 2), rng.normal(0.0, 0.12, 2)
            turn[axis] += (
                np.sqrt(2) * harmonic.turn[axis] * size[0] * np.cos(cycle + harmonic.turn_phase[axis] + shift[0])
            )
            push[axis] += (
                np.sqrt(2) * harmonic.acc[axis] * size[1] * np.cos(cycle + harmonic.acc_phase[axis] + shift[1])
            )
    turn, push = turn * strength, push * strength
    gravity = np.asarray(model.gravity) / np.linalg.norm(model.gravity) * GRAVITY_MS2
    push -= np.cross(gravity, _integrated(turn, rate_hz), axisb=0).T
    push += np.asarray(rhythm.pull_ms2)[:, None]
    counted = rhythm.blows * turns
    blows = np.interp(np.arange(np.ceil(counted[0]), counted[-1]), counted, local)
    return turn, push + _jolts(rng, blows, rhythm.blow_ms2, len(local), rate_hz), blows


def _jolts(rng: np.random.Generator, times_s: Signal, size: Sequence[float], n: int, rate_hz: float) -> Signal:
    """A damped ring (9 Hz, gone in about 0.2 s) at each time."""
    ring_time = np.arange(round(0.25 * rate_hz)) / rate_hz
    ring = np.exp(-ring_time / 0.05) * np.cos(2 * np.pi * 9.0 * ring_time)
    hits = np.zeros(n)
    index = np.clip(np.rint(times_s * rate_hz).astype(int), 0, n - 1)
    hits[index] = 1.0 + 0.2 * rng.standard_normal(len(index))
    wave = np.convolve(hits, ring)[:n]
    return np.stack([axis_size * wave for axis_size in size])


def _integrated(turn: Signal, rate_hz: float) -> Signal:
    """Turning rate to angle. Frequencies below 0.1 Hz are left out: the posture, not an integral, says where the arm is."""
    n = turn.shape[1]
    spectrum = np.fft.rfft(turn, axis=1)
    frequencies = np.fft.rfftfreq(n, 1.0 / rate_hz)
    keep = frequencies >= 0.1
    spectrum[:, keep] /= 2j * np.pi * frequencies[keep]
    spectrum[:, ~keep] = 0.0
    return np.asarray(np.fft.irfft(spectrum, n, axis=1))
