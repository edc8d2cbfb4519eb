"""A compact residual 1-D convolution with a window-statistics branch, conditioned on the device's position."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from models.motion.configuration_motion import MotionConfig
from models.motion.orientation import GRID_POINTS
from models.motion.signals import SIGNALS, STATISTICS, to_signals, window_statistics


@dataclass(frozen=True, slots=True)
class MotionOutput:
    """logits: (batch, leaves), not yet divided by the temperature. embedding: (batch, embedding_size)."""

    logits: Tensor
    embedding: Tensor


class ResidualStage(nn.Module):
    """Two convolutions of five samples beside a shortcut; the first halves the rate when `stride` is 2."""

    def __init__(self, width_in: int, width_out: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(width_in, width_out, 5, stride=stride, padding=2, bias=False)
        self.first_norm = nn.BatchNorm1d(width_out)
        self.second = nn.Conv1d(width_out, width_out, 5, padding=2, bias=False)
        self.second_norm = nn.BatchNorm1d(width_out)
        self.shortcut = nn.Conv1d(width_in, width_out, 1, stride=stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        inner = torch.relu(self.first_norm(self.first(x)))
        return torch.relu(self.second_norm(self.second(inner)) + self.shortcut(x))


def pooled(x: Tensor) -> Tensor:
    """(batch, channels, time) → (batch, 3 · channels): mean, largest, deviation. Any window length will do."""
    return torch.cat([x.mean(dim=2), x.amax(dim=2), (x.var(dim=2, unbiased=False) + 1e-5).sqrt()], dim=1)


class MotionForActivityClassification(PreTrainedModel):
    """Windows of acceleration and rotation → activity logits over the union taxonomy.

    forward: windows (batch, 6, samples) float32 at `config.rate_hz`, m/s² with gravity and rad/s, no NaN (zeros where the
    gyroscope is missing); positions (batch,) int64 into `config.positions`; has_gyro (batch,) bool.
    """

    config_class = MotionConfig
    main_input_name = "windows"

    def __init__(self, config: MotionConfig) -> None:
        super().__init__(config)
        first, second, third = config.widths
        self.stem = nn.Sequential(
            nn.Conv1d(SIGNALS, config.stem_width, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm1d(config.stem_width),
            nn.ReLU(),
        )
        self.stage1 = ResidualStage(config.stem_width, first, 1)
        self.stage2 = ResidualStage(first, second, 2)
        self.stage3 = ResidualStage(second, third, 2)
        self.standardise = nn.BatchNorm1d(STATISTICS, affine=False)
        self.statistics = nn.Sequential(
            nn.Dropout(config.dropout / 2),
            nn.Linear(STATISTICS, config.statistics_size),
            nn.BatchNorm1d(config.statistics_size),
            nn.GELU(),
        )
        self.position = nn.Embedding(len(config.positions), config.position_size)
        joined = 3 * (second + third) + config.statistics_size + config.position_size + 1
        self.embed = nn.Sequential(
            nn.Dropout(config.dropout),
            nn.Linear(joined, config.embedding_size),
            nn.BatchNorm1d(config.embedding_size),
            nn.GELU(),
        )
        self.classify = nn.Sequential(nn.Dropout(config.dropout), nn.Linear(config.embedding_size, len(config.leaves)))
        self.position_bias = nn.Embedding(len(config.positions), len(config.leaves))
        # Where gravity points at each position, (positions, points of `orientation.sphere()`): turns a stream before windows are cut.
        self.gravity_density: Tensor
        self.register_buffer("gravity_density", torch.zeros(len(config.positions), GRID_POINTS))
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        # PyTorch's own initialisation is kept; only the priors of the positions start at zero.
        if module is getattr(self, "position_bias", None):
            nn.init.zeros_(self.position_bias.weight)

    def forward(self, windows: Tensor, positions: Tensor, has_gyro: Tensor) -> MotionOutput:
        with torch.autocast(windows.device.type, enabled=False):
            signals = to_signals(windows, has_gyro)
        with torch.no_grad():  # they depend on no parameter
            raw = window_statistics(signals, self.config.rate_hz)
        statistics = self.statistics(self.standardise(raw).clamp(-6.0, 6.0))
        coarse = self.stage2(self.stage1(self.stem(signals)))
        joined = torch.cat(
            [
                pooled(coarse),
                pooled(self.stage3(coarse)),
                statistics,
                self.position(positions),
                has_gyro.to(windows.dtype)[:, None],
            ],
            dim=1,
        )
        embedding = self.embed(joined)
        return MotionOutput(self.classify(embedding) + self.position_bias(positions), embedding)
