"""Where the encoder's training starts: bins that know their order, heads that look at neighbours, and one at the beginning.

A Chronos token table begins at random, so that a model must first meet each of 4,093 bins often enough to learn which lie side
by side; Amazon's saw eighty billion tokens. Ours sees some millions. The architecture stays what it is: only the values that
training starts from are chosen.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from transformers import T5ForConditionalGeneration

from models.chronos.binning import binning

# In z-score units: the slowest wave spans the bins twice, the fastest turns a quarter from one bin to the next.
LONGEST_WAVE, SHORTEST_WAVE = 60.0, 0.03
# What a head's favourite offset gets before the softmax, and the offsets, head by head. The last head looks back as far as it
# can: each bucket of offsets to the left (they widen like logarithms) gets so much more than the one before it.
NEIGHBOUR_BIAS = 6.0
FARTHER_BIAS = 2.0
NEIGHBOURS = (-1, 1, -2)
HEAD_SCALE = 0.05


def waves_of(centres: Tensor, size: int) -> Tensor:
    """(bins,) centres → (bins, size): sines and cosines of geometrically spaced wavelengths, variance one half."""
    count = size // 2
    turns = torch.exp(
        torch.linspace(math.log(2 * math.pi / LONGEST_WAVE), math.log(2 * math.pi / SHORTEST_WAVE), count)
    )
    phase = centres.float()[:, None] * turns
    waves = torch.cat([phase.sin(), phase.cos()], dim=1)
    return torch.nn.functional.pad(waves, (0, size - waves.shape[1]))


@torch.no_grad()
def start_ordered(model: T5ForConditionalGeneration) -> None:
    """Set the token table, the output head and the encoder's first offsets of `model` in place."""
    bins = binning()
    first = bins.config.n_special_tokens
    waves = waves_of(bins.centers, model.config.d_model)
    last = min(len(model.shared.weight), first + len(waves))
    waves = waves[: last - first].to(model.shared.weight)
    model.shared.weight[first:last] = waves * math.sqrt(2.0) * model.config.initializer_factor
    model.lm_head.weight.zero_()
    model.lm_head.weight[first:last] = waves * HEAD_SCALE
    attention = model.encoder.block[0].layer[0].SelfAttention
    offsets = torch.tensor(NEIGHBOURS, device=attention.relative_attention_bias.weight.device)
    buckets = attention._relative_position_bucket(
        offsets,
        bidirectional=True,
        num_buckets=attention.relative_attention_num_buckets,
        max_distance=attention.relative_attention_max_distance,
    )
    bias = attention.relative_attention_bias.weight
    bias.zero_()
    for head, bucket in enumerate(buckets.tolist()[: bias.shape[1] - 1]):
        bias[bucket, head] = NEIGHBOUR_BIAS
    to_the_left = attention.relative_attention_num_buckets // 2
    bias[:to_the_left, -1] = FARTHER_BIAS * torch.arange(to_the_left).to(bias)
