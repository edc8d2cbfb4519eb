"""A labelled window that resembles a query, and how neighbours vote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Keeps an exact match from outvoting everything; small against the distances between different people (about 0.5).
NEAREST = 0.05


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One exemplar near a query vector. distance: Euclidean, in the store's standardised space.

    label_count: exemplars with this label among those that were searched, so that a vote can be balanced by class.
    """

    id: str
    label: str
    subject: str
    dataset: str
    recording_id: str
    position: str | None
    distance: float
    label_count: int = 1


def neighbour_votes(neighbours: Sequence[Neighbour]) -> dict[str, float]:
    """Label → share of the vote, summing to 1, highest first; {} without neighbours.

    A neighbour weighs 1 / (distance + 0.05), divided by the square root of how many exemplars of its label were searched,
    so that a common class does not win by number alone.
    """
    votes: dict[str, float] = {}
    for n in neighbours:
        weight = 1.0 / ((n.distance + NEAREST) * max(1, n.label_count) ** 0.5)
        votes[n.label] = votes.get(n.label, 0.0) + weight
    total = sum(votes.values())
    return {label: votes[label] / total for label in sorted(votes, key=lambda name: (-votes[name], name))}
