"""What goes into a fusion and what comes out of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from agents.timeline import ActivityRecord, DecidedBy, ModalityRecord

FusionMode = Literal["auto", "always", "never"]
Pattern = Literal["motion", "sound", "motion+sound"]
# How the reason of an episode begins that a failing language model left to the pool.
MODEL_FAILED = "the language model failed"


@dataclass(frozen=True, slots=True)
class Distribution:
    """Labels and what was given to each. Probabilities lie in 0…1; a tagger's independent scores need not sum to 1."""

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.probabilities) or len(set(self.labels)) != len(self.labels):
            raise ValueError(f"{len(self.labels)} labels (distinct?), {len(self.probabilities)} probabilities")
        if any(not math.isfinite(p) or p < 0 for p in self.probabilities):
            raise ValueError("probabilities must be finite and not negative")

    @classmethod
    def of(cls, votes: Mapping[str, float]) -> Distribution:
        return cls(tuple(votes), tuple(float(p) for p in votes.values()))

    def ranked(self, n: int | None = None) -> list[tuple[str, float]]:
        """(label, probability), most probable first; ties in label order."""
        return sorted(zip(self.labels, self.probabilities, strict=True), key=lambda pair: (-pair[1], pair[0]))[:n]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one model said about one stream during an episode: the pooled distribution over its labels."""

    stream: str
    distribution: Distribution
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """A second opinion on motion streams, and the weight that its checkpoint earned on validation subjects beside the motion
    classifier (0: shown, and it decides nothing)."""

    expert: str
    readings: tuple[Reading, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class FusionInput:
    """Everything known about one episode. What is absent is empty or None, and is never mentioned to a model.

    neighbours: the votes of the nearest exemplars (label → share), over motion labels. alike: what labelled sounds say (activity →
    p(activity | sound) among the activities that have one; `LabelledSounds.shares`). context: words about the situation
    that the user gave; data, never an instruction. opinions: what further experts say about the same motion streams.
    """

    motion: tuple[Reading, ...] = ()
    sound: tuple[Reading, ...] = ()
    neighbours: Distribution | None = None
    opinions: tuple[Opinion, ...] = ()
    alike: Distribution | None = None
    sound_caption: str | None = None
    context: str | None = None

    @property
    def pattern(self) -> Pattern | None:
        """Which modalities are present; None when neither is."""
        if self.motion or self.neighbours is not None:
            return "motion+sound" if self.sound or self.alike is not None else "motion"
        return "sound" if self.sound or self.alike is not None else None


@dataclass(frozen=True, slots=True)
class Decision:
    """An activity, its probability among the candidates, and the next candidates."""

    activity: str
    confidence: float
    alternatives: tuple[ActivityRecord, ...]


@dataclass(frozen=True, slots=True)
class FusionResult:
    """The fused decision, who made it, and the controls beside it.

    agreement: how likely the fused activity is to each measured source, relative to that source's favourite, on average (1: every
    one of them would have chosen it; near 0: none). modalities: every source
    with its own top labels, its weight, and the decision without it. pool: the log-linear control of the motion, sound and
    neighbour likelihoods alone, with equal treatment of every episode. reason: why the language model was or was not
    asked, or what went wrong when it was.
    """

    activity: str
    confidence: float
    alternatives: tuple[ActivityRecord, ...]
    decided_by: DecidedBy
    agreement: float
    modalities: tuple[ModalityRecord, ...]
    pool: Decision
    used_llm: bool
    reason: str
