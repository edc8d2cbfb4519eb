"""Gated recurrent encoder of the segments, and a head asked about each moment ahead, with a path that copies the present."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.segments.examples import TOKEN_FACTS, WHOLE_FACTS
from models.segments.settings import SegmentSettings

_WAVES = 4


class SegmentNetwork(nn.Module):
    """Log-probabilities (b, cells, K) of the activity at each moment ahead."""

    def __init__(self, kinds: int, settings: SegmentSettings) -> None:
        super().__init__()
        self.kinds = kinds
        width = settings.width
        self.embedding = nn.Embedding(kinds + 1, width)
        self.facts = nn.Linear(TOKEN_FACTS, width)
        self.encoder = nn.GRU(width, width, settings.layers, batch_first=True)
        self.whole = nn.Linear(WHOLE_FACTS, width)
        self.done = nn.Linear(2 * kinds, width)
        self.moment = nn.Sequential(nn.Linear(2 + 2 * _WAVES, width), nn.SiLU(), nn.Linear(width, width))
        self.attention = nn.MultiheadAttention(width, 4, dropout=settings.dropout, batch_first=True)
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Sequential(
            nn.Linear(4 * width, 2 * width), nn.SiLU(), nn.Dropout(settings.dropout), nn.Linear(2 * width, kinds + 1)
        )

    def forward(
        self, tokens: Tensor, facts: Tensor, lengths: Tensor, whole: Tensor, done: Tensor, current: Tensor, cells: int
    ) -> Tensor:
        rows = torch.arange(len(tokens), device=tokens.device)
        longest = int(lengths.max())
        tokens, facts = tokens[:, :longest], facts[:, :longest]
        states, _ = self.encoder(self.dropout(self.embedding(tokens) + self.facts(facts)))
        last = states[rows, lengths - 1]
        told = self.whole(whole) + self.done(torch.cat([(done > 0).float(), 5.0 * done], dim=1))
        query = self.moment(self._moments(whole, cells))
        padding = torch.arange(longest, device=tokens.device)[None, :] >= lengths[:, None]
        looked, _ = self.attention(query + last[:, None], states, states, key_padding_mask=padding, need_weights=False)
        wide = (len(tokens), cells, last.shape[1])
        merged = torch.cat([last[:, None].expand(wide), told[:, None].expand(wide), query, looked], dim=2)
        out = self.head(self.dropout(merged))
        free = torch.log_softmax(out[..., : self.kinds], dim=2)
        stays = nn.functional.logsigmoid(out[..., self.kinds :])
        leaves = nn.functional.logsigmoid(-out[..., self.kinds :])
        copied = torch.full_like(free, -30.0)
        copied.scatter_(2, current[:, None, None].expand(len(tokens), cells, 1), 0.0)
        mixed: Tensor = torch.logaddexp(copied + stays, free + leaves)
        return mixed

    def _moments(self, whole: Tensor, cells: int) -> Tensor:
        """(b, cells, 2 + 2 · waves): time ahead as a share of the whole and of what is left, and waves of the first."""
        share = (torch.arange(cells, device=whole.device) + 0.5) / cells
        ahead = share[None, :] * whole[:, 2:3]
        left = ahead / (1.0 - whole[:, :1]).clamp_min(0.05)
        waves = [f(ahead * 2 * math.pi * (2**i)) for i in range(_WAVES) for f in (torch.sin, torch.cos)]
        return torch.stack([ahead, left, *waves], dim=2)
