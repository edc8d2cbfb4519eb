"""What is usual for an activity: ranges of three measurements over windows of the training subjects, never of anybody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.llasa.data.facts import WindowFacts

Quantity = Literal["movement", "turning", "rhythm_hz"]
QUANTITIES: tuple[Quantity, ...] = ("movement", "turning", "rhythm_hz")
LOW, HIGH = 0.05, 0.95
_FEWEST = 12


@dataclass(frozen=True, slots=True)
class UsualRange:
    """Between the 5th and the 95th percentile of `windows` windows."""

    low: float
    high: float
    windows: int

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


Ranges = Mapping[tuple[str, str, Quantity], UsualRange]
"""(position, activity, quantity) → range."""


def value_of(facts: WindowFacts, quantity: Quantity) -> float | None:
    if quantity == "movement":
        return facts.movement
    if quantity == "turning":
        return facts.turning if facts.has_gyro else None
    return facts.rhythm_hz


def usual_ranges(measured: Iterable[tuple[str, str, WindowFacts]]) -> Ranges:
    """From (position, activity, facts) of training windows. Fewer than twelve values make no range."""
    found: dict[tuple[str, str, Quantity], list[float]] = defaultdict(list)
    for position, activity, facts in measured:
        for quantity in QUANTITIES:
            value = value_of(facts, quantity)
            if value is not None:
                found[position, activity, quantity].append(value)
    return {
        key: UsualRange(float(np.quantile(values, LOW)), float(np.quantile(values, HIGH)), len(values))
        for key, values in found.items()
        if len(values) >= _FEWEST
    }
