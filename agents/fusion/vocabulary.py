"""From what models say (movements, sounds) to what people do (activities): candidates and their likelihoods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agents.fusion.activities import ACTIVITIES, Activity
from agents.fusion.records import Distribution, FusionInput
from models.audio import NONE_OF_THESE
from models.motion import GROUPS

Floats = npt.NDArray[np.float64]

# Shares of general knowledge, not fitted: how often a label is wrong about a movement that does belong to the activity,
# how often an activity is silent although it has a sound, and how much of a silent activity's time nothing known is heard.
_ODD_MOVEMENT = 0.05
_MISNAMED = 0.005  # where the model knows the activity by name; its own calibration says the rest
_UNHEARD = 0.4
_NOTHING_KNOWN = 0.6
# What stays possible when nothing is heard: a sound alone never proves that a posture is absent.
_QUIET = ("sitting", "standing", "lying", "walking")


@dataclass(frozen=True, slots=True)
class ActivityVocabulary:
    """Activities by name. A label that no entry has (a user's own model) becomes an activity of its own, in its own words."""

    activities: tuple[Activity, ...] = ACTIVITIES

    def get(self, name: str) -> Activity:
        for activity in self.activities:
            if activity.name == name:
                return activity
        words = " ".join(name.replace("_", " ").split())
        return Activity(name, words, f"A person is {words}.", {name: 1.0})

    def phrase(self, name: str) -> str:
        return self.get(name).phrase

    def description(self, name: str) -> str:
        return self.get(name).description

    def candidates(self, given: FusionInput) -> tuple[str, ...]:
        """What can be decided about an episode, in a fixed order.

        Motion alone: exactly the labels that the motion models know at their positions. With sound: those too, and every
        activity of which the tagger knows a sound, or of which there are labelled sounds. Sound alone: the latter, and quiet postures.
        """
        moves = dict.fromkeys(label for reading in given.motion for label in reading.distribution.labels)
        if not given.motion and given.neighbours is not None:
            moves.update(dict.fromkeys(given.neighbours.labels))
        for group, leaves in GROUPS.items():
            if group in moves and all(leaf in moves for leaf in leaves):
                del moves[group]  # another device can tell them apart
        if not given.sound and given.alike is None:
            return tuple(moves)
        tags = {label for reading in given.sound for label in reading.distribution.labels}
        heard = [activity.name for activity in self.activities if tags & set(activity.sounds)]
        heard += [] if given.alike is None else list(given.alike.labels)
        return tuple(dict.fromkeys([*(moves or _QUIET), *heard]))

    def motion_likelihood(self, distribution: Distribution, candidates: Sequence[str]) -> Floats:
        """(candidates,) Σ over labels of p(label | activity) · p(label | samples), the classifier's own prior taken as even."""
        return self._expected(distribution, [self._movement(distribution.labels, name) for name in candidates])

    def sound_likelihood(self, distribution: Distribution, candidates: Sequence[str]) -> Floats:
        """(candidates,) as `motion_likelihood`, over tags. Tags that suggest no activity count as nothing known."""
        heard = self.closed(distribution)
        return self._expected(heard, [self._sounding(heard.labels, name) for name in candidates])

    def closed(self, distribution: Distribution) -> Distribution:
        """A tagger's output as probabilities over the tags that suggest something, and `none_of_these`."""
        useful = {sound for activity in self.activities for sound in activity.sounds}
        told = {
            label: p
            for label, p in zip(distribution.labels, distribution.probabilities, strict=True)
            if label in useful
        }
        if NONE_OF_THESE in distribution.labels:
            rest = sum(distribution.probabilities) - sum(told.values())
        else:  # independent scores: what the strongest tag leaves
            rest = 1.0 - max(told.values(), default=0.0)
        told[NONE_OF_THESE] = max(rest, 1e-3)
        total = sum(told.values())
        return Distribution.of({label: p / total for label, p in told.items()})

    def _movement(self, labels: Sequence[str], name: str) -> Floats:
        """p(label | activity) over the labels that this model knows."""
        # A model that knows the activity by name is taken at its word.
        named = name in labels
        shares = {name: 1.0} if named else self.get(name).motion or {name: 1.0}
        row = np.array([sum(shares.get(part, 0.0) for part in _parts(label, shares)) for label in labels])
        even = np.full(len(labels), 1.0 / len(labels))
        if row.sum() <= 0:
            return even  # a movement that this model cannot tell: it says nothing for or against
        odd = _MISNAMED if named else _ODD_MOVEMENT
        return np.asarray((1 - odd) * row / row.sum() + odd * even)

    def _sounding(self, tags: Sequence[str], name: str) -> Floats:
        """p(tag | activity) over the closed tags."""
        known = len(tags) - 1
        ground = np.array(
            [_NOTHING_KNOWN if tag == NONE_OF_THESE else (1 - _NOTHING_KNOWN) / max(known, 1) for tag in tags]
        )
        own = np.array([float(tag in self.get(name).sounds) for tag in tags])
        return np.asarray(ground if own.sum() == 0 else (1 - _UNHEARD) * own / own.sum() + _UNHEARD * ground)

    @staticmethod
    def _expected(distribution: Distribution, rows: Sequence[Floats]) -> Floats:
        p = np.array(distribution.probabilities, dtype=np.float64)
        total = p.sum()
        p = p / total if total > 0 else np.full(len(p), 1.0 / max(len(p), 1))
        return np.asarray(np.maximum(np.stack(rows) @ p, 1e-6))


def _parts(label: str, shares: Iterable[str]) -> tuple[str, ...]:
    """The labels of an activity that a model's label covers: itself, its leaves, or the group that it is a leaf of."""
    known = set(shares)
    if label in known:
        return (label,)
    if label in GROUPS:
        return tuple(leaf for leaf in GROUPS[label] if leaf in known)
    return tuple(group for group, leaves in GROUPS.items() if label in leaves and group in known)
