"""Two homes: the first 70 % of the days teach, the rest asks what comes next, when, and for how long."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from agents.anticipation.moments import MarkovNext, Moment, NextActivity, likeliest
from agents.anticipation.routine import LogisticNext, RoutineNext
from agents.anticipation.timing import Timing
from evals.leaks import Item, Material
from evals.runs import Run
from evals.tasks.anticipation.answering import Answerer, answers, baselines
from recordings.sequences import HomeActivity, HomeSensor, read_home, read_home_sensors

TRAIN_SHARE = 0.7
ASKED = ("at_start", "at_end")
RIDGES = (0.3, 1.0, 3.0)
WIDTHS_H = (0.75, 1.5, 3.0)
# Sensors of this long before the moment of asking, as far as they had gone off by then.
SENSED_S = 300.0


def moments(
    activities: Sequence[HomeActivity], home: str, at_end: bool, merged: bool, sensors: Sequence[HomeSensor] = ()
) -> list[Moment]:
    """A question for every activity but the last. merged: an activity repeated after a pause counts as one that went on."""
    kept: list[HomeActivity] = []
    for one in activities:
        if merged and kept and kept[-1].activity == one.activity:
            kept[-1] = HomeActivity(one.activity, kept[-1].start, max(kept[-1].end, one.end))
        else:
            kept.append(one)
    off = [sensor.end for sensor in sensors]
    found = []
    for i, (now, after) in enumerate(pairwise(kept)):
        asked = now.end if at_end else now.start
        sensed = sensors[bisect_left(off, asked - timedelta(seconds=SENSED_S)) : bisect_left(off, asked)]
        found.append(
            Moment(
                id=f"{i:04d} {now.start:%Y-%m-%d %H:%M:%S}",
                group=f"{now.start:%Y-%m-%d}",
                past=tuple(a.activity for a in kept[max(0, i - 9) : i + 1]),
                next=after.activity,
                hour=asked.hour + asked.minute / 60,
                lasted_s=max((now.end - now.start).total_seconds(), 0.0) if at_end else 0.0,
                wait_s=(after.start - now.start).total_seconds(),
                length_s=(after.end - after.start).total_seconds(),
                over=at_end,
                heard=tuple(f"{sensor.location}, {sensor.place}" for sensor in sensed),
            )
        )
    return found


def split_by_day(found: Sequence[Moment]) -> tuple[list[Moment], list[Moment]]:
    """The first 70 % of the days, and the rest."""
    days = sorted({m.group for m in found})
    first = set(days[: round(TRAIN_SHARE * len(days))])
    return [m for m in found if m.group in first], [m for m in found if m.group not in first]


def collect_homes(data_dir: Path, run: Run) -> None:
    """Both homes, repeats merged and as annotated, asked at the current activity's start and at its end."""
    for home in ("A", "B"):
        activities, history = read_home(home, data_dir)
        sensors = read_home_sensors(home, data_dir)
        run.note(f"home/{home}", [f"{step.step}: {step.reason}" for step in history])
        for merged in (True, False):
            kind = "merged" if merged else "as_annotated"
            for when in ASKED:
                part = f"homes/{home}/{kind}/{when}"
                train, test = split_by_day(moments(activities, home, when == "at_end", merged, sensors))
                whole, _ = split_by_day(moments(activities, home, True, merged))
                run.audit(_material(train, test, home), part=part)
                for answerer in _systems(train):
                    if run.finished(answerer.name, part):
                        continue
                    began = time.perf_counter()
                    answerer.following.fit(train)
                    answerer.timing.fit(whole, asked=train)
                    asked_at = time.perf_counter()
                    run.add_all(answers(answerer, test, part))
                    run.finish(
                        answerer.name,
                        part,
                        seconds=round(time.perf_counter() - began, 3),
                        seconds_per_question=round((time.perf_counter() - asked_at) / max(len(test), 1), 5),
                        parameters=answerer.following.parameters,
                        train=len(train),
                        test=len(test),
                    )


def _systems(train: Sequence[Moment]) -> list[Answerer]:
    ridge = min(RIDGES, key=lambda r: (-_inner_accuracy(LogisticNext(ridge=r), train), r))
    width = min(WIDTHS_H, key=lambda w: (-_inner_accuracy(MarkovNext(True, w), train), w))
    return [
        *baselines(MarkovNext(True, width)),
        Answerer(LogisticNext(ridge=ridge), Timing("activity")),
        Answerer(RoutineNext(), Timing("activity and hour", hour_width=3.0)),
        Answerer(RoutineNext(sensors=True), Timing("activity and hour", hour_width=3.0)),
    ]


def _inner_accuracy(system: NextActivity, train: Sequence[Moment], blocks: int = 4) -> float:
    """Accuracy on blocks of training days left out in turn: chooses, and never sees a test day."""
    days = sorted({m.group for m in train})
    hits = asked = 0
    for block in range(blocks):
        apart = set(days[block::blocks])
        rest, held = [m for m in train if m.group not in apart], [m for m in train if m.group in apart]
        if not rest or not held:
            continue
        system.fit(rest)
        for m, told in zip(held, system.probabilities(held), strict=True):
            hits += likeliest(told) == m.next
            asked += 1
    return hits / max(asked, 1)


def _material(train: Sequence[Moment], test: Sequence[Moment], home: str) -> Material:
    # One person lives in each home: what is told apart is days, so a day stands where a person would. No labels: that the time
    # of day tells what follows is what is asked (the row markov_1_by_hour), not a shortcut.
    def items(found: Sequence[Moment]) -> list[Item]:
        rows = []
        for m in found:
            began = datetime.fromisoformat(m.id.split(" ", 1)[1])
            start_s = (began - datetime.fromisoformat(m.group)).total_seconds()
            rows.append(Item(m.id, m.group, f"{home} {m.group}", start_s, start_s + max(m.lasted_s, 1.0)))
        return rows

    days = sorted({m.group for m in train})
    fitted = {"selection": days, "calibration": days}
    shown = frozenset({"order", "duration_s", "start_s"})
    return Material(train=items(train), test=items(test), fitted_on=fitted, shown=shown)
