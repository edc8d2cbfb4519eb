"""A logistic regression on window statistics for each position: it needs few people to learn from, the networks many."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.motion.configuration_motion import MotionConfig
from models.motion.signals import STATISTICS

LARGEST_DEVIATION = 6.0


class StatisticsExperts(nn.Module):
    """Rows of `config.positions`; the row of `unknown` and those never fitted say nothing (zero logits)."""

    def __init__(self, config: MotionConfig) -> None:
        super().__init__()
        positions, leaves = len(config.positions), len(config.leaves)
        self.mean: Tensor
        self.scale: Tensor
        self.weight: Tensor
        self.bias: Tensor
        self.register_buffer("mean", torch.zeros(positions, STATISTICS))
        self.register_buffer("scale", torch.ones(positions, STATISTICS))
        self.register_buffer("weight", torch.zeros(positions, STATISTICS, leaves))
        self.register_buffer("bias", torch.zeros(positions, leaves))

    def forward(self, statistics: Tensor, row: int) -> Tensor:
        """(batch, STATISTICS) of windows worn at one position → (batch, leaves) logits."""
        return standardised(statistics, self.mean[row], self.scale[row]) @ self.weight[row] + self.bias[row]


def standardised(statistics: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    """Clipped, so that one wild statistic does not decide alone."""
    return ((statistics - mean) / scale).clamp(-LARGEST_DEVIATION, LARGEST_DEVIATION)
