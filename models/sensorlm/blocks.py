"""Transformer blocks, and pooling by attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

SHORT = 100


class Past:
    """Keys and values of what was written already, so that the next word costs one word."""

    def __init__(self) -> None:
        self.keys: Tensor | None = None
        self.values: Tensor | None = None

    def with_more(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """keys, values: (batch, heads, n, size) of further words. All of them, these last."""
        if self.keys is not None and self.values is not None:
            keys, values = torch.cat([self.keys, keys], dim=2), torch.cat([self.values, values], dim=2)
        self.keys, self.values = keys, values
        return keys, values


class Attention(nn.Module):
    """Multi-head attention of `x` on `to` (itself where None)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(
        self, x: Tensor, to: Tensor | None = None, mask: Tensor | None = None, causal: bool = False, past: Past | None = None
    ) -> Tensor:  # fmt: skip
        """x: (batch, n, width). mask: (batch, m) True where there is something to attend to. past: what came before `x`."""
        source = x if to is None else to
        batch, n, width = x.shape
        q = self.query(x).view(batch, n, self.heads, -1).transpose(1, 2)
        k, v = self.key_value(source).view(batch, source.shape[1], 2, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        if past is not None:
            k, v = past.with_more(k, v)
        seen = None if mask is None else mask[:, None, None, :]
        if n * k.shape[2] <= SHORT**2 and not causal:
            # On a CPU the fused kernel's backward pass takes four times as long as this for so few tokens.
            weight = (q * q.shape[3] ** -0.5) @ k.transpose(2, 3)
            if seen is not None:
                weight = weight.masked_fill(~seen, torch.finfo(weight.dtype).min)
            out = weight.softmax(dim=3).to(v.dtype) @ v
        else:
            out = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen, is_causal=causal)
        return torch.as_tensor(self.out(out.transpose(1, 2).reshape(batch, n, width)))


class Inner(nn.Sequential):
    """The inner layer of a block."""

    def __init__(self, width: int, inner: int, dropout: float) -> None:
        super().__init__(nn.Linear(width, inner), nn.GELU(), nn.Linear(inner, width), nn.Dropout(dropout))


class Block(nn.Module):
    """Attention and an inner layer, each normalised before and added to what came in. With `crossed`, attention on another
    sequence between the two."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float, crossed: bool = False) -> None:
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.norm2, self.inner = nn.LayerNorm(width), Inner(width, inner, dropout)
        self.norm3 = nn.LayerNorm(width) if crossed else None
        self.cross = Attention(width, heads) if crossed else None

    def forward(
        self, x: Tensor, mask: Tensor | None = None, causal: bool = False, other: Tensor | None = None, past: Past | None = None
    ) -> Tensor:  # fmt: skip
        x = x + self.attention(self.norm1(x), mask=mask, causal=causal, past=past)
        if self.cross is not None and self.norm3 is not None and other is not None:
            x = x + self.cross(self.norm3(x), to=other)
        return torch.as_tensor(x + self.inner(self.norm2(x)))


class AttentionPooling(nn.Module):
    """One learnt probe asks the sequence (ViT's MAP head): attention, normalisation, inner layer. (batch, width)."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.probe = nn.Parameter(torch.randn(1, 1, width) * width**-0.5)
        self.attention = Attention(width, heads)
        self.norm, self.inner = nn.LayerNorm(width), Inner(width, inner, 0.0)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        found = self.attention(self.probe.expand(len(x), -1, -1), to=x, mask=mask)
        return torch.as_tensor((found + self.inner(self.norm(found)))[:, 0])
