"""What somebody does next, from a log of days: out of habit, by the time of day, with intervals calibrated on days left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agents.anticipation.moments import Moment, likeliest
from agents.anticipation.records import AnticipatedRecord
from agents.anticipation.routine import RoutineNext
from agents.anticipation.timing import Timing
from agents.timeline import ForecastBasis
from recordings.sequences import HomeActivity

# With fewer there is no habit to know.
FEWEST_DAYS = 4
FEWEST_ACTIVITIES = 40
_PAST = 10
_MOST_FORECASTS = 3
_LEAST_PROBABILITY = 0.05


@dataclass(frozen=True, slots=True)
class NextOfDay:
    """forecast: times in seconds from the log's first start; empty: it cannot be told. last: what has just ended."""

    forecast: tuple[AnticipatedRecord, ...]
    last: HomeActivity
    engine: str
    days: int


def day_moments(activities: Sequence[HomeActivity]) -> list[Moment]:
    """A question for every activity but the last, asked when it ends; a repeat after a pause counts as going on."""
    kept = merged(activities)
    return [
        Moment(
            id=f"{i:04d}",
            group=f"{now.start:%Y-%m-%d}",
            past=tuple(a.activity for a in kept[max(0, i + 1 - _PAST) : i + 1]),
            next=after.activity,
            hour=now.end.hour + now.end.minute / 60,
            lasted_s=now.duration_s,
            wait_s=(after.start - now.start).total_seconds(),
            length_s=after.duration_s,
            over=True,
        )
        for i, (now, after) in enumerate(pairwise(kept))
    ]


def merged(activities: Sequence[HomeActivity]) -> list[HomeActivity]:
    kept: list[HomeActivity] = []
    for one in activities:
        if kept and kept[-1].activity == one.activity:
            kept[-1] = HomeActivity(one.activity, kept[-1].start, max(kept[-1].end, one.end))
        else:
            kept.append(one)
    return kept


def next_of_day(activities: Sequence[HomeActivity], *, horizon_s: float | None = None) -> NextOfDay:
    """After the log's last activity has ended. horizon_s: what is expected to start later is not forecast."""
    known, kept = day_moments(activities), merged(activities)
    last, begin = kept[-1], activities[0].start
    days = len({m.group for m in known})
    model = RoutineNext()
    if days < FEWEST_DAYS or len(known) < FEWEST_ACTIVITIES:
        return NextOfDay((), last, model.name, days)
    now = Moment(
        id="now",
        group="now",
        past=tuple(a.activity for a in kept[-_PAST:]),
        next="",
        hour=last.end.hour + last.end.minute / 60,
        lasted_s=last.duration_s,
        over=True,
    )
    model.fit(known)
    timing = Timing("activity and hour", hour_width=3.0)
    timing.fit(known)
    onset = timing.onset(now)
    if horizon_s is not None and onset.middle_s > horizon_s:
        return NextOfDay((), last, model.name, days)
    told = model.probabilities([now])[0]
    now_s = (last.end - begin).total_seconds()
    basis = ForecastBasis(
        observed_s=round(now_s, 1),
        method=f"engine {model.name}, learnt from the log's own {days} days; intervals by day",
    )
    found = []
    for name in sorted(told, key=lambda n: (-told[n], n))[:_MOST_FORECASTS]:
        if told[name] < _LEAST_PROBABILITY and name != likeliest(told):
            continue
        length = timing.length(now, name)
        found.append(
            AnticipatedRecord(
                activity=name,
                start_s=round(now_s + onset.middle_s, 1),
                duration_s=round(length.middle_s, 1),
                probability=round(told[name], 4),
                interval_s=(round(now_s + onset.low_s, 1), round(now_s + onset.high_s, 1)),
                duration_interval_s=(round(length.low_s, 1), round(length.high_s, 1)),
                coverage=timing.coverage,
                **{"from": basis},
            )
        )
    return NextOfDay(tuple(found), last, model.name, days)
