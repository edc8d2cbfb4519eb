"""A channel's samples over a span, the computed magnitudes among them, with "no data" told apart from a wrong name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recordings import ACCELERATION, GRAVITY, ROTATION, Recording, Span, Stream, UserError
from tools.bench import Bench
from tools.errors import NoData

Values = npt.NDArray[np.float64]

# A magnitude is the Euclidean norm of three axes; it does not depend on how the device is turned.
MAGNITUDES: dict[str, tuple[str, str, str]] = {"acc_magnitude": ACCELERATION, "gyro_magnitude": ROTATION}
# Names that a recording may have. Asking for one that it lacks is "no data"; any other name is a mistake.
KNOWN_CHANNELS: tuple[str, ...] = (*ACCELERATION, *ROTATION, *GRAVITY, "sound", *MAGNITUDES)


@dataclass(frozen=True, slots=True)
class ChannelValues:
    """values: (m,) float64 at `rate_hz` from `start_s`, NaN in gaps; unit: of the values."""

    stream: str
    channel: str
    unit: str
    rate_hz: float
    start_s: float
    values: Values

    @property
    def finite(self) -> Values:
        return np.asarray(self.values[np.isfinite(self.values)], dtype=np.float64)


def to_milliseconds(span: Span) -> Span:
    """The span that an `Evidence` can hold, so that a recomputation sees the very same samples."""
    return Span(round(float(span.start_s), 3), round(float(span.end_s), 3))


def channels_of(stream: Stream) -> tuple[str, ...]:
    """A stream's own channels, then the magnitudes that its axes allow."""
    return stream.channels + tuple(name for name, axes in MAGNITUDES.items() if stream.has(*axes))


def stream_with(recording: Recording, channel: str, stream: str | None = None) -> Stream:
    """The named stream, else the first that has the channel.

    NoData when the sensor was not recorded; UserError when no sensor is called so.
    """
    candidates = recording.streams if stream is None else tuple(s for s in recording.streams if s.name == stream)
    if stream is not None and not candidates:
        raise UserError(
            recording.id,
            expected=f"one of the streams {', '.join(s.name for s in recording.streams)}",
            found=stream,
            cure="name a stream of this recording",
        )
    for candidate in candidates:
        if channel in channels_of(candidate):
            return candidate
    if channel in KNOWN_CHANNELS:
        raise NoData(recording.id, f"{channel} was not recorded")
    known = sorted({name for s in candidates for name in channels_of(s)})
    raise UserError(
        recording.id, expected=f"one of the channels {', '.join(known)}", found=channel, cure="name one of them"
    )


def channel_values(stream: Stream, channel: str, span: Span) -> ChannelValues:
    """The channel's samples in the span, as float64; empty where the span lies outside the stream."""
    a, b = stream.index_at(span.start_s), stream.index_at(span.end_s)
    if channel in MAGNITUDES:
        axes = MAGNITUDES[channel]
        part = stream.select(*axes)[:, a:b].astype(np.float64)
        values = np.sqrt((part**2).sum(axis=0))
        unit = stream.unit_of(axes[0])
    else:
        values = stream.samples[stream.channels.index(channel), a:b].astype(np.float64)
        unit = stream.unit_of(channel)
    return ChannelValues(
        stream.name, channel, unit, stream.rate_hz, stream.start_s + a / stream.rate_hz, np.asarray(values)
    )


def require_span(recording: Recording, span: Span) -> Span:
    """The span to the millisecond. UserError when it is empty or turned round; NoData when it lies outside."""
    span = to_milliseconds(span)
    if not span.end_s > span.start_s:
        raise UserError(
            recording.id,
            expected="a span whose end comes after its start",
            found=f"{span.start_s} s to {span.end_s} s",
            cure="give start_s < end_s",
        )
    if recording.span.overlap_s(span) <= 0:
        raise NoData(recording.id, f"nothing was recorded from {span.start_s} s to {span.end_s} s")
    return span


def selected(bench: Bench, recording_id: str, channels: tuple[str, ...] | None) -> list[tuple[Stream, str]]:
    """The streams and channels that a tool without a channel argument speaks of: all but audio; or the named ones."""
    recording = bench.recording(recording_id)
    if channels is None:
        return [(s, name) for s in recording.streams if s.modality != "audio" for name in channels_of(s)]
    for name in channels:
        stream_with(recording, name)
    return [(s, name) for name in channels for s in recording.streams if name in channels_of(s)]
