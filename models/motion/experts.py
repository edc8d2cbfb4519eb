"""Regressions beside the networks: on window statistics, on random convolutions, and on what no turning of the device changes.

They need few people to learn from where networks need many, and they err on other windows. Random convolutions are those
of MiniRocket (Dempster et al., KDD 2021): kernels of nine samples whose weights are −1 and 2, each read by the share of the
window in which its output exceeds a bias. The third view has its own, on the signals that no turning changes, beside such
statistics.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import torch
from torch import Tensor, nn

from models.motion.configuration_motion import MotionConfig
from models.motion.signals import INVARIANTS, SIGNALS, STATISTICS
from models.motion.taxonomy import KINDS

VIEWS = ("statistics", "convolutions", "invariants")
LARGEST_DEVIATION = 6.0
KERNEL_SAMPLES = 9
DILATIONS = (1, 2, 4, 7, 11)
QUANTILES = (0.15, 0.4, 0.65, 0.9)
_MOST_SIGNALS = 4
_CHUNK = 64
_PATTERNS = tuple(combinations(range(KERNEL_SAMPLES), 3))
CONVOLUTIONS = len(_PATTERNS) * len(DILATIONS) * len(QUANTILES)
_SIZES = {"statistics": STATISTICS, "convolutions": CONVOLUTIONS, "invariants": CONVOLUTIONS + len(INVARIANTS)}


def kernels(seed: int, signals: int = SIGNALS) -> Tensor:
    """(dilations, kernels, signals, 9): every pattern of three 2s at every dilation, over one to four signals of random sign."""
    rng = np.random.default_rng(seed)
    found = np.zeros((len(DILATIONS), len(_PATTERNS), signals, KERNEL_SAMPLES), dtype=np.float32)
    for at in np.ndindex(found.shape[:2]):
        pattern = -np.ones(KERNEL_SAMPLES)
        pattern[list(_PATTERNS[at[1]])] = 2.0
        count = int(2 ** rng.uniform(0, np.log2(_MOST_SIGNALS + 1)))
        for row in rng.choice(signals, count, replace=False):
            found[at][row] = pattern * rng.choice([-1.0, 1.0])
    return torch.from_numpy(found)


class RandomConvolutions(nn.Module):
    """Reads the last `signals` of the twelve. biases: (dilations, kernels, quantiles), of outputs on training windows."""

    def __init__(self, signals: int = SIGNALS) -> None:
        super().__init__()
        self.kernels: Tensor
        self.biases: Tensor
        self.register_buffer("kernels", torch.zeros(len(DILATIONS), len(_PATTERNS), signals, KERNEL_SAMPLES))
        self.register_buffer("biases", torch.zeros(len(DILATIONS), len(_PATTERNS), len(QUANTILES)))

    def outputs(self, signals: Tensor) -> list[Tensor]:
        """For each dilation (batch, kernels, samples)."""
        heard = signals[:, -self.kernels.shape[2] :]
        return [
            torch.nn.functional.conv1d(heard, weight, dilation=dilation, padding=dilation * (KERNEL_SAMPLES // 2))
            for weight, dilation in zip(self.kernels, DILATIONS, strict=True)
        ]

    def forward(self, signals: Tensor) -> Tensor:
        """(batch, 12, samples) → (batch, CONVOLUTIONS) shares of the window."""
        found = []
        for chunk in torch.split(signals, _CHUNK):  # small enough for a processor's cache
            counts = [
                (out > bias[:, None]).sum(dim=2, dtype=torch.int16)
                for out, rows in zip(self.outputs(chunk), self.biases, strict=True)
                for bias in rows.unbind(1)
            ]
            found.append(torch.cat(counts, dim=1).float() / signals.shape[2])
        return torch.cat(found)


class Experts(nn.Module):
    """One regression for each view and kind of stream (`KINDS`); the row of `unknown` and those never fitted say nothing."""

    def __init__(self, config: MotionConfig) -> None:
        super().__init__()
        self.convolutions = RandomConvolutions()
        self.turn_free = RandomConvolutions(SIGNALS // 2)
        self.register_buffer("columns", torch.tensor(INVARIANTS))
        for view, size in _SIZES.items():
            self.register_buffer(f"{view}_mean", torch.zeros(len(KINDS), size))
            self.register_buffer(f"{view}_scale", torch.ones(len(KINDS), size))
            self.register_buffer(f"{view}_weight", torch.zeros(len(KINDS), size, len(config.leaves)))
            self.register_buffer(f"{view}_bias", torch.zeros(len(KINDS), len(config.leaves)))

    def views(self, signals: Tensor, statistics: Tensor) -> dict[str, Tensor]:
        """What each regression reads of a batch of windows."""
        return {
            "statistics": statistics,
            "convolutions": self.convolutions(signals),
            "invariants": torch.cat([self.turn_free(signals), statistics[:, self.get_buffer("columns")]], dim=1),
        }

    def forward(self, signals: Tensor, statistics: Tensor, kind: int) -> Tensor:
        """Windows of one kind of stream → (batch, views, leaves) logits."""
        answers = [self.answer(view, x, kind) for view, x in self.views(signals, statistics).items()]
        return torch.stack(answers, dim=1)

    def answer(self, view: str, x: Tensor, kind: int) -> Tensor:
        """(batch, size) of one view → (batch, leaves) logits."""
        return (
            self.scaled(view, x, kind) @ self.get_buffer(f"{view}_weight")[kind] + self.get_buffer(f"{view}_bias")[kind]
        )

    def scaled(self, view: str, x: Tensor, kind: int) -> Tensor:
        """Clipped, so that one wild number does not decide alone."""
        mean, scale = self.get_buffer(f"{view}_mean")[kind], self.get_buffer(f"{view}_scale")[kind]
        return ((x - mean) / scale).clamp(-LARGEST_DEVIATION, LARGEST_DEVIATION)
