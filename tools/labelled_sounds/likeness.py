"""Labelled sounds to compare with: how likely an activity is by the sounds nearest to a new one.

A logistic regression over unit vectors, balanced between activities and held back strongly, so that a few exemplars of a rare activity are neither outvoted
nor overtrusted. It was chosen on development recordings of label-paired-12 (`docs/late-fusion.md`) over the two plainer witnesses
that are kept beside it: the votes of the ten nearest, and the mean likeness of an activity's three nearest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
WITNESSES = ("regression",)
_VOTERS, _NEAREST = 10, 3
# Votes before anybody votes; the sharpness of likeness; what no witness may undercut. Set on development recordings.
_PRIOR_VOTES, _SHARPNESS, _FLOOR = 0.3, 14.0, 1e-3
# The regression's inputs are unit vectors: times this their entries are of the order of one.
_SCALE, _STRENGTH = 5.0, 0.3


def unit(vectors: npt.ArrayLike) -> Floats:
    """Rows of length 1; a zero row stays zero."""
    rows = np.asarray(vectors, dtype=np.float64)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def sound_vectors(scores: npt.ArrayLike, inner: npt.ArrayLike | None = None) -> Floats:
    """(n, D) unit vectors whose cosine says how alike two sounds are: square roots of the tags' mean scores (a Hellinger
    affinity), and of the tagger's inner vector where it gives one, both at equal length. Negative entries count as 0.
    """
    parts = [
        unit(np.sqrt(np.maximum(np.asarray(part, dtype=np.float64), 0))) for part in (scores, inner) if part is not None
    ]
    return unit(np.concatenate(parts, axis=1))


@dataclass(frozen=True)
class LabelledSounds:
    """vectors: (n, D) unit rows of sounds with known activities, `activities` their names.

    tags: whose scores the vectors were made of (`sound_vectors(scores)`), so that a tagger's output can be compared with them.
    An activity without a labelled sound is neither likelier nor less likely for what is heard: its log ratio is 0.
    """

    vectors: Floats
    activities: tuple[str, ...]
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.vectors) != len(self.activities) or not self.activities:
            raise ValueError(f"{len(self.vectors)} sounds, {len(self.activities)} activities")

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.activities)))

    def nearest(self, asked: Floats, most: int = _VOTERS) -> npt.NDArray[np.int64]:
        """(q, most) rows of the exemplars, most alike first."""
        order = np.argsort(-(asked @ self.vectors.T), axis=1, kind="stable")
        return np.asarray(order[:, :most], dtype=np.int64)

    def log_ratios(self, asked: Floats, candidates: Sequence[str], witnesses: Sequence[str] = WITNESSES) -> Floats:
        """(q, candidates) log of p(activity | sound) over an even share among the known activities, averaged over witnesses
        (of votes, nearest, regression)."""
        known = self.known
        parts = [np.log(np.maximum(getattr(self, f"_{name}")(asked) * len(known), _FLOOR)) for name in witnesses]
        mean = np.mean(parts, axis=0)
        found = np.zeros((len(asked), len(candidates)))
        for j, name in enumerate(candidates):
            if name in known:
                found[:, j] = mean[:, known.index(name)]
        return found

    def shares(self, asked: Floats) -> dict[str, float]:
        """One sound's p(activity | sound) over the known activities, in their order. asked: (1, D) or (D,)."""
        logs = self.log_ratios(np.atleast_2d(asked), self.known)[0]
        shares = np.exp(logs - logs.max())
        return {name: float(p) for name, p in zip(self.known, shares / shares.sum(), strict=True)}

    def hears(self, labels: Iterable[str]) -> bool:
        """Whether a tagger's output is over the very tags of these sounds."""
        return bool(self.tags) and set(labels) == set(self.tags)

    def about(self, labels: Sequence[str], scores: Sequence[float]) -> dict[str, float]:
        """`shares` of what a tagger said. ValueError when its tags are not those of these sounds."""
        if not self.hears(labels):
            raise ValueError(f"{len(labels)} tags, these sounds are over {len(self.tags)}")
        said = dict(zip(labels, scores, strict=True))
        return self.shares(sound_vectors([[said[tag] for tag in self.tags]]))

    def _codes(self) -> npt.NDArray[np.int64]:
        known = self.known
        return np.array([known.index(name) for name in self.activities], dtype=np.int64)

    def _votes(self, asked: Floats) -> Floats:
        """Shares of the ten nearest, each vote divided by the root of how often its activity is in the store."""
        codes = self._codes()
        size = np.sqrt(np.maximum(np.bincount(codes), 1) / 10)
        votes = np.full((len(asked), len(size)), _PRIOR_VOTES)
        for row, index in zip(votes, codes[self.nearest(asked)], strict=True):
            np.add.at(row, index, 1 / size[index])
        return np.asarray(votes / votes.sum(axis=1, keepdims=True))

    def _nearest(self, asked: Floats) -> Floats:
        codes = self._codes()
        likeness = asked @ self.vectors.T
        mean = np.stack(
            [np.sort(likeness[:, codes == c], axis=1)[:, -_NEAREST:].mean(axis=1) for c in range(len(self.known))],
            axis=1,
        )
        share = np.exp(_SHARPNESS * (mean - mean.max(axis=1, keepdims=True)))
        return np.asarray(share / share.sum(axis=1, keepdims=True))

    def _regression(self, asked: Floats) -> Floats:
        if len(self.known) == 1:
            return np.ones((len(asked), 1))
        return np.asarray(self._fitted.predict_proba(asked * _SCALE))

    @cached_property
    def _fitted(self) -> Any:
        """Fitted once: a recording asks about many episodes."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=_STRENGTH, max_iter=300, class_weight="balanced")
        return model.fit(self.vectors * _SCALE, self._codes())
