"""Two homes: the first 70 % of the days teach, the rest asks what comes next, and when."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from evals.runs import Run, Sample
from evals.tasks.anticipation.next_activity import (
    LogisticNext,
    MarkovNext,
    Moment,
    MostFrequentNext,
    NextActivity,
    Onset,
    RepeatLastNext,
)  # fmt: skip
from recordings.sequences import HomeActivity, read_home

TRAIN_SHARE = 0.7
ASKED = ("at_start", "at_end")
RIDGES = (0.3, 1.0, 3.0)
WIDTHS_H = (0.75, 1.5, 3.0)
SYSTEMS = ("most_frequent", "repeat_last", "markov_1", "markov_1_by_hour", "logistic")


def moments(activities: Sequence[HomeActivity], home: str, at_end: bool, merged: bool) -> list[Moment]:
    """A question for every activity but the last. merged: an activity repeated after a pause counts as one that went on."""
    kept: list[HomeActivity] = []
    for one in activities:
        if merged and kept and kept[-1].activity == one.activity:
            kept[-1] = HomeActivity(one.activity, kept[-1].start, max(kept[-1].end, one.end))
        else:
            kept.append(one)
    found = []
    for i, (now, after) in enumerate(pairwise(kept)):
        asked = now.end if at_end else now.start
        found.append(
            Moment(
                id=f"{i:04d} {now.start:%Y-%m-%d %H:%M:%S}",
                group=f"{now.start:%Y-%m-%d}",
                past=tuple(a.activity for a in kept[max(0, i - 9) : i + 1]),
                next=after.activity,
                hour=asked.hour + asked.minute / 60,
                lasted_s=max((now.end - now.start).total_seconds(), 0.0) if at_end else 0.0,
                wait_s=(after.start - now.start).total_seconds(),
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
        run.note(f"home/{home}", [f"{step.step}: {step.reason}" for step in history])
        for merged in (True, False):
            kind = "merged" if merged else "as_annotated"
            for when in ASKED:
                part = f"homes/{home}/{kind}/{when}"
                train, test = split_by_day(moments(activities, home, when == "at_end", merged))
                whole, _ = split_by_day(moments(activities, home, True, merged))
                onset = Onset()
                onset.fit(whole)
                for system in _systems(train):
                    if run.finished(system.name, part):
                        continue
                    began = time.perf_counter()
                    system.fit(train)
                    said = system.probabilities(test)
                    for m, told in zip(test, said, strict=True):
                        top = max(told, key=lambda name: (told[name], name))
                        wait = onset.wait_s(m, when == "at_end")
                        run.add(
                            Sample(
                                id=m.id,
                                system=system.name,
                                part=part,
                                subject=m.group,
                                truth=m.next,
                                prediction=top,
                                score=round(told[top], 6),
                                detail={
                                    "current": m.past[-1],
                                    "true_wait_s": m.wait_s,
                                    "said_wait_s": round(wait, 1),
                                    "probabilities": {
                                        k: round(v, 4) for k, v in sorted(told.items(), key=lambda i: -i[1])[:5]
                                    },
                                },
                            )
                        )
                    run.finish(
                        system.name,
                        part,
                        seconds=round(time.perf_counter() - began, 3),
                        train=len(train),
                        test=len(test),
                    )


def _systems(train: Sequence[Moment]) -> list[NextActivity]:
    ridge = min(RIDGES, key=lambda r: (-_inner_accuracy(LogisticNext(ridge=r), train), r))
    width = min(WIDTHS_H, key=lambda w: (-_inner_accuracy(MarkovNext(True, w), train), w))
    return [MostFrequentNext(), RepeatLastNext(), MarkovNext(), MarkovNext(True, width), LogisticNext(ridge=ridge)]


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
            hits += max(told, key=lambda name: (told[name], name)) == m.next
            asked += 1
    return hits / max(asked, 1)
