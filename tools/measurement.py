"""`measure`: one exact number over a span."""

from __future__ import annotations

from recordings import Recording, Span, Stream, UserError
from tools.bench import Bench
from tools.channels import channel_values, require_span, stream_with
from tools.errors import NoData
from tools.evidence import Evidence, evidence
from tools.quantities import Asked, of_acceleration, of_channel, parse_quantity


def measure(
    bench: Bench, recording_id: str, quantity: str, channel: str | None, span: Span, stream: str | None = None
) -> Evidence:
    """The quantity of the channel over the span, in SI units.

    quantity: a name of `QUANTITIES`, with its parameter where it has one (`percentile_90`, `time_above_12`). channel: None
    for quantities of no channel (`step_count`, `cadence`, `duration_s`, …). stream: None means the first that has the
    channel. NoData when the sensor was not recorded, the span holds no sample, or the quantity does not exist there;
    UserError for an unknown quantity, channel or stream.
    """
    recording = bench.recording(recording_id)
    asked = parse_quantity(quantity)
    chosen = _stream(recording, asked, channel, stream)
    span = require_span(recording, span)
    unit = asked.quantity.unit
    if asked.quantity.needs == "channel" and channel is not None:
        values = channel_values(chosen, channel, span)
        value = of_channel(asked, values)
        unit = _unit(unit, values.unit)
    elif asked.quantity.needs == "acceleration":
        channel = None
        value = of_acceleration(asked, bench, recording_id, chosen, span)
    else:
        value = chosen.covered_s(span.start_s, span.end_s)
        if value <= 0:
            raise NoData(f"{recording_id} {chosen.name}", "no samples in this span")
    return evidence(
        tool="measure",
        recording_id=recording_id,
        stream=chosen.name,
        channel=channel,
        start_s=span.start_s,
        end_s=span.end_s,
        quantity=asked.name,
        value=value,
        unit=unit,
        method=asked.quantity.method,
    )


def _stream(recording: Recording, asked: Asked, channel: str | None, stream: str | None) -> Stream:
    if asked.quantity.needs == "acceleration":
        return stream_with(recording, "acc_magnitude", stream)
    if channel is not None:
        return stream_with(recording, channel, stream)
    if asked.quantity.needs == "channel":
        raise UserError(
            f"measure {asked.name}", expected="a channel such as acc_x or acc_magnitude", found="none", cure="name one"
        )
    if stream is not None:
        found = [s for s in recording.streams if s.name == stream]
        if not found:
            raise UserError(
                recording.id,
                expected=f"one of the streams {', '.join(s.name for s in recording.streams)}",
                found=stream,
                cure="name a stream of this recording",
            )
        return found[0]
    if not recording.streams:
        raise NoData(recording.id, "nothing was recorded")
    return recording.streams[0]


def _unit(unit: str, of_values: str) -> str:
    if unit == "channel":
        return of_values
    return f"({of_values})²·s" if unit == "channel²·s" else unit
