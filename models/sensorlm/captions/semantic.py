"""Level 3: what was done, from logs, annotations or a timeline, never from the signal (SensorLM, "high")."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from models.sensorlm.captions.sentence import Claim, Line, Sentence
from models.sensorlm.captions.wording import ACTIVITIES, MOODS, PHRASES, PLACED_WINDOWS, PLACES, WINDOWS

LEAST_MINUTES = 20
MOST_ACTIVITIES, MOST_SLEEPS = 8, 2
SLEEP = "Sleep"
PLACED_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class Logged:
    """An activity or a sleep, from minute `start` to minute `end`, both in it."""

    name: str
    start: int
    end: int

    @property
    def minutes(self) -> int:
        return self.end - self.start + 1


@dataclass(frozen=True, slots=True)
class Mood:
    word: str
    at: int


def logged(spans: Iterable[tuple[str, float, float]], midnight_s: float = 0.0) -> list[Logged]:
    """(name, start, end) in seconds, of annotations or a timeline's known episodes → whole minutes that they fill.

    midnight_s: how long before the recording's start its day began (negative times before midnight are cut off).
    """
    found = []
    for name, start_s, end_s in spans:
        first = max(0, math.ceil((start_s + midnight_s) / 60 - 1e-9))
        last = min(1440, math.floor((end_s + midnight_s) / 60 + 1e-9)) - 1
        if last >= first:
            found.append(Logged(name, first, last))
    return found


def kept(logs: Sequence[Logged], most: int, *, original: bool = False) -> list[Logged]:
    """Those of 20 minutes and more, the longest `most`, in order of time. original: the shortest, as the code sorts."""
    long = sorted((log for log in logs if log.minutes >= LEAST_MINUTES), key=lambda log: (log.minutes, log.start))
    chosen = long[:most] if original else long[::-1][:most]
    return chosen if original else sorted(chosen, key=lambda log: log.start)


def semantic(
    activities: Sequence[Logged],
    rng: Random,
    *,
    sleeps: Sequence[Logged] = (),
    moods: Sequence[Mood] = (),
    tick: str = "minute",
    original: bool = False,
) -> list[Line]:
    """Up to three lines: activities, sleep, moods."""
    lines = []
    for logs, most, name in ((activities, MOST_ACTIVITIES, None), (sleeps, MOST_SLEEPS, SLEEP)):
        told = [_activity(log, name or log.name, tick, rng) for log in kept(logs, most, original=original)]
        if told:
            lines.append(Line("", tuple(told)))
    if moods:
        said = [
            Sentence(
                rng.choice(MOODS).format(mood=mood.word, at=mood.at, t=tick), (Claim("mood", mood.word, str(mood.at)),)
            )
            for mood in moods
        ]
        lines.append(Line("", tuple(said)))
    return lines


def _activity(log: Logged, name: str, tick: str, rng: Random) -> Sentence:
    start, end = str(log.start), str(log.end)
    text = rng.choice(ACTIVITIES).format(name=name, start=start, end=end, t=tick)
    return Sentence(text, (Claim("activity", name, start, "start"), Claim("activity", name, end, "end")))


def summary(activities: Sequence[Logged], sleeps: Sequence[Logged] = ()) -> list[Line]:
    """The short form: each activity's name with its minutes in all, most first. What the original's holds is not known."""
    total: dict[str, int] = {}
    for log in (*activities, *(Logged(SLEEP, s.start, s.end) for s in sleeps)):
        total[log.name] = total.get(log.name, 0) + log.minutes
    told = [
        Sentence(f"{name} for {minutes} minutes", (Claim("minutes", name, str(minutes)),))
        for name, minutes in sorted(total.items(), key=lambda item: (-item[1], item[0]))
        if minutes >= LEAST_MINUTES
    ]
    return [Line("", tuple(told[:MOST_ACTIVITIES]))] if told else []


def activity_words(label: str, rng: Random | None = None) -> str:
    """A label of the motion taxonomy in words: the plain ones, or any with `rng`."""
    phrases = PHRASES.get(label, (label.replace("_", " "),))
    return phrases[0] if rng is None else rng.choice(phrases)


def window_semantic(label: str, position: str, rng: Random) -> tuple[Line, bool]:
    """One sentence about a short window, and whether it says where the sensor was."""
    placed = position in PLACES and rng.random() < PLACED_SHARE
    pattern = rng.choice(PLACED_WINDOWS if placed else WINDOWS)
    text = pattern.format(a=activity_words(label, rng), p=PLACES.get(position, ""))
    return Line("", (Sentence(text.rstrip(".")),)), placed
