"""Training windows as other people would have recorded them: worn a little askew, lying on another side. Not in the paper."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from models.rotations import rotations
from models.sensorllm.data import WindowSample, statistics_text

LYING, UPRIGHT = "lying", ("standing", "walking")
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
    body = body_axis(samples) if rolled else None
    if body is None and not largest_deg:
        return list(samples)
    return [_turned(sample, largest_deg, body if sample.label == LYING else None, seed) for sample in samples]


def body_axis(samples: Sequence[WindowSample]) -> Vector | None:
    """(3,) of length one: the mean acceleration of windows of people on their feet; None without such windows."""
    means = [sample.series[:_AXES].mean(axis=1) for sample in samples if sample.label in UPRIGHT]
    if not means:
        return None
    mean = np.asarray(np.mean(means, axis=0), dtype=np.float64)
    return np.asarray(mean / np.linalg.norm(mean))


def _turned(sample: WindowSample, largest_deg: float, body: Vector | None, seed: int) -> WindowSample:
    channels, length = sample.series.shape
    if channels % _AXES:
        raise ValueError(f"{sample.id}: {channels} channels, not three axes a sensor")
    number = int.from_bytes(hashlib.blake2b(f"{seed}\n{sample.id}".encode(), digest_size=8).digest())
    rng = np.random.default_rng(number)
    turn = _turn(rng.normal(size=_AXES), rng.uniform(0.0, math.radians(largest_deg)))
    if body is not None:
        turn = turn @ _turn(body, rng.uniform(0.0, 2 * math.pi))
    series = (turn @ sample.series.reshape(-1, _AXES, length)).reshape(channels, length).astype(np.float32)
    told = statistics_text(series, sample.channels)
    return replace(sample, series=series, statistics=told, text=told)


def _turn(axis: Vector, angle_rad: float) -> Vector:
    """(3, 3)."""
    return np.asarray(
        rotations(torch.from_numpy(axis[None]), torch.tensor([angle_rad], dtype=torch.float64))[0].numpy()
    )
