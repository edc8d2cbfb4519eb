"""The sensor tower: a vision transformer over time × features, cut into rectangular patches."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.motion.modeling_motion import evidence
from models.motion.signals import STATISTICS
from models.numbers import NUMBER_SIZE, number_features
from models.sensorlm.blocks import AttentionPooling, Block
from models.sensorlm.configuration_sensorlm import SensorLMConfig
from models.sensorlm.details import CHANNELS, SUMS, summed

# Radians a second and g have different sizes; halved, rotation spreads about as acceleration does.
ROTATION_SCALE = 0.5


class SensorTower(nn.Module):
    """(batch, rows, columns, 1) → tokens (batch, n, width) and a pooled (batch, width).

    Time is the image's height, as in the released code. Beside the patches stand, with the "motion" front, a token of the
    window's statistics, one of where the device is worn, and one a channel of its mean, deviation, smallest and largest value: a
    deviation, for a few dozen hours are too few to learn spectra and means from patches alone.
    """

    def __init__(self, config: SensorLMConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.patches = nn.Conv2d(
            1,
            width,
            (config.patch_rows, config.patch_columns),
            stride=(config.patch_rows, config.patch_columns),
        )
        tall, wide = -(-config.rows // config.patch_rows), config.columns // config.patch_columns
        self.positions = nn.Parameter(torch.randn(1, tall, wide, width) * 0.02)
        self.missing = nn.Conv2d(1, width, (config.patch_rows, config.patch_columns), stride=(config.patch_rows, config.patch_columns), bias=False) if config.front == "grid" else None  # fmt: skip
        if config.front == "motion":
            self.statistics_norm = nn.BatchNorm1d(STATISTICS, affine=False)
            self.statistics = nn.Sequential(nn.Linear(STATISTICS, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
            self.placement = nn.Embedding(len(config.placements), width)
            self.sums = nn.Linear(SUMS * NUMBER_SIZE, width)
            self.channels = nn.Parameter(torch.randn(1, CHANNELS, width) * 0.02)
        self.blocks = nn.ModuleList(
            Block(width, config.heads, config.inner_size, config.dropout) for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(width)
        self.pool = AttentionPooling(width, config.heads, config.inner_size)

    def grid(self, values: Tensor, missing: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """values: (batch, rows, columns, 1), z-scored. missing: (batch, rows, columns) True where imputed."""
        x = self.patches(values.permute(0, 3, 1, 2))
        if missing is not None and self.missing is not None:
            x = x + self.missing(missing[:, None].to(x.dtype))
        x = x.permute(0, 2, 3, 1) + self.positions[:, : x.shape[2]]
        return self._through(x.flatten(1, 2))

    def motion(self, windows: Tensor, placement: Tensor, has_gyro: Tensor) -> tuple[Tensor, Tensor]:
        """windows: (batch, 6, samples) m/s² and rad/s. The last patch of a window that it does not fill holds zeros."""
        signals, statistics = evidence(windows, has_gyro, self.config.rate_hz)
        # acceleration's axes, rotation's axes, acceleration whatever the turning, rotation whatever the turning
        scaled = torch.cat(
            [signals[:, :3], ROTATION_SCALE * signals[:, 3:6], signals[:, 6:9], ROTATION_SCALE * signals[:, 9:]], 1
        )
        spare = -windows.shape[2] % self.config.patch_rows
        image = functional.pad(scaled, (0, spare)).transpose(1, 2)[:, None]
        x = self.patches(image).permute(0, 2, 3, 1)
        x = (x + self.positions[:, : x.shape[1]]).flatten(1, 2)
        told = self.statistics(self.statistics_norm(statistics).clamp(-6, 6))[:, None]
        sums = self.sums(number_features(summed(windows.float())).flatten(2)) + self.channels
        tokens = [told, self.placement(placement)[:, None], sums, x]
        return self._through(torch.cat([token.to(x.dtype) for token in tokens], dim=1))

    def _through(self, x: Tensor) -> tuple[Tensor, Tensor]:
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return x, self.pool(x)
