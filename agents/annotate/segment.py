"""segment: change points and decoding; window probabilities into episodes."""

from __future__ import annotations

import dataclasses
import time

from langgraph.runtime import Runtime

from agents.annotate.context import Context
from agents.annotate.perceive import perceived_by
from agents.annotate.refine import refined
from agents.annotate.settings import AnnotateSettings
from agents.annotate.state import Perceived, State
from agents.annotate.tracks import tracks_of
from agents.segmentation import Segment, SegmentationSettings
from agents.segmentation import segment as segments_of
from recordings import Recording, Span
from tools import Bench


def segment(state: State, runtime: Runtime[Context]) -> State:
    """Segments that tile the recorded span: decoded jointly over all streams, boundaries moved to where the change is."""
    began = time.perf_counter()
    segments = divided(runtime.context, state["recording_id"], state.get("perceived", {}))
    runtime.context.report("segment", 0.3)
    return {"segments": segments, "timings": {"segment_s": time.perf_counter() - began}}


def decoded(recording: Recording, *, bench: Bench, settings: AnnotateSettings) -> list[Segment]:
    """What segmentation alone makes of a recording, before anything is fused: the control of the evaluation."""
    bench.add(recording)
    context = Context(bench=bench, settings=settings)
    both = {**perceived_by(bench, recording.id, "motion"), **perceived_by(bench, recording.id, "sound")}
    return divided(context, recording.id, both)


def divided(context: Context, recording_id: str, perceived: dict[str, Perceived]) -> list[Segment]:
    settings, recording = context.settings, context.recording(recording_id)
    segments = segments_of(
        recording,
        tracks_of(context, recording_id, perceived),
        SegmentationSettings(
            window_s=settings.window_s,
            stride_s=settings.stride_s,
            # A boundary is moved by up to a window afterwards: half a window of slack keeps the promised minimum.
            minimum_s=settings.minimum_episode_s + settings.window_s / 2,
            transition_s=settings.minimum_transition_s + settings.window_s / 2,
            switch_cost=settings.switch_cost,
            gap_s=settings.gap_s,
        ),
    )
    if settings.refine_boundaries:
        segments = refined(context, recording, segments)
    return [rounded(s) for s in segments]


def rounded(segment: Segment) -> Segment:
    """To the millisecond, as evidence and episodes are; neighbours keep their common boundary."""
    span = Span(round(float(segment.span.start_s), 3), round(float(segment.span.end_s), 3))
    return dataclasses.replace(segment, span=span)
