"""EPIC-KITCHENS: the next verb from the verbs before, by participant, with and without the sounds heard before it."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from agents.anticipation.moments import MarkovNext, Moment, MostFrequentNext, NextActivity, RepeatLastNext
from agents.anticipation.routine import LogisticNext
from evals.runs import Run, Sample
from recordings.sequences import read_kitchen_actions, read_kitchen_sounds

FOLDS = 5
HISTORY = 5
HEARD_S = 20.0
SYSTEMS = ("most_frequent", "repeat_last", "markov_1", "logistic", "logistic_with_sounds")


def moments(data_dir: Path) -> list[Moment]:
    """A question for every action with five before it in its video: asked when it starts, knowing what started before.

    heard: sounds of the twenty seconds before that had ended by the previous action's end. A sound that goes on into the
    asked action belongs to it: given, it would tell the answer.
    """
    by_video = defaultdict(list)
    for action in read_kitchen_actions(data_dir):
        by_video[action.video].append(action)
    sounds = defaultdict(list)
    for sound in read_kitchen_sounds(data_dir):
        sounds[sound.video].append(sound)
    found = []
    for video, actions in by_video.items():
        ends = sorted(sounds[video], key=lambda s: s.end_s)
        times = [s.end_s for s in ends]
        for i in range(HISTORY, len(actions)):
            asked, before = actions[i].start_s, min(actions[i].start_s, actions[i - 1].end_s)
            heard = ends[bisect_left(times, asked - HEARD_S) : bisect_left(times, before)]
            past = actions[i - HISTORY : i]
            found.append(
                Moment(
                    id=f"{video}/{i:04d}",
                    group=past[-1].participant,
                    past=tuple(a.verb for a in past),
                    next=actions[i].verb,
                    heard=tuple(s.sound for s in heard),
                )
            )
    return found


def collect_kitchens(data_dir: Path, run: Run, quick: bool) -> None:
    """Groups of participants left out in turn; the ridge is fixed, nothing is chosen on a test kitchen."""
    asked = moments(data_dir)
    people = sorted({m.group for m in asked})
    for number in range(1 if quick else FOLDS):
        apart = set(people[number::FOLDS])
        train, test = [m for m in asked if m.group not in apart], [m for m in asked if m.group in apart]
        part = f"epic_kitchens/next_verb/{number + 1}"
        for system in _systems():
            if run.finished(system.name, part):
                continue
            began = time.perf_counter()
            system.fit(train)
            run.add_all(_samples(system, test, part))
            run.finish(
                system.name, part, seconds=round(time.perf_counter() - began, 2), train=len(train), test=len(test)
            )
        run.progress("anticipation: EPIC-KITCHENS", number + 1, FOLDS)


def _systems() -> list[NextActivity]:
    logistic = LogisticNext(depth=HISTORY, ridge=3.0)
    return [MostFrequentNext(), RepeatLastNext(), MarkovNext(), logistic, LogisticNext(HISTORY, 3.0, sounds=True)]


def _samples(system: NextActivity, test: Sequence[Moment], part: str) -> list[Sample]:
    found = []
    for m, told in zip(test, system.probabilities(test), strict=True):
        top = max(told, key=lambda name: (told[name], name))
        found.append(
            Sample(
                id=m.id,
                system=system.name,
                part=part,
                subject=m.group,
                truth=m.next,
                prediction=top,
                score=round(told[top], 6),
                detail={"current": m.past[-1], "heard": len(m.heard)},
            )
        )
    return found
