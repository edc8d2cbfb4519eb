"""Sentences about one episode: what it was, what each modality said, who decided, what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from agents.timeline import ModalityRecord
from agents.wording.numbers import counted, percent
from agents.wording.phrases import activity_phrase, listed, sentence_case, sound_phrase, speaker_phrase
from agents.wording.times import clock, duration, span_phrase

NO_EXEMPLARS = "No exemplars were found."


class LabelledProbability(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def probability(self) -> float: ...


class Labelled(Protocol):
    @property
    def label(self) -> str: ...


class EpisodeLike(Protocol):
    """What an episode must have to be worded: `EpisodeRecord` has it, and so may a lighter class."""

    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...
    @property
    def activity(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def status(self) -> str: ...


class ForecastLike(Protocol):
    @property
    def activity(self) -> str: ...
    @property
    def start_s(self) -> float: ...
    @property
    def duration_s(self) -> float | None: ...
    @property
    def probability(self) -> float: ...
    @property
    def interval_s(self) -> tuple[float, float] | None: ...


def episode_sentence(episode: EpisodeLike, start: datetime | None = None) -> str:
    """What the episode was, when, for how long and with what confidence; honest for `unknown` and `no_data`."""
    when = f"{span_phrase(episode.start_s, episode.end_s, start)} ({duration(episode.end_s - episode.start_s)})"
    if episode.status == "no_data":
        return f"There is no data {when}."
    if episode.status == "unknown":
        return f"The activity {when} is unknown."
    return f"The activity {when} is {activity_phrase(episode.activity)}, with a confidence of {percent(episode.confidence)}."


def modality_sentence(name: str, top: Sequence[LabelledProbability]) -> str:
    """ "The motion model says walking with 93 %; next is walking upstairs with 4 %." `top` is most probable first.

    name: `motion`, `sound`, … ValueError when `top` is empty: a modality that said nothing is left out.
    """
    if not top:
        raise ValueError(f"{name} said nothing")
    phrase = sound_phrase if name in ("sound", "audio") else activity_phrase
    verb = "hears" if name in ("sound", "audio") else "say" if speaker_phrase(name).endswith("s") else "says"
    first = f"The {speaker_phrase(name)} {verb} {phrase(top[0].label)} with {percent(top[0].probability)}"
    if len(top) < 2:
        return f"{first}."
    return f"{first}; next is {phrase(top[1].label)} with {percent(top[1].probability)}."


def without_sentence(modality: ModalityRecord, decided: str) -> str | None:
    """What the decision would have been without this modality; None when that was not computed."""
    if modality.without is None:
        return None
    name = speaker_phrase(modality.name)
    other, confidence = activity_phrase(modality.without.activity), percent(modality.without.confidence)
    if modality.without.activity == decided:
        return f"Without the {name}, the decision would still be {other}, with {confidence}."
    return f"Without the {name}, the decision would be {other}, with {confidence}."


def pool_sentence(activity: str, probability: float | None = None) -> str:
    """What the log-linear pool, the control beside the fused decision, says."""
    tail = "" if probability is None else f" with {percent(probability)}"
    return f"The log-linear pool says {activity_phrase(activity)}{tail}."


def exemplar_sentence(exemplars: Sequence[Labelled]) -> str:
    """ "4 of the 5 nearest exemplars are labelled walking." The commonest label; ties go to the nearest."""
    if not exemplars:
        return NO_EXEMPLARS
    label, n = Counter(e.label for e in exemplars).most_common(1)[0]
    if len(exemplars) == 1:
        return f"The nearest exemplar is labelled {activity_phrase(label)}."
    verb = "is" if n == 1 else "are"
    return f"{n} of the {len(exemplars)} nearest exemplars {verb} labelled {activity_phrase(label)}."


def decided_sentence(decided_by: str, activity: str, names: Sequence[str] = ()) -> str:
    """Who decided. names: the modalities that spoke, for the rules that need no language model."""
    what = activity_phrase(activity)
    if decided_by == "llm":
        return f"The language model decided on {what}."
    if decided_by == "pool":
        return f"The log-linear pool decided on {what}."
    if decided_by == "neighbours":
        return f"The nearest exemplars decided on {what}."
    if decided_by == "single_modality" and len(names) == 1:
        return f"Only the {speaker_phrase(names[0])} spoke, and it decided on {what}."
    if decided_by == "single_modality":
        return f"A single modality decided on {what}."
    return "Nothing decided."


def alternatives_sentence(alternatives: Sequence[tuple[str, float]]) -> str:
    """ "The alternatives were walking with 12 % and standing with 3 %."."""
    if not alternatives:
        return "There was no alternative."
    said = listed([f"{activity_phrase(label)} with {percent(p)}" for label, p in alternatives])
    return f"The alternative was {said}." if len(alternatives) == 1 else f"The alternatives were {said}."


def forecast_sentence(forecast: ForecastLike, start: datetime | None = None) -> str:
    """What comes next, when, with what probability, and between which times it starts nine times in ten, where that is known."""
    lead = f"{sentence_case(activity_phrase(forecast.activity))} is expected next at {clock(forecast.start_s, start)}"
    lead += f", with a probability of {percent(forecast.probability)}"
    if forecast.interval_s is not None:
        lead += f" and a start {_between(forecast.interval_s, start)}"
    if forecast.duration_s is not None:
        lead += f", for {duration(forecast.duration_s)}"
    return f"{lead}."


class FollowedLike(Protocol):
    """How often one activity followed another in what was learnt from: `channel` the earlier, `value` the later."""

    @property
    def channel(self) -> str | None: ...
    @property
    def value(self) -> float | int | str | bool: ...
    @property
    def probability(self) -> float | None: ...


def followed_sentence(fact: FollowedLike) -> str:
    """ "After sitting, lying down came next in 50 % of the known cases." """
    share = percent(fact.probability or 0.0)
    return f"After {activity_phrase(str(fact.channel))}, {activity_phrase(str(fact.value))} came next in {share} of the known cases."


def _between(interval_s: tuple[float, float], start: datetime | None) -> str:
    return f"between {clock(interval_s[0], start)} and {clock(interval_s[1], start)}"


def recording_sentence(duration_s: float, streams: Sequence[str], episodes: int) -> str:
    """How long the recording is, from which streams, in how many episodes."""
    return f"The recording lasts {duration(duration_s)} and has {counted(len(streams), 'stream')} and {counted(episodes, 'episode')}."


NO_FORECAST = "What comes next cannot be told from this recording."
