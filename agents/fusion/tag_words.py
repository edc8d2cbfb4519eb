"""From sound tags to activities by the meaning of words alone: no labelled sound, no hand-made map.

Every tag is compared with sentences about every activity by sentence embedding; a tag's share among the activities is a softmax of
these likenesses, and a sound's share is the mean over its tags, weighted by how strongly each was heard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agents.language import Embedder

Floats = npt.NDArray[np.float64]
# Chosen on development recordings of label-paired-12 (`docs/late-fusion.md`): likenesses of 0.1 count as e, and what no tag means
# keeps a twentieth of an even share.
_TEMPERATURE, _REST = 0.1, 0.05


@dataclass(frozen=True, slots=True)
class Described:
    """What an activity is in words. short: one sentence about it. sounds: sentences about what is heard meanwhile."""

    short: str
    sounds: tuple[str, ...]


class TagWords:
    """Tags of one tagger against the descriptions of some activities; embedded once.

    in_sentences: every tag is embedded as "The sound of …." rather than as it stands.
    """

    def __init__(
        self,
        tags: Sequence[str],
        activities: Mapping[str, Described],
        embedder: Embedder,
        *,
        in_sentences: bool = False,
    ) -> None:
        self.activities = tuple(activities)
        said = embedder.embed([f"The sound of {tag.lower()}." if in_sentences else tag for tag in tags])
        likeness = likeness_to(np.asarray(said, dtype=np.float64), list(activities.values()), embedder)
        share = np.exp((likeness - likeness.max(axis=1, keepdims=True)) / _TEMPERATURE)
        self._share = share / share.sum(axis=1, keepdims=True)

    def log_ratios(self, weights: npt.ArrayLike) -> Floats:
        """weights: (q, tags), not negative → (q, activities) log of the share over an even one. Nothing heard: all 0."""
        given = np.asarray(weights, dtype=np.float64)
        total = given.sum(axis=1, keepdims=True)
        even = np.full((1, len(self.activities)), 1.0 / len(self.activities))
        share = np.where(total > 0, given @ self._share / np.maximum(total, 1e-9), even)
        return np.asarray(np.log(share * len(self.activities) + _REST))


def likeness_to(vectors: Floats, described: Sequence[Described], embedder: Embedder) -> Floats:
    """(n, activities): half the cosine with the short sentence, half the best cosine with a sentence about its sounds."""
    short = np.asarray(embedder.embed([one.short for one in described]), dtype=np.float64)
    columns = [
        (vectors @ np.asarray(embedder.embed(list(one.sounds)), dtype=np.float64).T).max(axis=1) for one in described
    ]
    return np.asarray((np.stack(columns, axis=1) + vectors @ short.T) / 2)


def surprise(scores: npt.ArrayLike, background: npt.ArrayLike) -> Floats:
    """(n, tags) scores weighted by how much louder than usual a tag is: score · max(0, log(score / its mean elsewhere))."""
    given, usual = np.asarray(scores, dtype=np.float64), np.asarray(background, dtype=np.float64)
    return np.asarray(given * np.maximum(0.0, np.log((given + 1e-3) / (usual + 1e-3))))
