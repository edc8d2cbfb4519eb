"""What each source said alone, its weight, and the decision without it: the controls printed beside a fused episode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agents.fusion.records import Decision, Distribution, FusionInput
from agents.fusion.terms import EMBEDDING, LANGUAGE, Sum, Term
from agents.timeline import LabelRecord, ModalityRecord, WithoutRecord

_TOP = 3


def modality_records(
    whole: Sum, given: FusionInput, without: Mapping[str, Decision | None]
) -> tuple[ModalityRecord, ...]:
    """One record a source, in the sum's order: top in the source's own labels (movements, tags), or in activities where it has none.

    `without` for a measured modality is the decision about the episode that lacks it.
    """
    return tuple(_record(name, whole, given, without) for name in whole.terms)


def _record(name: str, whole: Sum, given: FusionInput, without: Mapping[str, Decision | None]) -> ModalityRecord:
    said = own_words(given).get(name)
    if said is None:
        alone = _alone(whole, name)
        ranked = [(alone.activity, alone.confidence), *((a.activity, a.probability) for a in alone.alternatives)]
    else:
        ranked = said.ranked()
    top = [LabelRecord(label=label, probability=round(min(1.0, p), 4)) for label, p in ranked[:_TOP]]
    if name in (EMBEDDING, LANGUAGE):
        lacking: Decision | None = whole.without(name).decision()
    else:
        lacking = without.get(name)
    return ModalityRecord(
        name=name,
        top=top,
        weight=round(whole.terms[name].weight, 4),
        without=None if lacking is None else WithoutRecord(activity=lacking.activity, confidence=lacking.confidence),
    )


def own_words(given: FusionInput) -> dict[str, Distribution]:
    """Source → the distribution that it reported."""
    said: dict[str, Distribution] = {}
    for kind, readings in (
        ("motion", given.motion),
        *((opinion.expert, opinion.readings) for opinion in given.opinions),
        ("sound", given.sound),
    ):
        for reading in readings:
            said[kind if len(readings) == 1 else f"{kind}:{reading.stream}"] = reading.distribution
    if given.neighbours is not None:
        said["neighbours"] = given.neighbours
    if given.alike is not None:
        said["alike"] = given.alike
    return said


def _alone(whole: Sum, name: str) -> Decision:
    """The source's own opinion, at weight 1 where the sum gives it none."""
    term = whole.terms[name]
    single = whole.only(name)
    if term.weight == 0:
        single = replace(single, terms={name: Term(term.values, 1.0)})
    return single.decision()
