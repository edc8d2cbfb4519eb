"""What must be known about a data set before a number on it may be printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DatasetCard:
    """Required facts of one public set. `licence` is what its files say, not what is hoped."""

    name: str
    title: str
    citation: str
    licence: str
    origin: str
    subjects: int
    rate_hz: float
    positions: tuple[str, ...]
    activities: tuple[str, ...]
    quirks: tuple[str, ...] = ()
