"""`describe_statistics`: mean, spread and extremes of each channel over a span."""

from __future__ import annotations

from collections.abc import Sequence

from recordings import Span
from tools.bench import Bench
from tools.channels import channel_values, require_span, selected
from tools.descriptive import METHOD, STATISTICS
from tools.evidence import Evidence, evidence
from tools.method import method


def describe_statistics(
    bench: Bench, recording_id: str, span: Span, channels: Sequence[str] | None = None
) -> list[Evidence]:
    """mean, std, min, max, median, rms and range of each channel, in the channel's unit.

    channels: names such as `acc_x`, `acc_magnitude`; None means every channel but sound, and the magnitudes. Samples in
    gaps are left out; a channel with no finite sample in the span yields nothing. UserError on an unknown channel; NoData
    when a named channel was not recorded or the span lies outside the recording.
    """
    span = require_span(bench.recording(recording_id), span)
    found = []
    for stream, channel in selected(bench, recording_id, None if channels is None else tuple(channels)):
        chosen = channel_values(stream, channel, span)
        values = chosen.finite
        if not len(values):
            continue
        for quantity, compute in STATISTICS.items():
            found.append(
                evidence(
                    tool="describe_statistics",
                    recording_id=recording_id,
                    stream=stream.name,
                    channel=channel,
                    start_s=span.start_s,
                    end_s=span.end_s,
                    quantity=quantity,
                    value=compute(values),
                    unit=chosen.unit,
                    method=method(METHOD),
                )
            )
    return found
