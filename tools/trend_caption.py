"""`caption_trend`: how each channel moves over a span, in words whose every number can be read back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recordings import Span, UserError
from tools.bench import Bench
from tools.channels import ChannelValues, channel_values, require_span, selected
from tools.evidence import Evidence, Value, evidence
from tools.method import method
from tools.trend import TRENDS, TrendSummary, exact_segments, summary, trend_text
from tools.trend_readable import readable_trend

EXACT = "SensorLLM trend rule, times from the span's start"
READABLE = "straight pieces within a noise threshold"
# One line a change: a longer exact caption is no caption.
MAX_EXACT_SAMPLES = 20_000


def caption_trend(
    bench: Bench,
    recording_id: str,
    span: Span,
    channels: Sequence[str] | None = None,
    readable: bool = True,
    noise: float | None = None,
) -> list[Evidence]:
    """Per channel: `trend` (overall: rising, falling, steady), `trend_text`, `trend_segments`, and `rising_s`, `falling_s`,
    `steady_s` in seconds for the kinds present.

    readable: merge what stays below the noise threshold, with times from the recording's start; False is SensorLLM's exact
    rule, times from the span's start. noise: the threshold in the channel's unit, None to estimate it. channels: None
    means the accelerometer's and gyroscope's own axes. A channel with fewer than two neighbouring samples yields nothing.
    UserError on an unknown channel, a negative threshold, or an exact caption of a very long span; NoData as in
    `describe_statistics`.
    """
    if noise is not None and not (np.isfinite(noise) and noise >= 0):
        raise UserError(
            "noise", expected="a threshold of at least 0", found=noise, cure="give it in the channel's unit"
        )
    span = require_span(bench.recording(recording_id), span)
    found = []
    for stream, channel in selected(bench, recording_id, None if channels is None else tuple(channels)):
        if channels is None and channel not in stream.channels:
            continue
        chosen = channel_values(stream, channel, span)
        found += _exact(recording_id, span, chosen) if not readable else _readable(recording_id, span, chosen, noise)
    return found


def _exact(recording_id: str, span: Span, chosen: ChannelValues) -> list[Evidence]:
    if len(chosen.values) > MAX_EXACT_SAMPLES:
        raise UserError(
            f"{recording_id} {chosen.channel}",
            expected=f"at most {MAX_EXACT_SAMPLES} samples for an exact trend caption",
            found=len(chosen.values),
            cure="ask about a shorter span, or for the readable caption",
        )
    segments = exact_segments(chosen.values, chosen.rate_hz)
    facts = summary(segments, chosen.values)
    text = trend_text(segments, facts, chosen.channel)
    return _evidence(recording_id, span, chosen, facts, text, method(EXACT)) if segments else []


def _readable(recording_id: str, span: Span, chosen: ChannelValues, noise: float | None) -> list[Evidence]:
    if noise is not None:
        # What the method line holds is what is computed with, so that a recomputation sees the same threshold.
        noise = float(f"{noise:.6g}")
    found = readable_trend(chosen.values, chosen.rate_hz, chosen.start_s, noise)
    if not found.segments:
        return []
    note = f"changes up to {found.threshold:.3g} {chosen.unit} count as noise"
    if found.threshold > found.estimate:
        note += f", widened from {found.estimate:.3g} for brevity"
    if found.block > 1:
        note += f", means of {found.block} samples"
    facts = summary(found.segments, chosen.values, found.threshold)
    text = trend_text(found.segments, facts, chosen.channel, note)
    return _evidence(recording_id, span, chosen, facts, text, method(READABLE, noise=noise))


def _evidence(
    recording_id: str, span: Span, chosen: ChannelValues, facts: TrendSummary, text: str, how: str
) -> list[Evidence]:
    def one(quantity: str, value: Value, unit: str = "") -> Evidence:
        return evidence(
            tool="caption_trend",
            recording_id=recording_id,
            stream=chosen.stream,
            channel=chosen.channel,
            start_s=span.start_s,
            end_s=span.end_s,
            quantity=quantity,
            value=value,
            unit=unit,
            method=how,
        )

    found = [one("trend", facts.overall), one("trend_text", text), one("trend_segments", facts.change_num)]
    return found + [one(f"{kind}_s", facts.total_s[kind], "s") for kind in TRENDS if kind in facts.total_s]
