"""A recording as it was at an earlier moment."""

from __future__ import annotations

import dataclasses

from recordings.errors import UserError
from recordings.recording import Recording, Span, Step


def recorded_until(recording: Recording, time_s: float) -> Recording:
    """Everything before `time_s`; gaps that lie later are gone. UserError where nothing had been recorded by then."""
    streams = []
    for stream in recording.streams:
        if time_s <= stream.start_s:
            continue
        samples = stream.between(stream.start_s, time_s)
        if samples.shape[1]:
            gaps = tuple(Span(g.start_s, min(g.end_s, time_s)) for g in stream.gaps if g.start_s < time_s)
            streams.append(dataclasses.replace(stream, samples=samples, gaps=gaps))
    if not streams:
        raise UserError(
            recording.source, expected=f"samples before {time_s:g} s", found="none", cure="observe more of it"
        )
    step = Step(f"cut at {time_s:g} s", "what came later was not to be known", f"{recording.duration_s:g} s", "")
    annotations = tuple(a for a in recording.annotations if a.end_s <= time_s)
    return dataclasses.replace(
        recording,
        id=f"{recording.id}-until-{round(time_s)}s",
        streams=tuple(streams),
        history=(*recording.history, step),
        annotations=annotations,
    )
