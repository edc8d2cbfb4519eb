"""Sentences that pick one episode of all, or count what there is of a kind."""

from __future__ import annotations

from datetime import datetime

from agents.wording.numbers import counted
from agents.wording.phrases import activity_phrase, listed
from agents.wording.sentences import EpisodeLike
from agents.wording.times import duration, span_phrase


def ranked_sentence(which: str, episode: EpisodeLike, start: datetime | None = None) -> str:
    """ "The longest episode is walking, from 2:42.5 to 3:05.4 (23 s)." which: first, last, longest or shortest."""
    noun = "activity" if which in {"first", "last"} else "episode"
    where = span_phrase(episode.start_s, episode.end_s, start)
    return f"The {which} {noun} is {activity_phrase(episode.activity)}, {where} ({duration(episode.end_s - episode.start_s)})."


def distinct_sentence(labels: list[str]) -> str:
    """ "There are 3 different activities: walking, sitting and standing." ValueError when there is none."""
    if not labels:
        raise ValueError("there is no activity to list")
    if len(labels) == 1:
        return f"The only activity is {activity_phrase(labels[0])}."
    return f"There are {len(labels)} different activities: {listed([activity_phrase(label) for label in labels])}."


def event_count_sentence(n: int, singular: str, span: tuple[float, float], start: datetime | None = None) -> str:
    """ "There are 8 posture changes from 0:00 to 5:53.4.\""""
    verb = "is" if n == 1 else "are"
    return f"There {verb} {counted(n, singular)} {span_phrase(span[0], span[1], start)}."
