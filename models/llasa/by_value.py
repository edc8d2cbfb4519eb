"""Beyond LLaSA: what a window's samples measure, as numbers that are added to its sensor rows."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from models.limubert.windows import RATE_HZ, SCALE_MS2
from models.upright import BANDS, UPRIGHT_SERIES, band_powers, moments, upright_series

AXES = 6
# Mean and deviation of every axis and of gravity's six series, the power of each of those in bands.
NUMBERS = 2 * AXES + 2 * UPRIGHT_SERIES + BANDS * UPRIGHT_SERIES


def numbers_of(windows: Tensor) -> Tensor:
    """(n, L, 6) at 20 Hz in g and rad/s → (n, NUMBERS) float32 of SI units, NaN for bands above half the rate."""
    si = windows.detach().cpu().double().numpy().swapaxes(1, 2) * np.array([SCALE_MS2] * 3 + [1.0] * 3)[:, None]
    upright = upright_series(si)
    powers = band_powers(upright, RATE_HZ).reshape(len(si), -1)
    found = np.concatenate([moments(si), moments(upright), powers], axis=1)
    return torch.from_numpy(found.astype(np.float32)).to(windows.device)
