"""A number as a network takes it: by its value, so that 9.79 and 9.81 are neighbours."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Sizes at which a number is told apart from its neighbours: fine ones for a mean of 9.81, coarse ones for minute 1200.
SCALES = (0.1, 0.3, 1.0, 3.0, 10.0, 40.0, 150.0, 600.0)
PERIODS = (0.5, 2.0, 8.0, 32.0, 128.0, 512.0)
# A deviation of 0.03 is to one of 0.06 as 3 to 6: the same again by its order of size, in periods of a natural logarithm.
LEAST = 0.03
SIZE_PERIODS = (0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
NUMBER_SIZE = len(SCALES) + 2 * len(PERIODS) + 2 * len(SIZE_PERIODS) + 1


def number_features(numbers: Tensor) -> Tensor:
    """(…,) → (…, NUMBER_SIZE): a number by its value at several sizes, zeros where it is NaN."""
    there = torch.isfinite(numbers)
    value = torch.where(there, numbers, torch.zeros_like(numbers))[..., None]
    scales = torch.tensor(SCALES, device=numbers.device)
    turns = 2 * torch.pi * value / torch.tensor(PERIODS, device=numbers.device)
    sizes = 2 * torch.pi * (value / LEAST).asinh() / torch.tensor(SIZE_PERIODS, device=numbers.device)
    features = torch.cat(
        [(value / scales).tanh(), turns.sin(), turns.cos(), sizes.sin(), sizes.cos(), torch.ones_like(value)], dim=-1
    )
    return features * there[..., None]


class NumbersSaid(nn.Module):
    """(batch, K) numbers of a window → (batch, size), to be added to its rows: all of them together, for gravity's direction is in
    three of them.

    Our own addition: a frozen backbone of 135 million parameters hands next to nothing of a number's digits to its last token.
    """

    def __init__(self, numbers: int, hidden: int, size: int) -> None:
        super().__init__()
        self.read = nn.Linear(numbers * NUMBER_SIZE, hidden)
        self.say = nn.Linear(hidden, size, bias=False)

    def forward(self, numbers: Tensor) -> Tensor:
        return torch.as_tensor(self.say(nn.functional.gelu(self.read(number_features(numbers).flatten(1)))))
