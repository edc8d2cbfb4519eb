"""Reasons, forecasts and the recording itself."""

from __future__ import annotations

from agents.questions import episodes as ep
from agents.questions.about_activities import absent
from agents.questions.citing import MOST_SPANS
from agents.questions.context import Sources
from agents.questions.findings import Finding, Statement, Status, queried
from agents.questions.query import Query
from agents.timeline import EpisodeRecord
from agents.wording import (
    NO_FORECAST,
    activity_phrase,
    counted,
    episode_sentence,
    forecast_sentence,
    listed,
    rate_sentence,
    recording_sentence,
    span_phrase,
)  # fmt: skip
from recordings import plain

ASKABLE = (
    "I can answer when, how long, how often, first, last and longest, before and after, compared with, what was done at a time, "
    "why, how sure, statistics of a channel over a span, steps and cadence, sounds, and what comes next. Which is meant?"
)


def why(query: Query, sources: Sources) -> Finding:
    """The reasons that the timeline already gives, sentence by sentence, with their evidence."""
    chosen = _episodes_meant(query, sources)
    if not chosen and query.activity is not None:
        return absent(query.activity, (queried("episodes.count", 0, activity=query.activity.text),))
    if not chosen:
        return Finding(
            (Statement("Which episode is meant? Name an activity or a time.", plain=True),),
            status="needs_clarification",
        )
    shown = chosen[:3]
    record = queried("episodes.explanation", [e.id for e in shown])
    statements = [Statement(s.sentence, e.activity, None, tuple(s.evidence)) for e in shown for s in e.explanation]
    if not statements:
        statements = [Statement(episode_sentence(e, sources.start), e.activity) for e in shown]
    if len(chosen) > len(shown):
        statements.append(
            Statement("The other episodes' reasons are on the report page; ask for one by its time.", plain=True)
        )
    return Finding(tuple(statements), (record,), focus=(shown[0].start_s, shown[-1].end_s), labels=(shown[0].activity,))


def confidence(query: Query, sources: Sources) -> Finding:
    chosen = _episodes_meant(query, sources)
    if not chosen and query.activity is not None:
        return absent(query.activity, (queried("episodes.count", 0, activity=query.activity.text),))
    chosen = chosen or ep.known(sources.timeline.episodes)
    shown = chosen[:MOST_SPANS]
    record = queried("episodes.confidence", [[e.start_s, e.confidence] for e in shown])
    statements = [
        Statement(
            episode_sentence(e, sources.start), round(e.confidence * 100, 2), "%", tuple(ep.evidence_ids([e]))[:8]
        )
        for e in shown
    ]
    return Finding(tuple(statements), (record,), labels=(shown[0].activity,) if shown else ())


def comes_next(query: Query, sources: Sources) -> Finding:
    forecast = sources.timeline.forecast
    record = queried("forecast", [[f.activity, f.start_s, f.probability] for f in forecast])
    if not forecast:
        return Finding((Statement(NO_FORECAST),), (record,), status="cannot_tell")
    statements = [Statement(forecast_sentence(f, sources.start), f.activity, None) for f in forecast[:5]]
    return Finding(tuple(statements), (record,))


def recording(query: Query, sources: Sources) -> Finding:
    """Length, sensors, rates, gaps, start, placement; whether it is simulated."""
    record, about = sources.timeline.recording, query.about or "duration"
    streams = record.streams
    if about == "duration":
        text = recording_sentence(record.duration_s, [s.name for s in streams], len(sources.timeline.episodes))
        return Finding(
            (Statement(text, record.duration_s, "s"),), (queried("recording.duration_s", record.duration_s),)
        )
    if about in {"rate", "samples"}:
        statements = [
            Statement(
                rate_sentence(s.name, s.rate_hz, s.n),
                s.rate_hz if about == "rate" else s.n,
                "Hz" if about == "rate" else "samples",
            )
            for s in streams
        ]
        return Finding(tuple(statements), (queried(f"recording.{about}", [[s.name, s.rate_hz, s.n] for s in streams]),))
    if about == "gaps":
        gaps = [(s.name, g.start_s, g.end_s) for s in streams for g in s.gaps]
        found = [f"{plain(name, 40)} {span_phrase(a, b, sources.start)}" for name, a, b in gaps[:MOST_SPANS]]
        text = f"Gaps: {listed(found)}." if found else "No stream has a gap."
        return Finding(
            (Statement(text, len(gaps), "gaps", plain=True),), (queried("recording.gaps", [list(g) for g in gaps]),)
        )
    if about == "start":
        text = (
            f"The recording started at {record.start}."
            if record.start
            else "The recording does not say when it started."
        )
        status: Status = "answered" if record.start else "no_data"
        return Finding(
            (Statement(text, record.start, None, plain=True),),
            (queried("recording.start", record.start),),
            status=status,
        )
    if about == "simulated":
        text = "The recording is simulated." if record.simulated else "Nothing says that the recording is simulated."
        return Finding(
            (Statement(text, record.simulated, None, plain=True),), (queried("recording.simulated", record.simulated),)
        )
    said = [
        f"{plain(s.name, 40)} ({s.modality}; {', '.join(s.channels)}; worn at: {plain(s.position or 'unknown', 40)})"
        for s in streams
    ]
    text = f"The recording has {counted(len(streams), 'stream')}: {listed(said)}."
    return Finding(
        (Statement(text, len(streams), "streams", plain=True),),
        (queried("recording.streams", [s.name for s in streams]),),
    )


def unclear(query: Query, sources: Sources) -> Finding:
    return Finding((Statement(ASKABLE, plain=True),), status="needs_clarification")


def needs_activity(query: Query, sources: Sources) -> Finding:
    """The question's form is clear but not which activity it is about."""
    known = ep.labels_in_order(sources.timeline.episodes)
    said = listed([activity_phrase(label) for label in known], "or")
    text = f"Which activity is meant: {said}?" if said else ASKABLE
    return Finding((Statement(text, plain=True),), status="needs_clarification")


def _episodes_meant(query: Query, sources: Sources) -> list[EpisodeRecord]:
    everything = sources.timeline.episodes
    if query.activity is not None:
        chosen = ep.of(everything, query.activity.labels or (query.activity.text.replace(" ", "_"),), _wide(query.span))
        if query.extreme is not None and chosen:
            return [ep.extreme(chosen, query.extreme)]
        if query.ordinal is not None and chosen and abs(query.ordinal) <= len(chosen):
            return [chosen[query.ordinal - 1 if query.ordinal > 0 else query.ordinal]]
        return chosen
    if query.span is None:
        return []
    lo, hi = query.span
    if lo == hi:
        found = ep.at(everything, lo)
        return [found] if found else []
    return [e for e in everything if ep.inside_s(e, query.span) > 0]


def _wide(span: tuple[float, float] | None) -> tuple[float, float] | None:
    """An instant has no length to overlap with: a millisecond stands for it."""
    return (span[0], span[1] + 0.001) if span and span[0] == span[1] else span
