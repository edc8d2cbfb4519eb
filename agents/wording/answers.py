"""Sentences that answer questions over episodes: when, how long, how often, compared, before and after, absent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agents.wording.numbers import counted, number, ordinal, percent, times_phrase
from agents.wording.phrases import activity_phrase, listed, sentence_case
from agents.wording.sentences import EpisodeLike
from agents.wording.times import clock, duration, span_phrase

CANNOT_TELL = "This cannot be told from the recording."


def total_sentence(label: str, total_s: float, episodes: int) -> str:
    """ "Walking lasted 2 min 5 s in all, in 3 episodes."."""
    return (
        f"{sentence_case(activity_phrase(label))} lasted {duration(total_s)} in all, in {counted(episodes, 'episode')}."
    )


def share_sentence(label: str, share: float) -> str:
    """ "Walking took 34 % of the recording."."""
    return f"{sentence_case(activity_phrase(label))} took {percent(share)} of the recording."


def count_sentence(label: str, n: int) -> str:
    """ "Walking happened 3 times."."""
    return f"{sentence_case(activity_phrase(label))} happened {times_phrase(n)}." if n else absent_sentence(label)


def absent_sentence(label: str) -> str:
    return f"There is no {activity_phrase(label)} in the recording."


def present_sentence(label: str, n: int) -> str:
    """ "Yes, there is walking in the recording, in 3 episodes."."""
    return f"Yes, there is {activity_phrase(label)} in the recording, in {counted(n, 'episode')}."


def when_sentence(label: str, episodes: Sequence[EpisodeLike], start: datetime | None = None) -> str:
    """Every span of an activity: "Walking happened from 0:12 to 1:05 and from 2:00 to 2:30."."""
    if not episodes:
        return absent_sentence(label)
    spans = [span_phrase(e.start_s, e.end_s, start) for e in episodes]
    return f"{sentence_case(activity_phrase(label))} happened {listed(spans)}."


def which_sentence(label: str, which: int | str, episode: EpisodeLike, start: datetime | None = None) -> str:
    """ "The longest walking episode lasted 53 s, from 0:12 to 1:05." which: 1-based number or first/last/longest/shortest."""
    word = ordinal(which) if isinstance(which, int) else which
    length = duration(episode.end_s - episode.start_s)
    where = span_phrase(episode.start_s, episode.end_s, start)
    return f"The {word} {activity_phrase(label)} episode lasted {length}, {where}."


def boundary_sentence(label: str, which: int | str, edge: str, t_s: float, start: datetime | None = None) -> str:
    """ "The first walking episode started at 0:12." edge: "started" or "ended"."""
    word = ordinal(which) if isinstance(which, int) else which
    return f"The {word} {activity_phrase(label)} episode {edge} at {clock(t_s, start)}."


def at_sentence(t_s: float, episode: EpisodeLike, start: datetime | None = None) -> str:
    """ "At 1:05 the activity was walking."."""
    if episode.status == "no_data":
        return f"There is no data at {clock(t_s, start)}."
    if episode.status == "unknown":
        return f"The activity at {clock(t_s, start)} is unknown."
    return f"At {clock(t_s, start)} the activity was {activity_phrase(episode.activity)}."


def order_sentence(
    first: str, relation: str, second: str, t_s: float | None = None, start: datetime | None = None
) -> str:
    """ "Walking came directly after sitting, at 1:05." relation: "before" or "after"."""
    at = "" if t_s is None else f", at {clock(t_s, start)}"
    return f"{sentence_case(activity_phrase(first))} came directly {relation} {activity_phrase(second)}{at}."


def comparison_sentence(a: str, a_s: float, b: str, b_s: float) -> str:
    """ "Sitting lasted 20 s longer than standing (45 s against 25 s)." The longer one comes first; equal is said so."""
    if a_s < b_s:
        a, a_s, b, b_s = b, b_s, a, a_s
    first, second = sentence_case(activity_phrase(a)), activity_phrase(b)
    if duration(a_s) == duration(b_s):
        return f"{first} and {second} lasted equally long ({duration(a_s)})."
    return f"{first} lasted {duration(a_s - b_s)} longer than {second} ({duration(a_s)} against {duration(b_s)})."


def count_comparison_sentence(a: str, a_n: int, b: str, b_n: int) -> str:
    """ "Walking happened more often than sitting (3 times against 2)."."""
    if a_n < b_n:
        a, a_n, b, b_n = b, b_n, a, a_n
    first, second = sentence_case(activity_phrase(a)), activity_phrase(b)
    if a_n == b_n:
        return f"{first} and {second} happened equally often ({counted(a_n, 'episode')} each)."
    return f"{first} happened more often than {second} ({counted(a_n, 'episode')} against {number(b_n)})."


def activities_sentence(labels: list[str]) -> str:
    """ "The activities are walking, sitting and standing."."""
    if not labels:
        return CANNOT_TELL
    said = listed([activity_phrase(label) for label in labels])
    return f"The only activity is {said}." if len(labels) == 1 else f"The activities are {said}."


def no_sensor_sentence(what: str) -> str:
    """ "There is no microphone in the recording."."""
    return f"There is no {what} in the recording."
