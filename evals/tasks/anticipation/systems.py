"""The engines that the task asks, and how each one's belief becomes labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agents.anticipation.engines import (
    Markov,
    MostFrequent,
    PrefixNeighbours,
    RepeatLast,
    SegmentNetworkEngine,
    SemiMarkov,
)
from evals.tasks.anticipation.choosing import Make
from models.segments import SegmentSettings


@dataclass(frozen=True, slots=True)
class Entrant:
    """make: a fresh engine. says_one: its belief is certain, so that there is nothing to decide. slow: trained for minutes."""

    name: str
    make: Make
    says_one: bool = False
    slow: bool = False


POOLED = ("semi_markov", "remembering", "prefix_neighbours")
BLEND = "blend"
BLEND_WITH_NETWORK = "blend+segment_network"


def entrants(seeds: int = 3, device: str = "cpu") -> Mapping[str, Entrant]:
    """Every engine by name, simplest first."""
    found = (
        Entrant("most_frequent", MostFrequent, says_one=True),
        Entrant("repeat_last", RepeatLast, says_one=True),
        Entrant("markov_1", lambda: Markov(1), says_one=True),
        Entrant("markov_6", lambda: Markov(6), says_one=True),
        Entrant("semi_markov", SemiMarkov),
        Entrant("remembering", lambda: SemiMarkov(order=3, memory=0.3, draws=200, name="remembering")),
        Entrant("prefix_neighbours", PrefixNeighbours),
        Entrant(
            "segment_network", lambda: SegmentNetworkEngine(SegmentSettings(seeds=seeds), device), slow=True
        ),
    )  # fmt: skip
    return {entrant.name: entrant for entrant in found}
