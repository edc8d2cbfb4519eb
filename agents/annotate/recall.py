"""recall: what the models said about each episode as a whole, and the labelled exemplars and sounds that resemble it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from langgraph.runtime import Runtime

from agents.annotate.call import call
from agents.annotate.context import Context
from agents.annotate.state import State
from agents.timeline import ExemplarRecord
from recordings import Span, UserError
from tools import OPINIONS, Evidence, SpanLikeness, compared_sounds, nearest_exemplars
from tools.exemplars import Neighbour, neighbour_votes


def recall(state: State, runtime: Runtime[Context]) -> State:
    """Evidence of every perception tool over the episodes' spans, the neighbours' votes, and what labelled sounds speak for."""
    began = time.perf_counter()
    context, recording_id = runtime.context, state["recording_id"]
    segments = state["segments"]
    spans = [s.span for s in segments if s.kind == "covered"]
    found = testimony(context, recording_id, spans)
    near = neighbours(context, recording_id, spans)
    alike = labelled_sounds(context, recording_id, spans)
    context.report("recall", 0.5)
    return {
        "evidence": {e.id: e for e in found},
        "said": [tuple(e.id for e in found if _about(e, s.span)) for s in segments],
        "exemplars": [tuple(_record(n) for n in next(iter(near.get(s.span, ())), ())) for s in segments],
        "votes": [shared_votes(near.get(s.span, [])) for s in segments],
        "alike": [shared_likeness(alike.get(s.span, [])) for s in segments],
        "timings": {"recall_s": time.perf_counter() - began},
    }


def testimony(context: Context, recording_id: str, spans: Sequence[Span]) -> list[Evidence]:
    """What every perception tool, the labelled sounds and the exemplars say about the spans; a tool without its sensor or model says nothing."""
    if not spans:
        return []
    settings = context.settings
    found = [
        *call(context, "classify_motion", recording_id, spans=spans),
        *(e for asked in OPINIONS.values() for e in call(context, asked.tool, recording_id, spans=spans)),
        *call(context, "tag_audio", recording_id, spans=spans),
        *call(context, "caption_audio", recording_id, spans=spans),
    ]
    if context.bench.sounds is not None:
        found += call(
            context,
            "nearest_sounds",
            recording_id,
            spans=spans,
            exclude_subject=_own_subject(context, recording_id),
            exclude_recording=settings.exclude_recording,
        )
    if settings.neighbours and context.bench.exemplars is not None:
        found += call(
            context,
            "search_exemplars",
            recording_id,
            spans=spans,
            k=settings.neighbours,
            exclude_subject=_own_subject(context, recording_id),
            exclude_recording=_own_recording(context, recording_id),
        )
    return found


def neighbours(context: Context, recording_id: str, spans: Sequence[Span]) -> dict[Span, list[tuple[Neighbour, ...]]]:
    """For each span the nearest exemplars of each of its motion streams, nearest first; none of the recording's own person."""
    found: dict[Span, list[tuple[Neighbour, ...]]] = {}
    if not spans or not context.settings.neighbours:
        return found
    for near in nearest_exemplars(
        context.bench,
        recording_id,
        spans,
        k=context.settings.neighbours,
        exclude_subject=_own_subject(context, recording_id),
        exclude_recording=_own_recording(context, recording_id),
    ):
        if near.neighbours:
            found.setdefault(near.span, []).append(near.neighbours)
    return found


def labelled_sounds(context: Context, recording_id: str, spans: Sequence[Span]) -> dict[Span, list[SpanLikeness]]:
    """For each span what labelled sounds say about each of its microphones; none of the recording's own person or sound."""
    found: dict[Span, list[SpanLikeness]] = {}
    if not spans or context.bench.sounds is None:
        return found
    for near in compared_sounds(
        context.bench,
        recording_id,
        spans,
        exclude_subject=_own_subject(context, recording_id),
        exclude_recording=context.settings.exclude_recording,
    ):
        found.setdefault(near.span, []).append(near)
    return found


def shared_likeness(near: Sequence[SpanLikeness]) -> dict[str, float]:
    """What labelled sounds say about several microphones, each with an equal say; {} without any."""
    return {name: sum(one.shares[name] for one in near) / len(near) for name in (near[0].shares if near else ())}


def shared_votes(near: Sequence[Sequence[Neighbour]]) -> dict[str, float]:
    """The votes of several streams' neighbours, each stream with an equal say; {} without any."""
    total: dict[str, float] = {}
    for neighbours_of_one in near:
        for label, share in neighbour_votes(neighbours_of_one).items():
            total[label] = total.get(label, 0.0) + share / len(near)
    return {label: total[label] for label in sorted(total, key=lambda name: (-total[name], name))}


def _own_subject(context: Context, recording_id: str) -> str | None:
    """Whose exemplars must not be recalled: of a data set's recording its own person's, else whom the settings name.

    Recalling the person who is being recognised would recognise the person, not the activity. UserError where the settings
    name somebody else, because one person at a time can be left out.
    """
    recording, named = context.recording(recording_id), context.settings.exclude_subject
    own = recording.subject if recording.dataset is not None else None
    if own is not None and named not in (None, own):
        raise UserError(
            "--exclude-subject",
            expected=f"{own}, the person of {recording.source}, who is left out in any case",
            found=named,
            cure="leave the option out",
        )
    return named or own


def _own_recording(context: Context, recording_id: str) -> str:
    return context.settings.exclude_recording or recording_id


def _about(found: Evidence, span: Span) -> bool:
    return found.start_s == span.start_s and found.end_s == span.end_s


def _record(neighbour: Neighbour) -> ExemplarRecord:
    return ExemplarRecord(
        id=neighbour.id, label=neighbour.label, subject=neighbour.subject, distance=round(float(neighbour.distance), 4)
    )
