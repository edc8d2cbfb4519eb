"""Intervals for forecast segments: when the first change comes, and how long what then begins lasts, nine times in ten.

Calibrated on the sequences that were learnt from, people left out in turn, asked at the same observed share.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from agents.anticipation.engines.engine import Observed
from agents.anticipation.moments import Moment
from agents.anticipation.records import AnticipatedRecord
from agents.anticipation.timing import Timing
from agents.timeline import ForecastRecord
from recordings.sequences import SegmentSequence, joined

# Below this nothing is promised: nine in ten of fewer answers is no statement.
FEWEST_ANSWERS = 20
_MOST_SEQUENCES = 400


def with_intervals(
    forecast: Sequence[ForecastRecord], observed: Observed, known: Sequence[SegmentSequence], share: float
) -> list[AnticipatedRecord]:
    """The same forecasts; the first change with the intervals of its start and its length.

    None where too few known sequences answer. What the engine forecasts outside an interval, because it knows the whole length,
    widens it. What comes later has no interval: nobody has measured one.
    """
    trials = _trials(known)
    asked = [moment for sequence in trials if (moment := _asked(sequence, share)) is not None]
    if len(asked) < FEWEST_ANSWERS:
        return [AnticipatedRecord.model_validate(one.model_dump()) for one in forecast]
    timing = Timing("activity")
    timing.fit([moment for sequence in trials for moment in _whole(sequence)], asked=asked)
    current = joined(observed.segments)[-1]
    now = Moment("now", "", (current.activity,), "", lasted_s=current.duration_s)
    onset = timing.onset(now)
    found = [AnticipatedRecord.model_validate(one.model_dump()) for one in forecast]
    change = next((i for i, one in enumerate(found) if i or one.activity != current.activity), None)
    if change is None:
        return found
    one = found[change]
    length = timing.length(now, one.activity)
    told_s = length.middle_s if one.duration_s is None else one.duration_s
    given = {
        "interval_s": _around(observed.now_s + onset.low_s, observed.now_s + onset.high_s, one.start_s),
        "duration_interval_s": _around(length.low_s, length.high_s, told_s),
        "coverage": timing.coverage,
    }
    found[change] = one.model_copy(update=given)
    return found


def _around(low_s: float, high_s: float, told_s: float) -> tuple[float, float]:
    return round(min(low_s, told_s), 2), round(max(high_s, told_s), 2)


def _trials(known: Sequence[SegmentSequence]) -> list[SegmentSequence]:
    """One view of each trial, at most some hundreds, spread over all."""
    kept: dict[str, SegmentSequence] = {}
    for sequence in sorted(known, key=lambda s: s.name):
        kept.setdefault(sequence.trial or sequence.name, sequence)
    views = list(kept.values())
    return views[:: max(1, -(-len(views) // _MOST_SEQUENCES))]


def _whole(sequence: SegmentSequence) -> list[Moment]:
    segments = joined(sequence.segments)
    return [
        Moment(
            f"{sequence.name}/{i}", sequence.subject or sequence.name, (now.activity,), after.activity,
            lasted_s=now.duration_s, wait_s=after.start_s - now.start_s, length_s=after.duration_s, over=True,
        )
        for i, (now, after) in enumerate(pairwise(segments))
    ]  # fmt: skip


def _asked(sequence: SegmentSequence, share: float) -> Moment | None:
    """The question at the observed share; None where the current activity is the last."""
    segments = joined(sequence.segments)
    now_s = sequence.start_s + share * sequence.duration_s
    for current, after in pairwise(segments):
        if current.start_s < now_s <= current.end_s:
            return Moment(
                sequence.name, sequence.subject or sequence.name, (current.activity,), after.activity,
                lasted_s=now_s - current.start_s, wait_s=after.start_s - current.start_s, length_s=after.duration_s,
            )  # fmt: skip
    return None
