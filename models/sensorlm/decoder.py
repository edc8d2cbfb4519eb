"""The captioning decoder of the coca objective, and what of a window it is told by value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from models.numbers import NUMBER_SIZE, number_features
from models.sensorlm.blocks import Block, Past
from models.sensorlm.captions.channels import WINDOW_COLUMNS
from models.sensorlm.captions.structural import BINS, bin_edges
from models.sensorlm.configuration_sensorlm import SensorLMConfig
from models.sensorlm.details import (
    AXES,
    CHANNELS,
    EVENTS,
    STRETCHES,
    SUMS,
    WAYS,
    binned,
    events_of,
    exactly,
    summed,
    verdicts_of,
    ways_of,
)

# Slope, net change and extent of a stretch.
_FACTS = 3
# What a verdict weighs beside them.
VERDICT = 4.0


class DecoderFacts(nn.Module):
    """Tokens of what captions measure: one a channel with its sums, one an axis with its bins and events, one a stretch of an axis.

    Our own addition: from the tower's tokens alone, which have forgotten a number's digits after a block, a decoder of two layers
    wrote none that was right. What it is told are measurements; which of them to tell, and in what words, it learns.
    """

    def __init__(self, config: SensorLMConfig) -> None:
        super().__init__()
        width = config.width
        self.sums = nn.Sequential(nn.Linear(SUMS * NUMBER_SIZE, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.bins = nn.Sequential(
            nn.Linear(BINS + EVENTS * BINS + NUMBER_SIZE, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.placed = nn.Sequential(nn.Linear(2 * NUMBER_SIZE, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        # By itself: three verdicts beside sixty-six features of two numbers were a tenth of what a layer saw, and after 2,600 steps
        # the stretches told were no better than chance.
        self.ways = nn.Linear(WAYS + _FACTS, width)
        self.channel = nn.Parameter(torch.randn(1, CHANNELS, width) * 0.3)
        self.axis = nn.Parameter(torch.randn(1, AXES, width) * 0.3)
        self.of_stretches = nn.Parameter(torch.randn(1, AXES, 1, width) * 0.3)

    def forward(self, windows: Tensor, has_gyro: Tensor) -> Tensor:
        """windows: (n, 6, samples) m/s² and rad/s; has_gyro: (n,), where it is false nothing is told of rotation → (n, tokens, width)."""
        with exactly(windows):
            windows = windows.float()
            there = has_gyro[:, None] | torch.tensor([not name.startswith("gyro") for name in WINDOW_COLUMNS], device=windows.device)  # fmt: skip
            sums = self.sums(number_features(summed(windows)).flatten(2)) + self.channel
            bins = binned(windows)
            edges = torch.from_numpy(np.array(bin_edges(windows.shape[2]))).to(bins.device).float()
            length = number_features(edges[-1:]).expand(*bins.shape[:2], -1)
            axes = self.bins(torch.cat([bins, events_of(bins).flatten(2), length], dim=2)) + self.axis
            facts = ways_of(bins)[1]
            rows = torch.tensor(STRETCHES, device=bins.device)
            placed = self.placed(number_features(edges[rows]).flatten(1))
            facts = facts.reshape(*facts.shape[:2], _FACTS, -1)
            judged = torch.cat([VERDICT * verdicts_of(bins), facts], dim=2).transpose(2, 3)
            stretches = (self.ways(judged) + placed + self.of_stretches) * there[:, :AXES, None, None]
            return torch.cat([sums * there[:, :, None], axes * there[:, :AXES, None], stretches.flatten(1, 2)], dim=1)


class CaptionDecoder(nn.Module):
    """A causal transformer over a caption's words that looks at the sensor tower's tokens and at what it is told."""

    def __init__(self, config: SensorLMConfig) -> None:
        super().__init__()
        self.embed = nn.Embedding(len(config.vocabulary), config.width)
        # Its words are its answers, too: at PyTorch's size of 1 they would drown the positions and begin with sure guesses.
        nn.init.normal_(self.embed.weight, std=config.width**-0.5)
        self.positions = nn.Parameter(torch.randn(1, config.caption_length, config.width) * 0.02)
        self.facts = DecoderFacts(config) if config.front == "motion" else None
        self.blocks = nn.ModuleList(
            Block(config.width, config.heads, config.inner_size, config.dropout, crossed=True)
            for _ in range(config.decoder_depth)
        )
        self.norm = nn.LayerNorm(config.width)

    def memory(self, tokens: Tensor, windows: Tensor, has_gyro: Tensor) -> Tensor:
        """(n, m, width) that words look at: the tower's tokens, and what is told by value beside them."""
        if self.facts is None:
            return tokens
        return torch.cat([tokens, self.facts(windows, has_gyro).to(tokens.dtype)], dim=1)

    def forward(self, words: Tensor, memory: Tensor) -> Tensor:
        """words: (n, length); memory: (n, m, width) → (n, length, words)."""
        x = self.embed(words) + self.positions[:, : words.shape[1]]
        for block in self.blocks:
            x = block(x, causal=True, other=memory)
        return torch.as_tensor(self.norm(x) @ self.embed.weight.T)

    def following(self, word: Tensor, at: int, memory: Tensor, pasts: Sequence[Past]) -> Tensor:
        """(n, words) after the word (n, 1) in place `at`, whose predecessors `pasts` hold, one a block."""
        x = self.embed(word) + self.positions[:, at : at + 1]
        for block, past in zip(self.blocks, pasts, strict=True):
            x = block(x, other=memory, past=past)
        return torch.as_tensor(self.norm(x)[:, 0] @ self.embed.weight.T)
