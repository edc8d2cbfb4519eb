"""Training windows as other people would have recorded them: worn a little askew. Not in the paper."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.rotations import turn_about
from models.sensorllm.data import WindowSample, statistics_text

_AXES = 3


def turned(samples: Sequence[WindowSample], largest_deg: float, seed: int = 0) -> list[WindowSample]:
    """Each window turned once, about an axis of its own, by up to `largest_deg`: acceleration and rotation alike.

    Held-out people wear the sensor a little differently; windows of people who all wear it alike do not teach that. A draw depends on
    the window's id and the seed alone. Statistics are told anew. 0 degrees: the windows as they are. ValueError for channels that
    are not sensors of three axes each.
    """
    return [_turned(sample, largest_deg, seed) for sample in samples] if largest_deg else list(samples)


def _turned(sample: WindowSample, largest_deg: float, seed: int) -> WindowSample:
    channels, length = sample.series.shape
    if channels % _AXES:
        raise ValueError(f"{sample.id}: {channels} channels, not three axes a sensor")
    number = int.from_bytes(hashlib.blake2b(f"{seed}\n{sample.id}".encode(), digest_size=8).digest())
    rng = np.random.default_rng(number)
    turn = turn_about(rng.normal(size=_AXES), rng.uniform(0.0, math.radians(largest_deg)))
    series = (turn @ sample.series.reshape(-1, _AXES, length)).reshape(channels, length).astype(np.float32)
    told = statistics_text(series, sample.channels)
    return replace(sample, series=series, statistics=told, text=told)
