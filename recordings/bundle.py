"""The parts of one recording, each with its own clock, as streams that share one zero."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from recordings.assemble import placed, streams_of
from recordings.content import Track
from recordings.errors import plain
from recordings.formats.folder import Part
from recordings.options import ReadOptions
from recordings.recording import Annotation, Recording, Span, Step, Stream

# Clocks that differ by more than this do not belong together: parts recorded on different days.
FARTHEST_S = 24 * 3600.0


def recording_of(
    parts: Sequence[Part], notes: tuple[Step, ...], options: ReadOptions, *, id: str, source: str, sha256: str
) -> Recording:
    """One `Recording`: every part on one time line, tracks gridded, positions set."""
    offsets, start, timezone, steps = _common_zero(parts)
    several = len(parts) > 1
    tracks: list[Track] = []
    sounds: list[Stream] = []
    annotations: list[Annotation] = []
    history: list[Step] = list(notes)
    for part, offset in zip(parts, offsets, strict=True):
        prefix = f"{plain(part.name, 60)}: " if several else ""
        history += [dataclasses.replace(s, reason=prefix + s.reason) for s in part.content.history]
        tracks += [dataclasses.replace(t, times_s=t.times_s + offset) for t in part.content.tracks]
        sounds += [_moved(s, offset) for s in part.content.streams]
        annotations += [
            Annotation(round(a.start_s + offset, 6), round(a.end_s + offset, 6), a.label)
            for a in part.content.annotations
        ]
    history += steps
    streams, gridding = streams_of(tracks, 0.0)
    streams, placing = _place((*streams, *sounds), options)
    return Recording(
        id=id,
        source=source,
        sha256=sha256,
        streams=streams,
        history=(*history, *gridding, *placing),
        start=start,
        timezone=timezone,
        annotations=tuple(sorted(annotations, key=lambda a: (a.start_s, a.end_s))),
    )


def _first_s(part: Part) -> float:
    times = [float(t.times_s[0]) for t in part.content.tracks] + [s.start_s for s in part.content.streams]
    return min(times)


def _common_zero(parts: Sequence[Part]) -> tuple[list[float], datetime | None, str | None, list[Step]]:
    """Seconds to add to each part's times so that the earliest sample of all is at 0."""
    dated = [p for p in parts if p.content.start is not None]
    zoned = [p for p in dated if p.content.start is not None and p.content.start.tzinfo is not None]
    comparable = dated if len(zoned) in (0, len(dated)) else zoned
    running = [p for p in parts if p.content.clock == "device"]
    steps: list[Step] = []
    offsets: dict[int, float] = {}
    start, timezone = None, None
    if comparable:
        first = min(comparable, key=lambda p: p.content.start.timestamp() if p.content.start else 0.0)
        start, timezone = first.content.start, first.content.timezone
        for part in comparable:
            assert part.content.start is not None and start is not None
            offsets[id(part)] = (part.content.start - start).total_seconds()
    if running:
        lows = [_first_s(p) for p in running]
        highs = [max(float(t.times_s[-1]) for t in p.content.tracks) for p in running]
        overlapping = max(lows) < min(highs)
        for part, low in zip(running, lows, strict=True):
            offsets[id(part)] = -min(lows) if overlapping else -low
        if len(running) > 1:
            reason = (
                "their clocks overlap, so they are one clock"
                if overlapping
                else "their clocks do not overlap: each is taken to begin at 0"
            )
            steps.append(Step("align clocks", reason, f"{len(running)} files", "one zero", warning=not overlapping))
    loose = [p for p in parts if id(p) not in offsets]
    for part in loose:
        offsets[id(part)] = -_first_s(part)
    if len(parts) > 1 and (loose or (comparable and running)):
        named = plain(", ".join(p.name for p in (loose or running)), 120)
        steps.append(
            Step(
                "align clocks",
                f"{named}: the file does not say when it began; taken to begin with the others",
                warning=True,
            )
        )
    ends = [offsets[id(p)] for p in comparable]
    if ends and max(ends) > FARTHEST_S:
        steps.append(
            Step("notice distant parts", f"the parts begin up to {max(ends) / 3600:.1f} h apart", warning=True)
        )
    return [offsets[id(p)] for p in parts], start, timezone, steps


def _moved(stream: Stream, offset_s: float) -> Stream:
    if offset_s == 0.0:
        return stream
    gaps = tuple(Span(g.start_s + offset_s, g.end_s + offset_s) for g in stream.gaps)
    return dataclasses.replace(stream, start_s=round(stream.start_s + offset_s, 6), gaps=gaps)


def _place(streams: tuple[Stream, ...], options: ReadOptions) -> tuple[tuple[Stream, ...], tuple[Step, ...]]:
    """Positions as the user says, or as the names say; an unknown one is a warning: most activities look different there."""
    steps: list[Step] = []
    out = []
    for stream in streams:
        if stream.modality == "motion":
            if options.position is not None:
                steps.append(Step("position", "--position", stream.position or "unknown", options.position))
                stream = placed(stream, options.position)
            elif stream.position is not None:
                steps.append(Step("position", f"{stream.name}: a name says so", "", stream.position))
            else:
                reason = (
                    f"{stream.name}: nothing says where it was worn, so less can be told apart (--position says it)"
                )
                steps.append(Step("position", reason, "", "unknown", warning=True))
        out.append(stream)
    return tuple(out), tuple(steps)
