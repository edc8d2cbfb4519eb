"""EPIC-KITCHENS: the next verb from the verbs before, by participant, with and without the sounds heard before it."""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from agents.anticipation.moments import MarkovNext, Moment, MostFrequentNext, NextActivity, RepeatLastNext
from agents.anticipation.routine import LogisticNext
from evals.leaks import Item, Material
from evals.runs import Run, Sample
from recordings.sequences import KitchenAction, read_kitchen_actions, read_kitchen_sounds
from recordings.sequences.kitchens import Part

FOLDS = 5
HISTORY = 5
HEARD_S = 20.0
LATELY = 15


def moments(data_dir: Path, part: Part = "epic100_validation") -> list[Moment]:
    """A question for every action with five before it in its video: asked when it starts, knowing what started before.

    heard: sounds of the twenty seconds before that had ended by the previous action's end. A sound that goes on into the
    asked action belongs to it: given, it would tell the answer.
    """
    by_video = defaultdict(list)
    for action in read_kitchen_actions(data_dir, part):
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
                    told=tuple(facts(past, actions[max(0, i - HISTORY - LATELY) : i - HISTORY], asked)),
                )
            )
    return found


def facts(past: Sequence[KitchenAction], before: Sequence[KitchenAction], asked_s: float) -> Iterator[str]:
    """What else the five actions before were: on what, in which order, how long ago. Chosen on inner folds of the first
    fold's training kitchens, as was the ridge."""
    last, second, third = past[-1], past[-2], past[-3]
    yield f"{second.verb}, {last.verb}"
    yield f"{third.verb}, {second.verb}, {last.verb}"
    for back, action in enumerate((last, second, third), start=1):
        yield f"{back} back: {action.noun}"
    yield f"{last.verb} {last.noun}"
    if last.noun == second.noun:
        yield "the same thing twice"
        yield f"{second.verb}, {last.verb} the same thing"
    if last.noun == third.noun:
        yield "the same thing as third from last"
    pause = asked_s - last.end_s
    yield f"{last.verb} {'still goes on' if pause < 0 else f'over for {_doubling(pause)}'}"
    yield f"{last.verb} lasted {_doubling(last.end_s - last.start_s)}"
    for verb in sorted({action.verb for action in before}):
        yield f"lately {verb}"
    for noun in sorted({action.noun for action in before}):
        yield f"lately {noun}"


def _doubling(seconds: float) -> str:
    """Half a second, one, two, four …"""
    return f"{2.0 ** round(math.log2(max(seconds, 0.25))):g} s"


def collect_kitchens(data_dir: Path, run: Run, quick: bool) -> None:
    """Groups of participants left out in turn; ridge and facts are fixed, nothing is chosen on a test kitchen.

    Systems of `_with_earlier` also learn from the kitchens of EPIC-55 whose participants are not left out.
    """
    asked, earlier = moments(data_dir), moments(data_dir, "epic55_train")
    people = sorted({m.group for m in asked})
    for number in range(1 if quick else FOLDS):
        apart = set(people[number::FOLDS])
        train, test = [m for m in asked if m.group not in apart], [m for m in asked if m.group in apart]
        part = f"epic_kitchens/next_verb/{number + 1}"
        more = [*train, *(m for m in earlier if m.group not in apart)]
        run.audit(_material(more, test), part=part)
        for system, taught in (*((s, train) for s in _systems()), *((s, more) for s in _with_earlier())):
            if run.finished(system.name, part):
                continue
            began = time.perf_counter()
            system.fit(taught)
            asked_at = time.perf_counter()
            run.add_all(_samples(system, test, part))
            run.finish(
                system.name,
                part,
                seconds=round(time.perf_counter() - began, 2),
                seconds_per_question=round((time.perf_counter() - asked_at) / max(len(test), 1), 5),
                parameters=system.parameters,
                train=len(taught),
                test=len(test),
            )
        run.progress("anticipation: EPIC-KITCHENS", number + 1, FOLDS)


def _material(train: Sequence[Moment], test: Sequence[Moment]) -> Material:
    def items(found: Sequence[Moment]) -> list[Item]:
        return [Item(m.id, m.group, m.id.rsplit("/", 1)[0], float(m.id.rsplit("/", 1)[1])) for m in found]

    return Material(train=items(train), test=items(test), shown=frozenset({"order"}))


def _systems() -> list[NextActivity]:
    return [
        MostFrequentNext(),
        RepeatLastNext(),
        MarkovNext(),
        LogisticNext(HISTORY, 3.0),
        LogisticNext(HISTORY, 3.0, sounds=True),
        LogisticNext(HISTORY, 10.0, facts=True, name="actions"),
        LogisticNext(HISTORY, 10.0, sounds=True, facts=True, name="actions_with_sounds"),
    ]


def _with_earlier() -> list[NextActivity]:
    """Four times as many actions to learn from; the ridge was chosen on an inner group of the first fold's training kitchens."""
    return [
        LogisticNext(HISTORY, 3.0, name="logistic, EPIC-55 too"),
        LogisticNext(HISTORY, 30.0, facts=True, name="actions, EPIC-55 too"),
    ]


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
