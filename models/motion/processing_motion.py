"""From a recorded stream to the windows that the network reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.motion.orientation import AS_IS, resolve, turned
from recordings import ACCELERATION, GRAVITY, ROTATION, Samples, Span, Step, Stream, UserError, resample

# A window with more than this share of its samples in a gap says nothing; a smaller hole is bridged linearly.
LARGEST_GAP_SHARE = 0.25
SHORTEST_S = 1.0
LONGEST_S = 5.12


def motion_samples(stream: Stream, rate_hz: float) -> Samples:
    """(6, n) at `rate_hz`: acceleration with gravity in m/s², rotation in rad/s; NaN where there is no gyroscope.

    UserError when the stream has no three-axis acceleration.
    """
    if not stream.has(*ACCELERATION):
        raise UserError(
            stream.name,
            expected="three-axis acceleration (acc_x, acc_y, acc_z)",
            found=", ".join(stream.channels),
            cure="name the columns, or leave this stream out",
        )
    acc = stream.select(*ACCELERATION)
    if stream.gravity == "removed" and stream.has(*GRAVITY):
        acc = acc + stream.select(*GRAVITY)
    gyro = stream.select(*ROTATION) if stream.has(*ROTATION) else np.full_like(acc, np.nan)
    six = replace(
        stream,
        channels=ACCELERATION + ROTATION,
        units=("m/s²",) * 3 + ("rad/s",) * 3,
        samples=np.concatenate([acc, gyro]).astype(np.float32),
    )
    return np.ascontiguousarray(resample(six, rate_hz).samples)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A whole stream at the network's rate and in the network's axes. samples: (6, n). steps: what was done.

    source_hz: the rate that the device sampled at.
    """

    samples: Samples
    rate_hz: float
    start_s: float
    steps: tuple[Step, ...] = ()
    source_hz: float = math.inf

    def starting(self, start_s: float) -> int:
        return round((start_s - self.start_s) * self.rate_hz)


def prepare(
    stream: Stream, rate_hz: float, position: str = "unknown", density: npt.NDArray[np.float32] | None = None
) -> Prepared:
    """Resample the whole stream once and turn it to the position's usual axes; windows are cut from the result.

    density: where gravity points at the position (`orientation.log_density`); None leaves the axes as they are.
    """
    samples = motion_samples(stream, rate_hz)
    steps = [Step("resample", "the motion model's rate", f"{stream.rate_hz:g} Hz", f"{rate_hz:g} Hz")]
    if stream.gravity == "removed" and not stream.has(*GRAVITY):
        cannot = "gravity was removed from the acceleration: postures are told by it, so they are guesses"
        steps.append(Step("classify motion", cannot, warning=True))
    if density is not None:
        turn = resolve(samples, rate_hz, position, density)
        if turn is not AS_IS:
            samples = turned(samples, turn)
            steps.append(Step("turn axes", turn.reason, "as recorded", turn.name, warning=True))
    return Prepared(samples, rate_hz, stream.start_s, tuple(steps), stream.rate_hz)


@dataclass(frozen=True, slots=True)
class Cut:
    """Equal windows: values (n, 6, samples) without NaN; has_gyro (n,); usable (n,)."""

    values: npt.NDArray[np.float32]
    has_gyro: npt.NDArray[np.bool_]
    usable: npt.NDArray[np.bool_]


def cut(prepared: Prepared, starts_s: Sequence[float], samples: int) -> Cut:
    """Windows of `samples` samples at the given times; what lies outside the stream counts as a gap."""
    first = np.array([prepared.starting(start) for start in starts_s], dtype=np.int64)
    index = first[:, None] + np.arange(samples)
    inside = (index >= 0) & (index < prepared.samples.shape[1])
    if prepared.samples.shape[1]:
        values = prepared.samples[:, np.where(inside, index, 0)].transpose(1, 0, 2).copy()
    else:
        values = np.full((len(first), 6, samples), np.nan, dtype=np.float32)
    values[~np.broadcast_to(inside[:, None], values.shape)] = np.nan
    missing = np.isnan(values)
    usable = missing[:, :3].any(axis=1).mean(axis=1) <= LARGEST_GAP_SHARE
    has_gyro = missing[:, 3:].any(axis=1).mean(axis=1) <= LARGEST_GAP_SHARE
    values[~has_gyro, 3:] = 0.0
    values[~usable] = 0.0
    for window, channel in zip(*np.nonzero(np.isnan(values).any(axis=2)), strict=True):
        row = values[window, channel]
        good = np.flatnonzero(np.isfinite(row))
        values[window, channel] = np.interp(np.arange(samples), good, row[good])
    return Cut(values, has_gyro, usable)


def pieces(span: Span) -> list[Span]:
    """A span as equal windows of at most `LONGEST_S`: the network was trained on 2 to 5.12 s."""
    count = max(1, math.ceil(span.duration_s / LONGEST_S - 1e-6))
    length = span.duration_s / count
    return [Span(span.start_s + i * length, span.start_s + (i + 1) * length) for i in range(count)]
