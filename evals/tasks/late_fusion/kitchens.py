"""EPIC-KITCHENS as a fusion task: what was done before and what was heard, and what is done now or next.

Nobody's own kitchen teaches: folds are by participant. `now` may use the sounds during the action. `next` may use only sounds
that had ended when the next action began: its own sounds would give it away (+3 points of leak).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recordings.sequences.kitchens import KitchenAction, SoundEvent, read_kitchen_actions, read_kitchen_sounds

Question = Literal["now", "next"]
QUESTIONS: tuple[Question, ...] = ("now", "next")
# Only what is still in the air of the kitchen: older sounds belong to other actions.
RECENT_S = 10.0
HISTORY = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """One question. truth: the verb. history: (verb, noun) of the preceding actions, latest last. gap_s: since the latest ended
    (negative while it goes on). sounds: sound → seconds heard, during the action (`now`) or in the last `RECENT_S` (`next`).
    """

    id: str
    participant: str
    video: str
    truth: str
    start_s: float
    end_s: float
    history: tuple[tuple[str, str], ...]
    gap_s: float
    last_s: float
    sounds: dict[str, float]


def moments(data_dir: Path, question: Question) -> list[Moment]:
    """Every action that has one before it in its video and whose video has sound labels, in time order."""
    heard: dict[str, list[SoundEvent]] = defaultdict(list)
    for event in read_kitchen_sounds(data_dir):
        heard[event.video].append(event)
    done: dict[str, list[KitchenAction]] = defaultdict(list)
    for action in read_kitchen_actions(data_dir):
        done[action.video].append(action)
    return [
        _moment(actions, i, heard[video], question)
        for video, actions in sorted(done.items())
        if heard[video]
        for i in range(1, len(actions))
    ]


def _moment(actions: Sequence[KitchenAction], i: int, events: Sequence[SoundEvent], question: Question) -> Moment:
    action, last = actions[i], actions[i - 1]
    return Moment(
        f"{action.video}/{i:04d}",
        action.participant,
        action.video,
        action.verb,
        action.start_s,
        action.end_s,
        tuple((before.verb, before.noun) for before in actions[max(0, i - HISTORY) : i]),
        action.start_s - last.end_s,
        last.end_s - last.start_s,
        sounds_during(events, action) if question == "now" else sounds_before(events, action.start_s),
    )


def sounds_during(events: Sequence[SoundEvent], action: KitchenAction) -> dict[str, float]:
    """Seconds of each sound between the action's start and end. Sounds of half the video or so count like any other."""
    return _seconds(events, action.start_s, action.end_s)


def sounds_before(events: Sequence[SoundEvent], moment_s: float) -> dict[str, float]:
    """Seconds of each sound in the last `RECENT_S`, of events that had ended by `moment_s`: one that goes on was labelled by
    somebody who heard what came after.
    """
    return _seconds([event for event in events if event.end_s <= moment_s], moment_s - RECENT_S, moment_s)


def _seconds(events: Sequence[SoundEvent], start_s: float, end_s: float) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for event in events:
        shared = min(event.end_s, end_s) - max(event.start_s, start_s)
        if shared > 0:
            found[event.sound] += shared
    return {name: round(found[name], 3) for name in sorted(found)}
