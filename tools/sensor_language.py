"""`describe_trend`: what a learned model of language and motion says of a channel, checked segment by segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.sensorllm.data import (
    TrendFacts,
    TrendParseError,
    facts_of_segments,
    merged_answer,
    merged_facts,
    parse_trend_answer,
    spoken_channel,
    trend_answer,
    trend_facts,
)
from models.sensorllm.data.answer import draw_style
from recordings import Span, UserError
from tools.bench import Bench
from tools.channels import ChannelValues, channel_values, require_span, selected
from tools.evidence import Evidence, Value, evidence
from tools.method import method
from tools.writers import TrendDescriber

LEARNED = "learned, every segment found in the samples"
EXACT = "SensorLLM trend rule (the learned text was not what the samples show), times from the span's start"
UNHEARD = "SensorLLM trend rule (no learned model), times from the span's start"
MERGED = "trends between change points, times from the span's start"
# A longer span is told on the whole: one line a wiggle is no description, and no such segment was ever aligned.
LONGEST_SAMPLES = 100


def describe_trend(
    bench: Bench, recording_id: str, span: Span, channels: Sequence[str] | None = None
) -> list[Evidence]:
    """Per channel: `trend` (overall) and `trend_text`, written by the sensor language model and verified segment by segment.

    A text with a segment that the samples do not show is replaced by the exact captioner's answer, and so is everything where
    the bench has no such model; the method says which it was, and of a replaced text for which share of the time it was right. Spans of more than 100 samples are told on the whole, between
    change points. A channel with fewer than two samples or with a gap in the span yields nothing. UserError and NoData as in
    `caption_trend`.
    """
    span = require_span(bench.recording(recording_id), span)
    found: list[Evidence] = []
    for stream, channel in selected(bench, recording_id, None if channels is None else tuple(channels)):
        if channels is None and channel not in stream.channels:
            continue
        chosen = channel_values(stream, channel, span)
        values = np.asarray(chosen.values, dtype=np.float64)
        if len(values) < 2 or not np.isfinite(values).all():
            continue
        found += _told(bench, recording_id, span, chosen, values)
    return found


def _told(
    bench: Bench, recording_id: str, span: Span, chosen: ChannelValues, values: npt.NDArray[np.float64]
) -> list[Evidence]:
    sensor = spoken_channel(chosen.channel)
    style = draw_style(np.random.default_rng(0))
    model = None
    if len(values) > LONGEST_SAMPLES:
        whole = merged_facts(values, chosen.rate_hz, sensor)
        how, text, facts = method(MERGED), merged_answer(whole, style, np.random.default_rng(0)), whole.trend
    else:
        facts = trend_facts(values, chosen.rate_hz, sensor)
        how, text = UNHEARD, trend_answer(facts, style)
        right: float | None = None
        describer = bench.sensor_language
        if describer is not None:
            learned = _heard(describer, chosen, values)
            model = describer.revision
            how = LEARNED if learned is not None and holds(learned, facts) else EXACT
            if how == LEARNED and learned is not None:
                text = learned
            elif learned is not None:
                right = agreement(learned, facts)
        how = method(how, agreed=right)

    def one(quantity: str, value: Value) -> Evidence:
        return evidence(
            tool="describe_trend",
            recording_id=recording_id,
            stream=chosen.stream,
            channel=chosen.channel,
            start_s=span.start_s,
            end_s=span.end_s,
            quantity=quantity,
            value=value,
            method=how,
            model=model,
        )

    return [one("trend", facts.overall), one("trend_text", text)]


def _heard(describer: TrendDescriber, chosen: ChannelValues, values: npt.NDArray[np.float64]) -> str | None:
    """The model's text; None for a channel or rate that it does not know."""
    try:
        return describer.describe([values], chosen.rate_hz, (chosen.channel,))[0]
    except UserError:
        return None


def agreement(text: str, facts: TrendFacts) -> float | None:
    """Share of the time for which a text says the trend that the samples show; None for a text that cannot be read."""
    try:
        said = parse_trend_answer(text)
    except TrendParseError:
        return None
    shared = sum(
        max(0.0, min(a.end_s, b.end_s) - max(a.start_s, b.start_s))
        for a in said.segments
        for b in facts.segments
        if a.trend == b.trend
    )
    return round(shared / (facts.segments[-1].end_s - facts.segments[0].start_s), 4)


def holds(text: str, facts: TrendFacts) -> bool:
    """Whether every line, count, total and the overall trend of `text` is what the samples show."""
    try:
        said = parse_trend_answer(text)
    except TrendParseError:
        return False
    if said.segments != facts.segments or said.overall != facts.overall:
        return False
    return (
        said == facts_of_segments(facts.segments, facts.overall, said.sensor, said.count)
        and said.sensor == facts.sensor
    )
