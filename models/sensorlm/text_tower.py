"""Two text towers: over sentences whose words a frozen MiniLM has read, and over the captions' own words."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.sensorlm.blocks import AttentionPooling, Block
from models.sensorlm.configuration_sensorlm import SensorLMConfig
from models.sensorlm.details import Measured, SentenceDetails, Values


@dataclass(frozen=True, slots=True)
class Texts:
    """n texts. vectors: (n, sentences, 384). numbers: (n, sentences, 4), NaN where there is none. there: (n, sentences) bool.

    tokens: (n, length) int64 of the captions' own words, None where nothing asks for them.
    """

    vectors: Tensor
    numbers: Tensor
    there: Tensor
    tokens: Tensor | None = None

    def __len__(self) -> int:
        return len(self.there)

    def to(self, device: torch.device) -> Texts:
        tokens = None if self.tokens is None else self.tokens.to(device)
        return Texts(self.vectors.to(device), self.numbers.to(device), self.there.to(device), tokens)


class SentenceTower(nn.Module):
    """A transformer over a text's sentences. Each is MiniLM's vector of its words beside its numbers by value.

    Beside the pooled (n, width) it gives `details`, the sums over sentences of what their words say of their numbers.
    """

    def __init__(self, config: SensorLMConfig) -> None:
        super().__init__()
        width = config.width
        self.words = nn.Sequential(nn.LayerNorm(config.sentence_size), nn.Linear(config.sentence_size, width))
        self.details = SentenceDetails(config)
        self.told = nn.Linear(config.detail_rank, width)
        self.blocks = nn.ModuleList(
            Block(width, config.heads, config.inner_size, config.dropout) for _ in range(config.text_depth)
        )
        self.norm = nn.LayerNorm(width)
        self.pool = AttentionPooling(width, config.heads, config.inner_size)

    def forward(self, texts: Texts, values: Values) -> tuple[Tensor, Measured]:
        bound, timed = self.details(texts.vectors, texts.numbers, values)
        x = self.words(texts.vectors) + self.told(bound.detach())
        for block in self.blocks:
            x = block(x, mask=texts.there)
        bound = bound * texts.there[:, :, None]
        details = (bound * (1 - timed)).sum(dim=1), (bound * timed).sum(dim=1)
        return torch.as_tensor(self.pool(self.norm(x), mask=texts.there)), details


class TokenTower(nn.Module):
    """The original's form: a transformer over tokens; the end mark fills the rest and the last place is the text."""

    def __init__(self, config: SensorLMConfig) -> None:
        super().__init__()
        width = config.width
        self.embed = nn.Embedding(len(config.vocabulary), width)
        self.positions = nn.Parameter(torch.randn(1, config.text_length, width) * 0.02)
        self.blocks = nn.ModuleList(
            Block(width, config.heads, config.inner_size, config.dropout) for _ in range(config.text_depth)
        )
        self.norm = nn.LayerNorm(width)
        self.length = config.text_length

    def forward(self, texts: Texts, values: Values | None) -> tuple[Tensor, None]:
        if texts.tokens is None:
            raise ValueError("this text tower reads tokens")
        x = self.embed(texts.tokens) + self.positions[:, : texts.tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return torch.as_tensor(self.norm(x)[:, -1]), None
