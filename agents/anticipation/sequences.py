"""What happened, in order: the material that transitions and durations are learnt from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

UNNAMED = frozenset({"unknown", "no_data"})


class EpisodeLike(Protocol):
    """An episode of a timeline (`agents.timeline.EpisodeRecord`, `Happened`)."""

    @property
    def activity(self) -> str: ...
    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Happened:
    """One activity from start to end, in seconds."""

    activity: str
    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def stretches(episodes: Iterable[EpisodeLike], longest_pause_s: float = 30.0) -> list[list[Happened]]:
    """Known activities in time order, repeats joined, cut where more than `longest_pause_s` is unnamed or unrecorded.

    What was not named is skipped: an unnamed second between two activities does not hide that one followed the other.
    """
    found: list[list[Happened]] = []
    for episode in sorted(episodes, key=lambda e: (e.start_s, e.end_s)):
        if episode.activity in UNNAMED or episode.end_s <= episode.start_s:
            continue
        new = Happened(episode.activity, episode.start_s, episode.end_s)
        if not found or new.start_s - found[-1][-1].end_s > longest_pause_s:
            found.append([new])
        elif found[-1][-1].activity == new.activity:
            found[-1][-1] = Happened(new.activity, found[-1][-1].start_s, new.end_s)
        else:
            found[-1].append(new)
    return found


def waits_s(stretch: Sequence[Happened]) -> list[tuple[str, float]]:
    """Each activity but the last, and the time from its start until the next one began.

    Annotations leave pauses between activities; whoever waits for the next one waits for the pause too.
    """
    return [(now.activity, after.start_s - now.start_s) for now, after in pairwise(stretch)]


def names(stretch: Sequence[Happened]) -> tuple[str, ...]:
    return tuple(happened.activity for happened in stretch)
