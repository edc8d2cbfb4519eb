"""The log-linear sum: one term a source over the candidates, weighted and turned into probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from agents.fusion.records import Decision, Distribution, FusionInput, Opinion
from agents.fusion.vocabulary import ActivityVocabulary
from agents.fusion.weights import PatternWeights
from agents.timeline import ActivityRecord

Floats = npt.NDArray[np.float64]
EMBEDDING, LANGUAGE = "embedding", "llm"
_ALTERNATIVES = 4
# However unlike a sound is to all those of an activity, it may be one that nobody labelled yet.
_LEAST_RATIO = 1e-3


@dataclass(frozen=True, slots=True)
class Term:
    """What one source gives to each candidate (nats, or a z-score) and the weight it has."""

    values: Floats
    weight: float


@dataclass(frozen=True, slots=True)
class Sum:
    """All terms of one episode over its candidates."""

    candidates: tuple[str, ...]
    terms: Mapping[str, Term]
    temperature: float

    def only(self, *names: str) -> Sum:
        return replace(self, terms={name: term for name, term in self.terms.items() if name in names})

    def without(self, *names: str) -> Sum:
        return replace(self, terms={name: term for name, term in self.terms.items() if name not in names})

    def adding(self, name: str, term: Term) -> Sum:
        return replace(self, terms={**self.terms, name: term})

    def probabilities(self) -> Floats:
        """(candidates,) softmax of the weighted sum over the temperature; even when nothing has a weight."""
        total = np.zeros(len(self.candidates))
        for term in self.terms.values():
            total = total + term.weight * term.values
        total = total / self.temperature
        weights = np.exp(total - total.max())
        return np.asarray(weights / weights.sum())

    def decision(self) -> Decision:
        return decided(self.candidates, self.probabilities())


def ranking(probabilities: Floats) -> list[int]:
    """Indices, most probable first. What differs by float noise only is a tie, and the earlier candidate goes first."""
    return sorted(range(len(probabilities)), key=lambda i: (-round(float(probabilities[i]), 9), i))


def decided(candidates: Sequence[str], probabilities: Floats) -> Decision:
    """The most probable candidate; ties go to the earlier one."""
    order = ranking(probabilities)
    records = [ActivityRecord(activity=candidates[i], probability=_share(probabilities[i])) for i in order]
    return Decision(records[0].activity, records[0].probability, tuple(records[1 : 1 + _ALTERNATIVES]))


def _share(p: float) -> float:
    return min(1.0, max(0.0, round(float(p), 4)))


def source_terms(given: FusionInput, vocabulary: ActivityVocabulary, weights: PatternWeights) -> Sum:
    """The terms of the measured modalities: every motion device, every microphone, the neighbours, labelled sounds.

    k devices of one kind share a weight of √k: they see the same body, so they are not k independent witnesses.
    """
    candidates = vocabulary.candidates(given)
    terms: dict[str, Term] = {}
    for kind, readings, weight, likelihood in (
        ("motion", given.motion, weights.motion, vocabulary.motion_likelihood),
        ("sound", given.sound, weights.sound, vocabulary.sound_likelihood),
    ):
        for reading in readings:
            name = kind if len(readings) == 1 else f"{kind}:{reading.stream}"
            values = np.log(likelihood(reading.distribution, candidates))
            terms[name] = Term(values, weight / math.sqrt(len(readings)))
    for opinion in given.opinions:
        for reading in opinion.readings:
            name = opinion.expert if len(opinion.readings) == 1 else f"{opinion.expert}:{reading.stream}"
            values = np.log(vocabulary.motion_likelihood(reading.distribution, candidates))
            terms[name] = Term(values, opinion.weight / math.sqrt(len(opinion.readings)))
    if given.neighbours is not None:
        votes = vocabulary.motion_likelihood(_all_votes(given, given.neighbours), candidates)
        terms["neighbours"] = Term(np.log(votes), weights.neighbours)
    if given.alike is not None:
        terms["alike"] = Term(_over_even(given.alike, candidates), weights.alike)
    return Sum(candidates, terms, weights.temperature)


def _over_even(said: Distribution, candidates: Sequence[str]) -> Floats:
    """(candidates,) log of a share over an even one; 0 for what has no labelled sound: it was not asked."""
    shares = dict(zip(said.labels, said.probabilities, strict=True))
    ratios = [max(shares[name] * len(shares), _LEAST_RATIO) if name in shares else 1.0 for name in candidates]
    return np.asarray(np.log(ratios))


def _all_votes(given: FusionInput, votes: Distribution) -> Distribution:
    """The votes over every label that could have had one: a label without a neighbour has none, not an unknown number."""
    shares = dict(zip(votes.labels, votes.probabilities, strict=True))
    labels = dict.fromkeys([*shares, *(label for reading in given.motion for label in reading.distribution.labels)])
    return Distribution.of({label: shares.get(label, 0.0) for label in labels})


def lacking(given: FusionInput, name: str) -> FusionInput | None:
    """The episode as it would be without one source; None when nothing would be left."""
    kind, _, stream = name.partition(":")
    reduced = given
    if name == "neighbours":
        reduced = replace(given, neighbours=None)
    elif name == "alike":
        reduced = replace(given, alike=None)
    elif any(kind == opinion.expert for opinion in given.opinions):
        reduced = replace(given, opinions=_fewer(given.opinions, kind, stream))
    elif kind == "motion":
        kept = tuple(reading for reading in given.motion if stream and reading.stream != stream)
        # Neighbours are found with the motion model's embedding: without any motion there are none.
        reduced = replace(
            given,
            motion=kept,
            neighbours=given.neighbours if kept else None,
            opinions=given.opinions if kept else (),
        )
    elif kind == "sound":
        kept = tuple(reading for reading in given.sound if stream and reading.stream != stream)
        # What labelled sounds say is said about this sound: without any it is gone too.
        alike, caption = (given.alike, given.sound_caption) if kept else (None, None)
        reduced = replace(given, sound=kept, alike=alike, sound_caption=caption)
    return None if reduced.pattern is None else reduced


def _fewer(opinions: Sequence[Opinion], expert: str, stream: str) -> tuple[Opinion, ...]:
    """The opinions without one expert's word on `stream`, on every stream where that is ""."""
    left = []
    for opinion in opinions:
        kept = tuple(r for r in opinion.readings if opinion.expert != expert or (stream and r.stream != stream))
        if kept:
            left.append(replace(opinion, readings=kept))
    return tuple(left)
