"""Turns of a device about its own axes, as training may imagine them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor


def rotations(axes: Tensor, angles: Tensor) -> Tensor:
    """(n, 3) axes of any length, (n,) radians → (n, 3, 3) (Rodrigues)."""
    x, y, z = torch.nn.functional.normalize(axes, dim=1).unbind(1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=1).view(-1, 3, 3)
    sine, cosine = angles.sin()[:, None, None], angles.cos()[:, None, None]
    return torch.eye(3, dtype=axes.dtype, device=axes.device) + sine * cross + (1 - cosine) * cross @ cross


def turn_about(axis: npt.NDArray[np.float64], angle_rad: float) -> npt.NDArray[np.float64]:
    """(3, 3): the turn about an axis of any length."""
    one = rotations(torch.from_numpy(axis[None]), torch.tensor([angle_rad], dtype=torch.float64))
    return np.asarray(one[0].numpy())
