"""The three networks: each takes (batch, channels, samples) z-scored windows, or encoder rows, and gives class logits."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from transformers import PatchTSTConfig, PatchTSTForClassification


class DeepConvLSTM(nn.Module):
    """Ordóñez and Roggen, Sensors 2016: four convolutions of five samples along time, 64 maps, two LSTM layers of 128 units.

    The convolutions run over each channel by itself; the LSTM reads all of them at each time; the last state is classified.
    """

    def __init__(self, channels: int, samples: int, classes: int) -> None:
        super().__init__()
        maps = 64
        sizes = [1, maps, maps, maps, maps]
        steps: list[nn.Module] = []
        for before, after in pairwise(sizes):
            steps += [nn.Conv2d(before, after, (1, 5)), nn.ReLU()]
        self.convolutions = nn.Sequential(*steps)
        self.recurrent = nn.LSTM(maps * channels, 128, num_layers=2, batch_first=True, dropout=0.5)
        self.classify = nn.Sequential(nn.Dropout(0.5), nn.Linear(128, classes))

    def forward(self, windows: Tensor) -> Tensor:
        maps = self.convolutions(windows[:, None])  # (batch, maps, channels, time)
        read, _ = self.recurrent(maps.permute(0, 3, 1, 2).flatten(2))
        return cast("Tensor", self.classify(read[:, -1]))


class PatchTransformer(nn.Module):
    """transformers' PatchTST (Nie et al., ICLR 2023) with a classification head: patches of 16 samples every 8, 3 layers of 128."""

    def __init__(self, channels: int, samples: int, classes: int) -> None:
        super().__init__()
        self.network = PatchTSTForClassification(
            PatchTSTConfig(
                num_input_channels=channels,
                context_length=samples,
                patch_length=min(16, samples),
                patch_stride=8,
                d_model=128,
                num_attention_heads=8,
                num_hidden_layers=3,
                ffn_dim=256,
                ff_dropout=0.1,
                attention_dropout=0.1,
                head_dropout=0.2,
                num_targets=classes,
                use_cls_token=False,
                pooling_type="mean",
                scaling=None,  # windows come standardised; a scale of its own would forget posture
            )
        )

    def forward(self, windows: Tensor) -> Tensor:
        return cast("Tensor", self.network(past_values=windows.transpose(1, 2)).prediction_logits)


class RowsMLP(nn.Module):
    """Chronos + MLP as SensorLLM's table has it: the encoder's rows of every channel, averaged over time, and two layers."""

    def __init__(self, channels: int, width: int, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(channels * width),
            nn.Linear(channels * width, 512),
            nn.GELU(),
            nn.Dropout(0.3),
            nn.Linear(512, classes),
        )

    def forward(self, rows: Tensor) -> Tensor:
        return cast("Tensor", self.layers(rows.flatten(1)))


NETWORKS: dict[str, Callable[[int, int, int], nn.Module]] = {
    "deepconvlstm": DeepConvLSTM,
    "patchtst": PatchTransformer,
    "chronos_mlp": RowsMLP,
}


def parameters_of(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def device_of(network: nn.Module) -> torch.device:
    return next(network.parameters()).device
