"""Questions that a recording can be asked about itself: at every so many seconds of the clock, what follows?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agents.anticipation.sequences import EpisodeLike, Happened, stretches

EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Question:
    """What had happened by `now_s`, the current activity cut there, and what followed it."""

    so_far: tuple[Happened, ...]
    now_s: float
    following: Happened

    @property
    def current(self) -> Happened:
        return self.so_far[-1]

    @property
    def wait_s(self) -> float:
        """From now until the next activity started."""
        return self.following.start_s - self.now_s


def cut_at(episodes: Sequence[EpisodeLike], now_s: float) -> tuple[Happened, ...]:
    """What had happened by then, the one that went on cut there."""
    return tuple(
        Happened(e.activity, e.start_s, min(e.end_s, now_s))
        for e in episodes
        if e.start_s < now_s and e.end_s > e.start_s
    )


def questions_at_starts(episodes: Sequence[EpisodeLike]) -> Iterator[Question]:
    """As soon as each activity has been going on for half a second, so that its name is known."""
    for run in stretches(episodes):
        for i, (current, after) in enumerate(pairwise(run)):
            now = current.start_s + min(0.5, current.duration_s / 2)
            yield Question((*run[:i], Happened(current.activity, current.start_s, now)), now, after)


def questions_by_the_clock(episodes: Sequence[EpisodeLike], every_s: float = EVERY_S) -> Iterator[Question]:
    """At every multiple of `every_s` at which an activity goes on that another one follows: when is never chosen by the answer."""
    for run in stretches(episodes):
        for i, (current, after) in enumerate(pairwise(run)):
            number = int(current.start_s // every_s) + 1
            while number * every_s < current.end_s:
                now = number * every_s
                yield Question((*run[:i], Happened(current.activity, current.start_s, now)), now, after)
                number += 1
