"""Segments that turn out to be one activity become one episode."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence

from agents.fusion import FusionResult
from agents.segmentation import TRANSITIONS, Segment
from recordings import Span


def joined_by_activity(
    segments: Sequence[Segment], results: Sequence[FusionResult | None], minimum_s: float
) -> list[Segment]:
    """Touching segments as one where they have one activity and the same streams said something in both.

    A segment that was short because it was taken for a postural transition, and is none after all, is too short for an
    activity: it goes to the neighbour whose activity is the more probable in it. Segments without a result stay.
    """
    activities = [None if result is None else result.activity for result in results]
    for i, result in enumerate(results):
        if result is None or result.activity in TRANSITIONS or segments[i].span.duration_s >= minimum_s - 1e-6:
            continue
        beside = [
            k
            for k in (i - 1, i + 1)
            if 0 <= k < len(segments) and results[k] is not None and _streams(segments[k]) == _streams(segments[i])
        ]
        likely = {result.activity: result.confidence, **{a.activity: a.probability for a in result.alternatives}}
        if beside:
            best = max(beside, key=lambda k: (likely.get(activities[k] or "", 0.0), segments[k].span.duration_s))
            activities[i] = activities[best]
    out: list[Segment] = []
    for _, group in itertools.groupby(range(len(segments)), key=lambda i: _key(segments[i], activities[i])):
        parts = [segments[i] for i in group]
        longest = max(parts, key=lambda s: (s.span.duration_s, -s.span.start_s))
        out.append(Segment(Span(parts[0].span.start_s, parts[-1].span.end_s), longest.kind, longest.heard))
    return out


def _key(segment: Segment, activity: str | None) -> Hashable:
    """Equal for neighbours that belong together; a segment without an activity belongs to nobody."""
    return (segment.kind, segment.span.start_s) if activity is None else (activity, _streams(segment))


def _streams(segment: Segment) -> tuple[str, ...]:
    return tuple(name for name, _ in segment.heard)
