"""A labelled window that resembles a query, and how neighbours vote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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


# A neighbour as near as this counts almost fully; one much farther hardly. In the store's standardised distance.
VOTE_SCALE = 1.0


def neighbour_votes(neighbours: Sequence[Neighbour]) -> dict[str, float]:
    """Label → share of the vote, summing to 1, highest first; {} without neighbours.

    Each neighbour weighs 1 / (distance + VOTE_SCALE · the smallest distance's scale), divided by the square root of how
    many exemplars of its label were searched, so that a common class does not win by number alone.
    """
    votes: dict[str, float] = {}
    for n in neighbours:
        votes[n.label] = votes.get(n.label, 0.0) + 1.0 / ((n.distance + 1e-3) * n.label_count**0.5)
    total = sum(votes.values())
    return {label: votes[label] / total for label in sorted(votes, key=lambda name: (-votes[name], name))}
