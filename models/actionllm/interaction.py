"""The cross-modal interaction block (ActionLLM §III-B): every stream attends to itself and to the two others."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.actionllm.configuration_actionllm import ActionLLMConfig

STREAMS = 3


class RMSNorm(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.rms_norm(x, (x.shape[-1],), self.weight, 1e-6)


class SwiGLU(nn.Module):
    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.gate = nn.Linear(size, hidden, bias=False)
        self.up = nn.Linear(size, hidden, bias=False)
        self.down = nn.Linear(hidden, size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.down(nn.functional.silu(self.gate(x)) * self.up(x)))


class StreamAttention(nn.Module):
    """One stream's queries on the keys and values of the streams that it may see.

    joining "mean": their average through one output projection (the published code); "sum": each through its own, summed.
    """

    def __init__(self, config: ActionLLMConfig, own: int) -> None:
        super().__init__()
        size = config.interaction_size
        seen = {"full": range(STREAMS), "self": [own], "cross": [m for m in range(STREAMS) if m != own]}
        self.seen = list(seen[config.interaction])
        self.heads, self.mean = config.interaction_heads, config.joining == "mean"
        self.query, self.key, self.value = (nn.Linear(size, size) for _ in range(3))
        self.output = nn.ModuleList(nn.Linear(size, size) for _ in ([own] if self.mean else self.seen))
        self.dropout = nn.Dropout(config.dropout_rate)

    def split(self, x: Tensor) -> Tensor:
        """(b, n, size) → (b, heads, n, size / heads)."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def forward(
        self, own: Tensor, keys: Sequence[Tensor], values: Sequence[Tensor], hidden: Sequence[Tensor]
    ) -> Tensor:
        """hidden: (b, n) True where a step is padding."""
        query = self.split(self.query(own))
        found = []
        for m in self.seen:
            scores = query @ keys[m].transpose(2, 3) / math.sqrt(query.shape[-1])
            scores = scores.masked_fill(hidden[m][:, None, None, :], -torch.inf)
            looked = self.dropout(torch.softmax(scores, dim=-1)) @ values[m]
            found.append(looked.transpose(1, 2).flatten(2))
        if self.mean:
            joined = self.output[0](torch.stack(found).mean(dim=0))
        else:
            joined = torch.stack([project(one) for project, one in zip(self.output, found, strict=True)]).sum(dim=0)
        return torch.as_tensor(self.dropout(joined))


class InteractionBlock(nn.Module):
    """Three streams (b, n_m, size) → the same shapes. Order: text, features, queries."""

    def __init__(self, config: ActionLLMConfig) -> None:
        super().__init__()
        size = config.interaction_size
        self.first_position_only = config.positions == "first"
        self.positioned_residual = config.residual == "positioned"
        self.before = nn.ModuleList(RMSNorm(size) for _ in range(STREAMS))
        self.attention = nn.ModuleList(StreamAttention(config, m) for m in range(STREAMS))
        self.after = nn.ModuleList(RMSNorm(size) for _ in range(STREAMS))
        self.feed = nn.ModuleList(SwiGLU(size, config.interaction_hidden) for _ in range(STREAMS))

    def forward(self, streams: Sequence[Tensor], hidden: Sequence[Tensor]) -> list[Tensor]:
        placed = [x + self._positions(x) for x in streams]
        normed = [norm(x) for norm, x in zip(self.before, placed, strict=True)]
        keys = [a.split(a.key(x)) for a, x in zip(self._attentions(), normed, strict=True)]
        values = [a.split(a.value(x)) for a, x in zip(self._attentions(), normed, strict=True)]
        found = []
        for m, attention in enumerate(self._attentions()):
            base = placed[m] if self.positioned_residual else streams[m]
            mixed = base + attention(normed[m], keys, values, hidden)
            found.append(mixed + self.feed[m](self.after[m](mixed)))
        return found

    def _attentions(self) -> list[StreamAttention]:
        return [a for a in self.attention if isinstance(a, StreamAttention)]

    def _positions(self, x: Tensor) -> Tensor:
        steps = torch.arange(x.shape[1], device=x.device)
        return waves(torch.zeros_like(steps) if self.first_position_only else steps, x.shape[2]).to(x.dtype)


def waves(positions: Tensor, size: int) -> Tensor:
    """(n, size) sine and cosine in turn, at wavelengths from 2π to 10,000 · 2π (Vaswani et al., 2017)."""
    rates = torch.exp(torch.arange(0, size, 2, device=positions.device) * (-math.log(10_000.0) / size))
    angles = positions[:, None].float() * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :size]
