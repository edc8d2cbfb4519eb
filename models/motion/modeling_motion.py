"""A compact residual 1-D convolution with a window-statistics branch, conditioned on the device's position; and several pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from models.motion.configuration_motion import MotionConfig
from models.motion.experts import Experts
from models.motion.orientation import GRID_POINTS
from models.motion.signals import SIGNALS, STATISTICS, to_signals, window_statistics

AXES = 6


@dataclass(frozen=True, slots=True)
class MotionOutput:
    """logits: (batch, leaves), not yet divided by the temperature. embedding: (batch, embedding_size).

    signals: (batch, 12, samples) and statistics: (batch, STATISTICS) of the window, which experts read.
    """

    logits: Tensor
    embedding: Tensor
    signals: Tensor
    statistics: Tensor


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


def evidence(windows: Tensor, has_gyro: Tensor, rate_hz: float) -> tuple[Tensor, Tensor]:
    """The twelve signals and the window's statistics; neither depends on a parameter."""
    with torch.autocast(windows.device.type, enabled=False), torch.no_grad():
        signals = to_signals(windows, has_gyro)
        return signals, window_statistics(signals, rate_hz)


class MotionForActivityClassification(PreTrainedModel):
    """Windows of acceleration and rotation → activity logits over the union taxonomy.

    forward: windows (batch, 6, samples) float32 at `config.rate_hz`, m/s² with gravity and rad/s, no NaN (zeros where the
    gyroscope is missing); positions (batch,) int64 into `config.positions`; has_gyro (batch,) bool.
    """

    config_class = MotionConfig
    main_input_name = "windows"

    def __init__(self, config: MotionConfig) -> None:
        super().__init__(config)
        widths = (config.stem_width, *config.widths)
        self.stem = nn.Sequential(
            nn.Conv1d(SIGNALS, config.stem_width, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm1d(config.stem_width),
            nn.ReLU(),
        )
        for number, (narrow, wide) in enumerate(pairwise(widths), 1):
            self.add_module(f"stage{number}", ResidualStage(narrow, wide, 1 if number == 1 else 2))
        self.standardise = nn.BatchNorm1d(STATISTICS, affine=False)
        self.statistics = nn.Sequential(
            nn.Dropout(config.dropout / 2),
            nn.Linear(STATISTICS, config.statistics_size),
            nn.BatchNorm1d(config.statistics_size),
            nn.GELU(),
        )
        self.position = nn.Embedding(len(config.positions), config.position_size)
        joined = 3 * sum(config.widths[-2:]) + config.statistics_size + config.position_size + 1
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

    def forward(
        self, windows: Tensor, positions: Tensor, has_gyro: Tensor, other: Tensor | None = None, share: float = 1.0
    ) -> MotionOutput:
        """other: (batch,) rows to mix each row with, `share` of its own (training only)."""
        signals, raw = evidence(windows, has_gyro, self.config.rate_hz)
        return self.judge(signals, raw, positions, has_gyro, other, share)

    def judge(
        self,
        signals: Tensor,
        raw: Tensor,
        positions: Tensor,
        has_gyro: Tensor,
        other: Tensor | None = None,
        share: float = 1.0,
    ) -> MotionOutput:
        """From what `evidence` found, which several networks can share."""
        if self.training and self.config.axis_dropout > 0:
            # Without the axes a network must tell by what does not depend on how the device lies.
            kept = (torch.rand(len(signals), 1, 1, device=signals.device) >= self.config.axis_dropout).to(signals.dtype)
            signals = torch.cat([signals[:, :AXES] * kept, signals[:, AXES:]], dim=1)
        statistics = self.statistics(self.standardise(raw).clamp(-6.0, 6.0))
        levels = [self.stem(signals)]
        for number in range(1, len(self.config.widths) + 1):
            levels.append(self.get_submodule(f"stage{number}")(levels[-1]))
        joined = torch.cat(
            [
                *(pooled(level) for level in levels[-2:]),
                statistics,
                self.position(positions),
                has_gyro.to(signals.dtype)[:, None],
            ],
            dim=1,
        )
        bias = self.position_bias(positions)
        if other is not None:
            joined, bias = torch.lerp(joined[other], joined, share), torch.lerp(bias[other], bias, share)
        embedding = self.embed(joined)
        return MotionOutput(self.classify(embedding) + bias, embedding, signals, raw)


class MotionEnsemble(PreTrainedModel):
    """Several networks of one shape trained from different seeds: their logits averaged, their embeddings side by side.

    experts: regressions on the same windows, pooled by `MotionClassifier` as `config.pool` says.
    """

    config_class = MotionConfig
    main_input_name = "windows"

    def __init__(self, config: MotionConfig) -> None:
        super().__init__(config)
        self.members = nn.ModuleList(MotionForActivityClassification(config) for _ in range(config.members))
        self.experts = Experts(config)
        self.gravity_density: Tensor
        self.register_buffer("gravity_density", torch.zeros(len(config.positions), GRID_POINTS))
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        return  # the members did

    @classmethod
    def of(
        cls,
        config: MotionConfig,
        members: Sequence[MotionForActivityClassification],
        experts: Experts | None = None,
    ) -> MotionEnsemble:
        """Copies of trained parts."""
        ensemble = cls(config)
        if experts is not None:
            ensemble.experts.load_state_dict(experts.state_dict())
        for mine, given in zip(ensemble.members, members, strict=True):
            mine.load_state_dict(given.state_dict())
        ensemble.gravity_density.copy_(members[0].gravity_density)
        return ensemble.eval()

    def forward(self, windows: Tensor, positions: Tensor, has_gyro: Tensor) -> MotionOutput:
        signals, raw = evidence(windows, has_gyro, self.config.rate_hz)
        networks = cast("list[MotionForActivityClassification]", list(self.members))
        found = [network.judge(signals, raw, positions, has_gyro) for network in networks]
        logits = torch.stack([one.logits for one in found]).mean(dim=0)
        return MotionOutput(logits, torch.cat([one.embedding for one in found], dim=1), signals, raw)
