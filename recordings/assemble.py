"""From tracks with their own clocks to streams on regular grids that share one zero."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from recordings.content import Track
from recordings.grid import GAP_INTERVALS, to_grid
from recordings.recording import Samples, Span, Step, Stream

# The motion classifier was trained on 20–100 Hz; below, fast movements are lost.
LOWEST_KNOWN_HZ = 20.0


def rate_of(track: Track) -> tuple[float, Step]:
    """The track's sampling rate, from its intervals, and why."""
    who = track.position or track.device or track.channels[0]
    if track.rate_hz is not None:
        return track.rate_hz, Step("rate", f"{who}: --rate", "", f"{track.rate_hz:g} Hz")
    intervals = np.diff(track.times_s)
    median = float(np.median(intervals))
    kept = intervals[(intervals < 1.75 * median) & (intervals > 0.25 * median)]
    irregular = len(kept) < 0.5 * len(intervals)
    if irregular:  # bursts: what counts is how many samples there are between the pauses
        kept = intervals[intervals < max(1.0, 20 * median)]
    rate = 1.0 / float(kept.mean())
    nearest = round(rate)
    if nearest and abs(rate - nearest) < 0.01 * rate:
        rate = float(nearest)
    else:
        rate = round(rate, 3)
    reason = f"{who}: median interval {1000 * median:.4g} ms" + ("; the samples come in bursts" if irregular else "")
    return rate, Step("rate", reason, "", f"{rate:g} Hz", warning=irregular)


def merged(tracks: Sequence[Track], name: str, zero_s: float) -> tuple[Stream, tuple[Step, ...]]:
    """Tracks of one device on one grid, as one stream. `zero_s`: the tracks' time that becomes 0.

    The grid is the acceleration's (else the first track's); another sensor is put on it, or thinned to it by averaging.
    """
    lead = next((t for t in tracks if t.channels[0].startswith("acc_")), tracks[0])
    rate_hz, step = rate_of(lead)
    steps = [step]
    # The grid keeps the phase of the leading sensor, so that its samples are not interpolated for another's sake.
    earliest = min(float(t.times_s[0]) for t in tracks)
    origin = float(lead.times_s[0]) - math.ceil((float(lead.times_s[0]) - earliest) * rate_hz - 1e-6) / rate_hz
    rows: list[Samples] = []
    gaps: list[Span] = []
    for track in tracks:
        own_rate, _ = rate_of(track)
        gap_s = GAP_INTERVALS / min(rate_hz, own_rate)
        samples, holes = to_grid(track.times_s, track.samples, rate_hz, gap_s, origin_s=origin)
        rows.append(samples)
        gaps += holes
        if track is not lead:
            steps.append(
                Step(
                    "put sensors on one grid",
                    f"{track.channels[0].rsplit('_', 1)[0]} joins the acceleration of the same device",
                    f"{own_rate:g} Hz",
                    f"{rate_hz:g} Hz",
                )
            )
    n = max(part.shape[1] for part in rows)
    padded = [np.pad(part, ((0, 0), (0, n - part.shape[1])), constant_values=np.nan) for part in rows]
    samples = np.concatenate(padded)
    start = origin - zero_s
    common = _shared(gaps, len(tracks))
    if common:
        missing = sum(gap.duration_s for gap in common)
        steps.append(
            Step(
                "leave gaps",
                f"{name}: {len(common)} pauses longer than {GAP_INTERVALS:g} intervals",
                "",
                f"{missing:.3g} s without data",
            )
        )
    if rate_hz < LOWEST_KNOWN_HZ and lead.modality == "motion":
        steps.append(
            Step(
                "accept a low rate",
                f"{name}: {rate_hz:g} Hz is below the {LOWEST_KNOWN_HZ:g} Hz that the motion model knows; fast movements are lost",
                warning=True,
            )
        )
    stream = Stream(
        name=name,
        modality=lead.modality,
        channels=tuple(c for t in tracks for c in t.channels),
        units=tuple(u for t in tracks for u in t.units),
        rate_hz=rate_hz,
        samples=np.ascontiguousarray(samples, dtype=np.float32),
        start_s=round(start, 6),
        device=lead.device or "unknown",
        position=lead.position,
        gravity=lead.gravity,
        gaps=tuple(Span(round(g.start_s + start, 6), round(g.end_s + start, 6)) for g in common),
    )
    return stream, tuple(steps)


def _shared(gaps: list[Span], tracks: int) -> list[Span]:
    """Spans in which every track has a gap: where only one sensor pauses its channels are NaN, but there are data."""
    if tracks == 1:
        return gaps
    edges = sorted([(g.start_s, 1) for g in gaps] + [(g.end_s, -1) for g in gaps])
    depth, begun, found = 0, 0.0, []
    for time_s, change in edges:
        if depth == tracks and change == -1:
            found.append(Span(begun, time_s))
        depth += change
        if depth == tracks and change == 1:
            begun = time_s
    return found


def group_key(track: Track) -> tuple[str, str | None, str | None]:
    """Tracks with the same key come from one device."""
    return track.modality, track.device, track.position


def streams_of(tracks: Sequence[Track], zero_s: float) -> tuple[tuple[Stream, ...], tuple[Step, ...]]:
    """Every device's tracks merged; names are the position's, the device's, or `motion`/`other`."""
    groups: dict[tuple[object, ...], list[Track]] = {}
    for i, track in enumerate(tracks):
        key: tuple[object, ...] = group_key(track) if track.modality == "motion" else ("other", i)
        groups.setdefault(key, []).append(track)
    streams: list[Stream] = []
    steps: list[Step] = []
    taken: set[str] = set()
    for members in groups.values():
        first = members[0]
        base = _name(first) if first.modality == "motion" else "other"
        if first.modality == "other" and len(first.channels) == 1:
            base = first.channels[0]
        name, count = base, 2
        while name in taken:
            name, count = f"{base}-{count}", count + 1
        taken.add(name)
        stream, more = merged(members, name, zero_s)
        streams.append(stream)
        steps += more
    return tuple(streams), tuple(steps)


def _name(track: Track) -> str:
    """`wrist`, `left-wrist`, `phone`, `motion`."""
    side = next((f"{side}-" for side in ("left", "right") if (track.device or "").startswith(f"{side} ")), "")
    return f"{side}{track.position}" if track.position else (track.device or "motion").replace(" ", "-")


def placed(stream: Stream, position: str) -> Stream:
    """The stream where the user says it was worn."""
    return dataclasses.replace(stream, position=None if position == "unknown" else position)
