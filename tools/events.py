"""`detect_events`: steps, posture changes, impacts and still bouts.

Everything is found once over the whole stream and then looked up, so that the counts of neighbouring spans add up and an
event does not depend on who asked.
"""

from __future__ import annotations

from recordings import Span, Stream
from tools.bench import Bench
from tools.channels import require_span
from tools.errors import NoData
from tools.evidence import Evidence, Value, evidence
from tools.gait import Gait, find_gait
from tools.method import method
from tools.posture import MIN_ANGLE_DEG, PostureChange, find_posture_changes
from tools.stillness import IMPACT_MS2, STILL_STD_MS2, Impact, find_impacts, find_still_bouts

STEPS = "peaks of band-passed |acc| where it repeats itself"
POSTURE = method("turn of low-passed gravity", min_deg=MIN_ANGLE_DEG)
IMPACTS = method("peaks of |acc|", min_ms2=IMPACT_MS2)
STILL = method("standard deviation of |acc| over 1 s", below_ms2=STILL_STD_MS2, min_s=2)
# A run has an impact a step: the strongest stand for all, and `impact_count` says how many there were.
MAX_IMPACTS = 10


def gait_of(bench: Bench, recording_id: str, stream: Stream) -> Gait:
    """The stream's steps, found once. NoData as in `find_gait`."""
    return bench.once(recording_id, f"gait:{stream.name}", lambda: find_gait(stream))


def posture_changes_of(bench: Bench, recording_id: str, stream: Stream) -> tuple[PostureChange, ...]:
    return bench.once(recording_id, f"posture:{stream.name}", lambda: find_posture_changes(stream))


def impacts_of(bench: Bench, recording_id: str, stream: Stream) -> tuple[Impact, ...]:
    return bench.once(recording_id, f"impacts:{stream.name}", lambda: find_impacts(stream))


def still_bouts_of(bench: Bench, recording_id: str, stream: Stream) -> tuple[Span, ...]:
    return bench.once(recording_id, f"still:{stream.name}", lambda: find_still_bouts(stream))


def still_in(bouts: tuple[Span, ...], span: Span) -> list[Span]:
    """The parts of the bouts that lie in the span, to the millisecond."""
    clipped = [Span(max(b.start_s, span.start_s), min(b.end_s, span.end_s)) for b in bouts]
    return [Span(round(b.start_s, 3), round(b.end_s, 3)) for b in clipped if b.duration_s > 5e-4]


def detect_events(bench: Bench, recording_id: str, span: Span) -> list[Evidence]:
    """For every motion stream with acceleration in the span: `step_count`, `cadence` (steps/min, when there are steps),
    `posture_change` (° of turn) at its instant, `impact_count` and the strongest `impact`s (m/s² at the peak), and
    `still_bout` (s), clipped to the span.

    An event at an instant has start_s = end_s. NoData when the span lies outside the recording or no stream has acceleration.
    """
    recording = bench.recording(recording_id)
    span = require_span(recording, span)
    streams = [s for s in recording.of("motion") if s.has("acc_x", "acc_y", "acc_z")]
    if not streams:
        raise NoData(recording_id, "acceleration was not recorded")
    return [
        found
        for s in streams
        if s.covered_s(span.start_s, span.end_s) > 0
        for found in _of(bench, recording_id, s, span)
    ]


def _of(bench: Bench, recording_id: str, stream: Stream, span: Span) -> list[Evidence]:
    def one(quantity: str, value: Value, unit: str, how: str, where: Span = span) -> Evidence:
        return evidence(
            tool="detect_events",
            recording_id=recording_id,
            stream=stream.name,
            start_s=where.start_s,
            end_s=where.end_s,
            quantity=quantity,
            value=value,
            unit=unit,
            method=how,
        )

    found = []
    try:
        gait = gait_of(bench, recording_id, stream)
    except NoData:
        gait = None
    if gait is not None:
        found.append(one("step_count", len(gait.steps_in(span)), "", STEPS))
        cadence = gait.cadence_in(span)
        if cadence is not None:
            found.append(one("cadence", cadence, "steps/min", STEPS))
    try:
        changes = posture_changes_of(bench, recording_id, stream)
    except NoData:
        changes = ()
    for change in changes:
        at = instant(change.time_s)
        if span.start_s <= at.start_s < span.end_s:
            found.append(one("posture_change", change.angle_deg, "°", POSTURE, at))
    impacts = [
        i for i in impacts_of(bench, recording_id, stream) if span.start_s <= instant(i.time_s).start_s < span.end_s
    ]
    found.append(one("impact_count", len(impacts), "", IMPACTS))
    strongest = sorted(impacts, key=lambda i: (-i.peak_ms2, i.time_s))[:MAX_IMPACTS]
    for impact in sorted(strongest, key=lambda i: i.time_s):
        found.append(one("impact", impact.peak_ms2, "m/s²", IMPACTS, instant(impact.time_s)))
    for bout in still_in(still_bouts_of(bench, recording_id, stream), span):
        found.append(one("still_bout", round(bout.duration_s, 3), "s", STILL, bout))
    return found


def instant(time_s: float) -> Span:
    """A span without length, to the millisecond."""
    return Span(round(time_s, 3), round(time_s, 3))
