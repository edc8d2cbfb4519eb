"""LIMU-BERT: one transformer layer applied four times to a window of raw motion, pretrained by filling in masked samples."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from models.limubert.configuration_limubert import LimuBertConfig


class _Layer(nn.Module):
    """The published layer: nothing is added around the attention itself, only around its projection and the inner layer."""

    def __init__(self, config: LimuBertConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.heads = config.heads
        self.query, self.key, self.value = nn.Linear(size, size), nn.Linear(size, size), nn.Linear(size, size)
        self.project = nn.Linear(size, size)
        self.norm1 = nn.LayerNorm(size, eps=config.norm_epsilon)
        self.widen, self.narrow = nn.Linear(size, config.inner_size), nn.Linear(config.inner_size, size)
        self.norm2 = nn.LayerNorm(size, eps=config.norm_epsilon)

    def forward(self, x: Tensor) -> Tensor:
        batch, samples, size = x.shape
        q, k, v = (
            part(x).view(batch, samples, self.heads, -1).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        attended = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, samples, size)
        attended = self.norm1(attended + self.project(attended))
        return torch.as_tensor(self.norm2(attended + self.narrow(functional.gelu(self.widen(attended)))))


class LimuBertModel(PreTrainedModel):
    """windows (batch, samples, 6) float32 at `config.rate_hz`, g and rad/s → (batch, samples, hidden_size). No pooling."""

    config_class = LimuBertConfig
    main_input_name = "windows"

    def __init__(self, config: LimuBertConfig) -> None:
        super().__init__(config)
        self.embed = nn.Linear(config.channels, config.hidden_size)
        self.position = nn.Embedding(config.samples, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.norm_epsilon)
        self.layer = _Layer(config)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own initialisation, as the original."""

    def forward(self, windows: Tensor) -> Tensor:
        places = torch.arange(windows.shape[1], device=windows.device)
        x = self.norm(self.embed(windows) + self.position(places))
        for _ in range(self.config.layers):
            x = self.layer(x)
        return torch.as_tensor(x)


class LimuBertForReconstruction(PreTrainedModel):
    """The pretraining form, 62,646 parameters. forward → (batch, samples, 6): what every sample is taken to be.

    The original's head holds a second 72 → 72 layer that it never calls; here both are used.
    """

    config_class = LimuBertConfig
    main_input_name = "windows"

    def __init__(self, config: LimuBertConfig) -> None:
        super().__init__(config)
        size = config.hidden_size
        self.encoder = LimuBertModel(config)
        self.head = nn.Sequential(
            nn.Linear(size, size), nn.GELU(), nn.Linear(size, size), nn.LayerNorm(size, eps=config.norm_epsilon)
        )
        self.decode = nn.Linear(size, config.channels)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """PyTorch's own initialisation, as the original."""

    def forward(self, windows: Tensor) -> Tensor:
        return torch.as_tensor(self.decode(self.head(self.encoder(windows))))
