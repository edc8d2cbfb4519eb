"""What captions measure, in one space: a sentence's numbers bound to its words, a window's own bound to its channels.

The original leaves both to transformers that read two and a half million days. A few dozen hours teach no tower to add up a channel or
to read "0.31"; so both sides meet here in the same numbers by value, and what is left to learn is what a sentence is about.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.numbers import NUMBER_SIZE, number_features
from models.sensorlm.captions.channels import WINDOW_COLUMNS
from models.sensorlm.captions.structural import (
    BINS,
    HEIGHT,
    LEAST_NET,
    STABLE_RANGE,
    STABLE_SLOPE,
    STEEPNESS,
    WINDOWS,
    bin_edges,
)
from models.sensorlm.configuration_sensorlm import SensorLMConfig
from models.sensorlm.reading import MOST_NUMBERS

# Six axes, the two sizes of their vectors and how much these change from sample to sample: what captions speak of.
CHANNELS, AXES = 10, 6
# What a number of a sentence may be. The towers' own order: four sums, where a stretch begins and ends, where something happens, spare.
SUMS, BEGIN, END, AT, ROLES = 4, 4, 5, 6, 8
WAYS, EVENTS = 3, 2
# (first bin, bins after the last) of every stretch that a structural caption may tell of.
STRETCHES = tuple((first, first + size) for size, _ in WINDOWS for first in range(0, BINS - size + 1, size // 2))
# In an axis' range a bin: from where a slope counts as steep.
STEEP = tuple(factor / STEEPNESS for size, factor in WINDOWS for _ in range(0, BINS - size + 1, size // 2))
# The rule's thresholds as sigmoids of this slope at the threshold, so that gradients pass.
SHARP = 4.0

# (n, rank) of sums, and (n, rank) of when something happens.
Measured = tuple[Tensor, Tensor]


def summed(windows: Tensor) -> Tensor:
    """(batch, 6, samples) → (batch, 10, 4): mean, population deviation, smallest and largest of every `WINDOW_COLUMNS`."""
    sensors = windows.reshape(len(windows), 2, 3, -1)
    parts = (windows, sensors.norm(dim=2), sensors.diff(dim=3).norm(dim=2))
    return torch.cat(
        [torch.stack([x.mean(2), x.std(2, correction=0), x.amin(2), x.amax(2)], dim=2) for x in parts], dim=1
    )


def binned(windows: Tensor) -> Tensor:
    """(batch, 6, samples) → (batch, 6, 36): means in the bins of structural captions, from 0 to 1 in each axis' own range."""
    edges = torch.from_numpy(np.array(bin_edges(windows.shape[2]))).to(windows.device)
    total = functional.pad(windows.double().cumsum(2), (1, 0))
    bins = ((total[..., edges[1:]] - total[..., edges[:-1]]) / (edges[1:] - edges[:-1]).clamp_min(1)).float()
    lowest = bins.amin(2, keepdim=True)
    return (bins - lowest) / (bins.amax(2, keepdim=True) - lowest).clamp_min(1e-6)


@cache
def _lines() -> tuple[Tensor, Tensor, Tensor]:
    """For every stretch: (36, stretches) that gives its slope a bin and its net change, and (stretches, 36) which bins it has."""
    slope, net = torch.zeros(BINS, len(STRETCHES)), torch.zeros(BINS, len(STRETCHES))
    inside = torch.zeros(len(STRETCHES), BINS, dtype=torch.bool)
    for i, (first, last) in enumerate(STRETCHES):
        at = torch.arange(last - first) - (last - first - 1) / 2
        slope[first:last, i] = at / (at * at).sum()
        net[first, i], net[last - 1, i] = -1.0, 1.0
        inside[i, first:last] = True
    return slope, net, inside


def exactly(tensor: Tensor) -> torch.autocast:
    """No bfloat16 inside: its eight bits do not tell 9.75 from 9.79, and a tower of them found a third of what this finds."""
    return torch.autocast(tensor.device.type, enabled=False)


class Values(nn.Module):
    """What numbers in their roles are worth, alike for both towers: (…, ROLES, NUMBER_SIZE) → (…, rank), zeros without numbers."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        self.plain = nn.Linear(ROLES * NUMBER_SIZE, rank, bias=False)
        self.bent = nn.Sequential(nn.Linear(ROLES * NUMBER_SIZE, rank), nn.GELU(), nn.Linear(rank, rank))

    def forward(self, by_role: Tensor) -> Tensor:
        flat = by_role.flatten(-2)
        there = by_role[..., -1].any(dim=-1, keepdim=True)
        return torch.as_tensor((self.plain(flat) + self.bent(flat)) * there)

    def placed(self, numbers: Tensor, roles: tuple[int, ...]) -> Tensor:
        """numbers: (…, len(roles)) → (…, rank)."""
        by_role = torch.zeros(*numbers.shape[:-1], ROLES, NUMBER_SIZE, device=numbers.device)
        by_role[..., list(roles), :] = number_features(numbers)
        return torch.as_tensor(self(by_role))


class SentenceDetails(nn.Module):
    """What a sentence's words say of its numbers, and how much of it is about when: (n, sentences, rank), (n, sentences, 1).

    The words first tell each number's role (a mean, an end), then multiply what the numbers in those roles are worth, so that 0.3 as
    the mean of one channel and 0.3 as the deviation of another have nothing in common.
    """

    def __init__(self, config: SensorLMConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.sentence_size)
        self.roles = nn.Linear(config.sentence_size, MOST_NUMBERS * ROLES)
        self.subject = nn.Linear(config.sentence_size, config.detail_rank)

    def forward(self, vectors: Tensor, numbers: Tensor, values: Values) -> tuple[Tensor, Tensor]:
        """vectors: (n, sentences, sentence_size). numbers: (n, sentences, 4), NaN where there is none."""
        with exactly(vectors):
            words = self.norm(vectors.float())
            roles = self.roles(words).unflatten(2, (MOST_NUMBERS, ROLES)).softmax(dim=3)
            told = torch.einsum("ntkr,ntkf->ntrf", roles, number_features(numbers.float()))
            there = torch.isfinite(numbers)[..., None]
            timed = (roles * there)[..., BEGIN : AT + 1].sum(dim=(2, 3)) / there.sum(dim=(2, 3)).clamp_min(1)
            return self.subject(words) * values(told), timed[..., None]


class WindowDetails(nn.Module):
    """What a window's captions could say: of its sums, and of when something happens; (batch, rank) each.

    Every channel's sums take the way that a sentence's numbers take, with a learnt vector for the channel where a sentence has its
    words. Every stretch and bin of an axis does so too, by how much it is judged to rise, fall, stay, peak or drop.
    """

    def __init__(self, config: SensorLMConfig) -> None:
        super().__init__()
        rank = config.detail_rank
        self.channel = nn.Parameter(torch.randn(CHANNELS, rank) * 0.6)
        self.way = nn.Parameter(torch.randn(AXES, WAYS, rank) * 0.6)
        self.event = nn.Parameter(torch.randn(AXES, EVENTS, rank) * 0.6)
        told = WAYS * len(STRETCHES) + EVENTS * BINS
        self.judge = nn.Sequential(nn.Linear(BINS + 3 * len(STRETCHES), 192), nn.GELU(), nn.Linear(192, told))

    def forward(self, windows: Tensor, has_gyro: Tensor, values: Values) -> Measured:
        """windows: (batch, 6, samples) m/s² and rad/s. has_gyro: (batch,) bool; where it is false, nothing is said of rotation."""
        with exactly(windows):
            there = has_gyro[:, None] | torch.tensor([not name.startswith("gyro") for name in WINDOW_COLUMNS], device=windows.device)  # fmt: skip
            sums = values.placed(summed(windows.float()), tuple(range(SUMS))) * there[:, :, None]
            return (sums * self.channel).sum(dim=1), self._structure(windows.float(), there[:, :AXES], values)

    def _structure(self, windows: Tensor, there: Tensor, values: Values) -> Tensor:
        bins = binned(windows)
        ways, stretch_facts = ways_of(bins)
        weight = self.judge(torch.cat([bins, stretch_facts], dim=2)).exp() * there[:, :, None]
        for_ways, for_events = weight.split([WAYS * len(STRETCHES), EVENTS * BINS], dim=2)
        ways = ways * for_ways.unflatten(2, (WAYS, -1))
        events = events_of(bins) * for_events.unflatten(2, (EVENTS, -1))
        edges = torch.from_numpy(np.array(bin_edges(windows.shape[2]))).to(bins.device)
        rows = torch.tensor(STRETCHES, device=bins.device)
        stretches = values.placed(edges[rows].float(), (BEGIN, END))
        middles = values.placed(((edges[:-1] + edges[1:]) // 2).float()[:, None], (AT,))
        told = torch.einsum("bcws,sr,cwr->br", ways, stretches, self.way)
        return told + torch.einsum("bcek,kr,cer->br", events, middles, self.event)


def ways_of(bins: Tensor) -> tuple[Tensor, Tensor]:
    """(batch, 6, 36) → (batch, 6, 3, stretches): how much each rises, falls and stays; and its slope, net change and extent."""
    slope, net, inside = (x.to(bins.device) for x in _lines())
    spread = bins[:, :, None, :]
    extent = spread.masked_fill(~inside, -1.0).amax(3) - spread.masked_fill(~inside, 2.0).amin(3)
    slopes, nets = bins @ slope / torch.tensor(STEEP, device=bins.device), bins @ net
    rise = (SHARP * (slopes - 1)).sigmoid() * nets.clamp_min(0)
    fall = (SHARP * (-slopes - 1)).sigmoid() * (-nets).clamp_min(0)
    stay = LEAST_NET * (SHARP * (1 - extent / STABLE_RANGE)).sigmoid()
    return torch.stack([rise, fall, stay], 2), torch.cat([slopes, nets, extent], dim=2)


def verdicts_of(bins: Tensor) -> Tensor:
    """(batch, 6, 36) → (batch, 6, 3, stretches), 1 where the captions' rule says that it rises, falls or stays, else 0."""
    _, facts = ways_of(bins)
    slopes, nets, extent = facts.chunk(3, dim=2)
    flat = (slopes * torch.tensor(STEEP, device=bins.device)).abs() < STABLE_SLOPE
    rises, falls = (slopes > 1) & (nets > LEAST_NET), (slopes < -1) & (nets < -LEAST_NET)
    # What never changes says nothing.
    changes = bins.amax(2, keepdim=True) > bins.amin(2, keepdim=True)
    return torch.stack([rises, falls, flat & (extent < STABLE_RANGE) & changes], 2).to(bins.dtype)


def events_of(bins: Tensor) -> Tensor:
    """(batch, 6, 36) → (batch, 6, 2, 36): how much each bin is a peak, and a drop."""
    middle = bins.mean(2, keepdim=True)
    highest, lowest = (functional.max_pool1d(x, 3, 1, 1) for x in (bins, -bins))
    peak = (bins >= highest) * (10 * SHARP * (bins - middle - HEIGHT)).sigmoid()
    drop = (-bins >= lowest) * (10 * SHARP * (middle - bins - HEIGHT)).sigmoid()
    return torch.stack([peak, drop], 2)
