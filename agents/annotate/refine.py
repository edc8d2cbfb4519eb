"""Boundaries from window level to sample level: between two episodes, where the signal itself changes most."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from agents.annotate.context import Context
from agents.segmentation import TRANSITIONS, Segment, change_point, motion_features, sound_features
from recordings import Recording, Span


def refined(context: Context, recording: Recording, segments: Sequence[Segment]) -> list[Segment]:
    """The same segments, touching ones with their common boundary moved by at most one window.

    A boundary moves only between two decoded segments, never so far that one of them loses its minimum duration, and
    to the change point of a stream whose label changes there. Boundaries at gaps stay: they are exact.
    """
    out = list(segments)
    for i in range(len(out) - 1):
        before, after = out[i], out[i + 1]
        if before.kind != "covered" or after.kind != "covered":
            continue
        reach = context.settings.window_s
        at = before.span.end_s
        lo = max(at - reach, (before.span.start_s + at) / 2)
        hi = min(at + reach, (at + after.span.end_s) / 2)
        moved = _change_s(recording, before, after, lo, hi)
        if moved is not None:
            # The search is over both halves whole, because a cut-off change would be sought beside itself; what it
            # finds then gives way to the minimum durations.
            moved = max(moved, min(at, before.span.start_s + _minimum_s(context, before)))
            moved = min(moved, max(at, after.span.end_s - _minimum_s(context, after)))
            out[i] = dataclasses.replace(before, span=Span(before.span.start_s, moved))
            out[i + 1] = dataclasses.replace(after, span=Span(moved, after.span.end_s))
    return out


def _minimum_s(context: Context, segment: Segment) -> float:
    short = any(label in TRANSITIONS for _, label in segment.heard)
    return context.settings.minimum_transition_s if short else context.settings.minimum_episode_s


def _change_s(recording: Recording, before: Segment, after: Segment, lo: float, hi: float) -> float | None:
    """When, within `[lo, hi)`, the first stream whose label changes has its change point; motion before sound."""
    here = dict(after.heard)
    for key, label in before.heard:
        if here.get(key, label) == label:
            continue
        modality, _, name = key.partition(":")
        features = motion_features if modality == "motion" else sound_features
        times, rows = features(recording.stream(name), lo, hi)
        found = change_point(rows)
        if found is not None:
            return round(float(times[found]), 3)
    return None
