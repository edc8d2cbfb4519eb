"""Statistics, steps and sounds: answers that are measured on the samples when they are asked for."""

from __future__ import annotations

from agents.questions import episodes as ep
from agents.questions.about_activities import absent
from agents.questions.citing import MOST_SPANS
from agents.questions.context import Sources
from agents.questions.findings import Finding, Scalar, Statement, Status, queried
from agents.questions.query import Query
from agents.timeline import QueryRecord
from agents.wording import (
    event_count_sentence,
    event_sentence,
    measurement_sentence,
    modality_sentence,
    no_sensor_sentence,
    span_phrase,
)  # fmt: skip
from recordings import Span
from tools import Evidence, LabelProbability, NoData, detect_events, measure, tag_audio

_EVENT_QUANTITY = {
    "steps": "step_count",
    "cadence": "cadence",
    "posture_changes": "posture_change",
    "impacts": "impact",
    "still_bouts": "still_bout",
}
_EVENT_WORDS = {
    "posture_changes": "posture changes",
    "impacts": "impacts",
    "still_bouts": "still bouts",
    "steps": "steps",
    "cadence": "cadence",
}
SENSOR_OF = {"acc": "accelerometer", "gyro": "gyroscope", "gravity": "gravity sensor", "sound": "microphone"}


def no_sensor(sensor: str, record: QueryRecord) -> Finding:
    """An absent sensor is "no data"."""
    name = sensor if sensor in SENSOR_OF.values() else f"{sensor} sensor"
    return Finding((Statement(no_sensor_sentence(name), None, None),), (record,), status="no_data")


def spans_of(query: Query, sources: Sources) -> list[Span] | None:
    """The spans that a question about samples means: its own, those of its activity, or the whole recording.

    None when it names an activity that did not happen (in that span).
    """
    if query.activity is None:
        if query.span is None or query.span[0] == query.span[1]:
            return [Span(0.0, sources.duration_s)]
        return [Span(*query.span)]
    labels = query.activity.labels or (query.activity.text.replace(" ", "_"),)
    chosen = ep.of(sources.timeline.episodes, labels, query.span)
    if query.ordinal is not None and chosen:
        if abs(query.ordinal) > len(chosen):
            return None
        chosen = [chosen[query.ordinal - 1 if query.ordinal > 0 else query.ordinal]]
    if query.extreme is not None and chosen:
        chosen = [ep.extreme(chosen, query.extreme)]
    if not chosen:
        return None
    spans = [Span(e.start_s, e.end_s) for e in chosen]
    if query.span is not None:
        lo, hi = query.span
        spans = [Span(max(s.start_s, lo), min(s.end_s, hi)) for s in spans]
    return spans[:MOST_SPANS]


def statistic(query: Query, sources: Sources) -> Finding:
    quantity, channel = query.quantity or "mean", query.channel
    if query.sensor is not None:
        other = _recorded_channel(query.sensor, sources)
        if other is None:
            return no_sensor(query.sensor, queried("measure", None, quantity=quantity, sensor=query.sensor))
        channel = other
    if channel is None:
        return Finding(
            (Statement("Which channel is meant: " + ", ".join(_channels(sources)) + "?", plain=True),),
            (),
            status="needs_clarification",
        )
    spans = spans_of(query, sources)
    if spans is None and query.activity is not None:
        return absent(query.activity, (queried("episodes.count", 0, activity=query.activity.text),))
    statements, queries, found = [], [], []
    for span in spans or []:
        arguments: dict[str, Scalar] = {
            "quantity": quantity,
            "channel": channel,
            "from_s": span.start_s,
            "to_s": span.end_s,
        }
        try:
            fact = measure(sources.bench, sources.recording_id, quantity, channel, span)
        except NoData as nothing:
            queries.append(queried("measure", None, **arguments))
            sensor = SENSOR_OF.get(channel.partition("_")[0], channel)
            if any(name.startswith(channel.partition("_")[0]) for name in _channels(sources)):
                return Finding(
                    (Statement(f"No data: {nothing.reason}.", plain=True),), tuple(queries), status="no_data"
                )
            return Finding((Statement(no_sensor_sentence(sensor)),), tuple(queries), status="no_data")
        queries.append(queried("measure", fact.value, **arguments))
        found.append(fact)
        statements.append(Statement(measurement_sentence(fact, sources.start), fact.value, fact.unit, (fact.id,)))
    return Finding(
        tuple(statements),
        tuple(queries),
        tuple(found),
        focus=_focus(spans),
        labels=query.activity.labels if query.activity else (),
    )


def count_events(query: Query, sources: Sources) -> Finding:
    """Steps, cadence, posture changes, impacts, still bouts."""
    event = query.event or "steps"
    if not any(s.modality == "motion" for s in sources.timeline.recording.streams):
        return no_sensor("accelerometer", queried("detect_events", None, event=event))
    spans = spans_of(query, sources)
    if spans is None and query.activity is not None:
        return absent(query.activity, (queried("episodes.count", 0, activity=query.activity.text),))
    statements, queries, evidence = [], [], []
    for span in spans or []:
        arguments: dict[str, Scalar] = {"event": event, "from_s": span.start_s, "to_s": span.end_s}
        try:
            everything = detect_events(sources.bench, sources.recording_id, span)
        except NoData as nothing:
            return Finding(
                (Statement(f"No data: {nothing.reason}.", plain=True),),
                (queried("detect_events", None, **arguments),),
                status="no_data",
            )
        first_stream = [f for f in everything if f.stream == everything[0].stream] if everything else []
        facts = [f for f in first_stream if f.quantity == _EVENT_QUANTITY[event]]
        if event in {"steps", "cadence"}:
            queries.append(queried("detect_events", facts[0].value if facts else None, **arguments))
            for fact in facts[:1]:
                statements.append(Statement(event_sentence(fact, sources.start), fact.value, fact.unit, (fact.id,)))
                evidence.append(fact)
            if not facts:
                statements.append(Statement(f"No data: no {_EVENT_WORDS[event]} could be measured there.", plain=True))
            continue
        queries.append(queried("detect_events", len(facts), **arguments))
        statements.append(
            Statement(
                event_count_sentence(len(facts), _EVENT_WORDS[event][:-1], (span.start_s, span.end_s), sources.start),
                len(facts),
                _EVENT_WORDS[event],
            )
        )
        for fact in facts[:MOST_SPANS]:
            statements.append(Statement(event_sentence(fact, sources.start), fact.value, fact.unit, (fact.id,)))
            evidence.append(fact)
    status: Status = "answered" if evidence or event not in {"steps", "cadence"} else "no_data"
    return Finding(tuple(statements), tuple(queries), tuple(evidence), status=status, focus=_focus(spans))


def sound(query: Query, sources: Sources) -> Finding:
    """What was heard, over the asked spans or episode by episode."""
    if not any(s.modality == "audio" for s in sources.timeline.recording.streams):
        return no_sensor("microphone", queried("tag_audio", None))
    if query.activity is not None or query.span is not None:
        spans = spans_of(query, sources)
    else:
        spans = [Span(e.start_s, e.end_s) for e in sources.timeline.episodes][:MOST_SPANS]
    if spans is None and query.activity is not None:
        return absent(query.activity, (queried("episodes.count", 0, activity=query.activity.text),))
    facts = tag_audio(sources.bench, sources.recording_id, spans or [])
    if not facts:
        return Finding(
            (Statement("No data: no sound tagger is loaded.", plain=True),),
            (queried("tag_audio", None),),
            status="no_data",
        )
    record = queried("tag_audio", [[f.start_s, f.end_s, f.value] for f in facts])
    statements = [Statement(_heard(fact, sources), fact.value, None, (fact.id,)) for fact in facts]
    return Finding(tuple(statements), (record,), tuple(facts), focus=_focus(spans))


def _heard(fact: Evidence, sources: Sources) -> str:
    said = modality_sentence("sound", [LabelProbability(str(fact.value), fact.probability or 0.0)])
    return f"{said[:-1]} {_between(fact, sources)}."


def _between(fact: Evidence, sources: Sources) -> str:
    return span_phrase(fact.start_s, fact.end_s, sources.start)


def _channels(sources: Sources) -> list[str]:
    return [c for s in sources.timeline.recording.streams if s.modality != "audio" for c in s.channels]


def _recorded_channel(sensor: str, sources: Sources) -> str | None:
    """A channel of the file that carries the sensor's name (a heart-rate column of a logger), if there is one."""
    wanted = sensor.lower().replace(" ", "_")
    for channel in _channels(sources):
        if wanted in channel.lower() or (channel.lower() in {"hr", "bpm"} and wanted == "heart_rate"):
            return channel
    return None


def _focus(spans: list[Span] | None) -> tuple[float, float] | None:
    return (spans[0].start_s, spans[-1].end_s) if spans else None
