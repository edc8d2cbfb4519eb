"""fuse: one activity an episode, from everything that was said about it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from langgraph.runtime import Runtime

from agents.annotate.context import Context
from agents.annotate.join import joined_by_activity
from agents.annotate.postures import consistent
from agents.annotate.records import episode_ids
from agents.annotate.state import State
from agents.annotate.tracks import perception_of
from agents.fusion import (
    MODEL_FAILED,
    ActivityVocabulary,
    Distribution,
    Fuser,
    FusionInput,
    FusionMode,
    FusionResult,
    Opinion,
    Reading,
)
from agents.language import SentenceEmbedder
from agents.segmentation import Segment
from agents.timeline import ActivityRecord, EpisodeRecord, Status
from recordings import plain

# Joining neighbours of one activity can make new neighbours of one activity; two rounds settle all but oddities.
MOST_JOININGS = 2

# No development set here is large enough to tell 99.95 % from certainty: more is not claimed.
MOST_CONFIDENT = 0.999


def fuse(state: State, runtime: Runtime[Context]) -> State:
    """Episodes with their activity, who decided, and the controls beside it.

    First the pool alone is asked whether touching segments are one activity; those are joined and go back to recall.
    Only the segments that remain are put to the language model, as the settings say.
    """
    began = time.perf_counter()
    context, segments = runtime.context, state["segments"]
    inputs = [_input(context, state, i) for i in range(len(segments))]
    if state.get("joinings", 0) < MOST_JOININGS:
        joined = joined_by_activity(
            segments, _fused(context, segments, inputs, "never"), context.settings.minimum_episode_s
        )
        if len(joined) < len(segments):
            seconds = time.perf_counter() - began
            return {"segments": joined, "joinings": state.get("joinings", 0) + 1, "timings": {"join_s": seconds}}
    results = _fused(context, segments, inputs, context.settings.fusion)
    ids = episode_ids(len(segments))
    episodes = [_episode(context, state, i, ids[i], result) for i, result in enumerate(results)]
    context.report("fuse", 0.7)
    return {"episodes": episodes, "timings": {"fuse_s": time.perf_counter() - began}}


@lru_cache(maxsize=1)
def _embedder() -> SentenceEmbedder:
    """Loaded once a process; its weights do not depend on the recording."""
    return SentenceEmbedder()


def _fused(
    context: Context, segments: Sequence[Segment], inputs: Sequence[FusionInput | None], mode: FusionMode
) -> list[FusionResult | None]:
    """One result for each input that has a modality, None for the others; neighbours' postures are made to fit."""
    llm = None if mode == "never" else context.llm
    fuser = Fuser(vocabulary=ActivityVocabulary(), embedder=_embedder(), llm=llm, mode="never" if llm is None else mode)
    results = iter(fuser.fuse([given for given in inputs if given is not None]))
    each = [None if given is None else next(results) for given in inputs]
    return consistent(segments, each, context.settings.posture_cost)


def _input(context: Context, state: State, index: int) -> FusionInput | None:
    """Everything that was said about one segment; None where no model said anything."""
    recording = context.recording(state["recording_id"])
    segment = state["segments"][index]
    readings: dict[str, list[Reading]] = defaultdict(list)
    for perceived in state.get("perceived", {}).values() if segment.kind == "covered" else ():
        perception = perception_of(context, recording.id, perceived)
        pooled = None if perception is None else perception.pooled(segment.span)
        if perception is not None and pooled is not None:
            said = Distribution(perception.labels, tuple(float(p) for p in pooled))
            position = recording.stream(perceived.stream).position
            readings[perceived.modality].append(Reading(perceived.stream, said, position))
    if not (readings["motion"] or readings["sound"]):
        return None
    votes, alike = state["votes"][index], state["alike"][index]
    opinions = [
        Opinion(name, tuple(readings[name]), model.fusion_weight)
        for name, model in context.bench.opinions.items()
        if readings[name]
    ]
    return FusionInput(
        motion=tuple(readings["motion"]),
        opinions=tuple(opinions) if readings["motion"] else (),
        sound=tuple(readings["sound"]),
        neighbours=Distribution.of(votes) if votes and readings["motion"] else None,
        alike=Distribution.of(alike) if alike and readings["sound"] else None,
        sound_caption=_caption(state, index),
        context="; ".join(f"{plain(key, 40)}: {plain(text)}" for key, text in sorted(recording.context.items()))
        or None,
    )


def _caption(state: State, index: int) -> str | None:
    """The sound caption of a segment, where one was made."""
    found = [state["evidence"][id_] for id_ in state["said"][index]]
    return next((str(e.value) for e in found if e.quantity == "sound_caption"), None)


def _episode(context: Context, state: State, index: int, id_: str, result: FusionResult | None) -> EpisodeRecord:
    """The record without its explanation, which comes later. Below the threshold of confidence the activity is not named."""
    segment = state["segments"][index]
    span = segment.span
    if result is None:
        status: Status = "no_data" if segment.kind == "no_data" else "unknown"
        return EpisodeRecord(
            id=id_, start_s=span.start_s, end_s=span.end_s, activity=status, confidence=0.0, status=status,
            alternatives=[], decided_by="none", agreement=0.0, modalities=[], exemplars=[], explanation=[],
            reason="no stream recorded" if status == "no_data" else "no model could use what was recorded",
        )  # fmt: skip
    known = result.confidence >= context.settings.unknown_below
    confidence = min(result.confidence, MOST_CONFIDENT)
    best = ActivityRecord(activity=result.activity, probability=confidence)
    return EpisodeRecord(
        id=id_,
        start_s=span.start_s,
        end_s=span.end_s,
        activity=result.activity if known else "unknown",
        confidence=confidence,
        status="known" if known else "unknown",
        alternatives=list(result.alternatives) if known else [best, *result.alternatives],
        decided_by=result.decided_by,
        agreement=result.agreement,
        modalities=list(result.modalities),
        exemplars=list(state["exemplars"][index]),
        explanation=[],
        pool=ActivityRecord(activity=result.pool.activity, probability=result.pool.confidence),
        reason=result.reason
        if known or result.reason.startswith(MODEL_FAILED)
        else f"confidence {result.confidence:.2f} is below {context.settings.unknown_below:.2f}",
    )
