"""People lie on the back, the side or the front; a dozen of a data set do not show them all. So training may roll those it has."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from models.rotations import rotations

LYING, UPRIGHT = "lying", ("standing", "walking")
Vector = npt.NDArray[np.float64]


def body_axis(means: Sequence[npt.NDArray[np.floating]], labels: Sequence[str]) -> Vector | None:
    """The body's long axis as its sensor sees it, (3,) of length one: where gravity points in people on their feet.

    means: (3,) mean acceleration of each window, of one place on the body. None without a window of somebody upright.
    """
    on_feet = [mean for mean, label in zip(means, labels, strict=True) if label in UPRIGHT]
    if not on_feet:
        return None
    mean = np.asarray(np.mean(on_feet, axis=0), dtype=np.float64)
    return np.asarray(mean / np.linalg.norm(mean))


def about(axis: Vector, angle_rad: float) -> npt.NDArray[np.float64]:
    """(3, 3): the turn about an axis of any length."""
    return np.asarray(
        rotations(torch.from_numpy(axis[None]), torch.tensor([angle_rad], dtype=torch.float64))[0].numpy()
    )


def roll(axis: Vector, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """(3, 3): a turn about the body's axis by any angle."""
    return about(axis, rng.uniform(0.0, 2 * math.pi))
