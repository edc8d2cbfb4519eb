"""Training windows as other people would have recorded them: worn a little askew, lying on another side. Not in the paper."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from models.lying import LYING, about, body_axis, roll
from models.sensorllm.data import WindowSample, statistics_text

_AXES = 3
Vector = npt.NDArray[np.float64]


def turned(
    samples: Sequence[WindowSample], largest_deg: float, seed: int = 0, *, rolled: bool = False
) -> list[WindowSample]:
    """Each window turned once, about an axis of its own, by up to `largest_deg`: acceleration and rotation alike.

    Held-out people wear the sensor a little differently; windows of people who all wear it alike do not teach that. rolled: windows
    of lying people are turned before, by any angle about the body's own axis, which is where gravity points in those who
    stand or walk: somebody lies on the back, the side or the front, and a dozen people do not show them all. A draw depends on the
    window's id and the seed alone. Statistics are told anew. 0 degrees and not rolled: the windows as they are. ValueError for
    channels that are not sensors of three axes each.
    """
    means = [sample.series[:_AXES].mean(axis=1) for sample in samples]
    body = body_axis(means, [sample.label for sample in samples]) if rolled else None
    if body is None and not largest_deg:
        return list(samples)
    return [_turned(sample, largest_deg, body if sample.label == LYING else None, seed) for sample in samples]


def _turned(sample: WindowSample, largest_deg: float, body: Vector | None, seed: int) -> WindowSample:
    channels, length = sample.series.shape
    if channels % _AXES:
        raise ValueError(f"{sample.id}: {channels} channels, not three axes a sensor")
    number = int.from_bytes(hashlib.blake2b(f"{seed}\n{sample.id}".encode(), digest_size=8).digest())
    rng = np.random.default_rng(number)
    turn = about(rng.normal(size=_AXES), rng.uniform(0.0, math.radians(largest_deg)))
    if body is not None:
        turn = turn @ roll(body, rng)
    series = (turn @ sample.series.reshape(-1, _AXES, length)).reshape(channels, length).astype(np.float32)
    told = statistics_text(series, sample.channels)
    return replace(sample, series=series, statistics=told, text=told)
