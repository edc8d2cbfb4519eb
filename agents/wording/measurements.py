"""Sentences about what was measured: statistics, trends, events."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from agents.wording.numbers import number, quantity
from agents.wording.phrases import STATISTICS, channel_phrase, sentence_case, statistic_phrase, trend_word
from agents.wording.times import clock, duration, span_phrase
from recordings.errors import plain


class EvidenceLike(Protocol):
    """`tools.evidence.Evidence` and `agents.timeline.EvidenceRecord` both have this."""

    @property
    def stream(self) -> str: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...
    @property
    def quantity(self) -> str: ...
    @property
    def value(self) -> float | int | str | bool: ...
    @property
    def unit(self) -> str: ...


def _where(fact: EvidenceLike, start: datetime | None) -> str:
    return span_phrase(fact.start_s, fact.end_s, start)


def statistic_sentence(fact: EvidenceLike, start: datetime | None = None) -> str:
    """ "The mean of acceleration x (wrist) from 0:12 to 1:05 is 9.81 m/s²."."""
    value = fact.value if isinstance(fact.value, (int, float)) else 0.0
    what = f"The {statistic_phrase(fact.quantity)} of {channel_phrase(fact.channel)} ({plain(fact.stream, 60)})"
    return f"{what} {_where(fact, start)} is {quantity(float(value), fact.unit)}."


def trend_sentence(fact: EvidenceLike, start: datetime | None = None) -> str:
    """ "Acceleration x (wrist) is rising from 0:12 to 1:05." for an overall trend word."""
    name = sentence_case(channel_phrase(fact.channel))
    return f"{name} ({plain(fact.stream, 60)}) is {trend_word(str(fact.value))} {_where(fact, start)}."


def event_sentence(fact: EvidenceLike, start: datetime | None = None, cadence: EvidenceLike | None = None) -> str:
    """What `detect_events` found (the cadence is of the stretches with steps, not of the span): "There are 142 steps with a cadence of 108 steps/min from 0:12 to 1:05."."""
    where = _where(fact, start)
    if fact.quantity == "step_count":
        steps = quantity(float(fact.value), "steps") if fact.value else "no steps"
        verb = "is" if fact.value == 1 else "are"
        pace = (
            ""
            if cadence is None or not fact.value
            else f" with a cadence of {quantity(float(cadence.value), 'steps/min')}"
        )
        return f"There {verb} {steps}{pace} {where}."
    if fact.quantity == "cadence":
        return f"The cadence {where} is {quantity(float(fact.value), 'steps/min')}."
    if fact.quantity == "still_bout":
        return f"The {plain(fact.stream, 60)} keeps still {where} ({duration(fact.end_s - fact.start_s)})."
    if fact.quantity == "impact":
        return f"There is an impact of {quantity(float(fact.value), fact.unit)} at {clock(fact.start_s, start)}."
    if fact.quantity == "posture_change":
        size = "" if isinstance(fact.value, (str, bool)) else f" of {quantity(float(fact.value), fact.unit)}"
        return f"There is a posture change{size} at {clock(fact.start_s, start)}."
    return measurement_sentence(fact, start)


def measurement_sentence(fact: EvidenceLike, start: datetime | None = None) -> str:
    """Any other quantity, said plainly with its span."""
    if fact.quantity in STATISTICS:
        return statistic_sentence(fact, start)
    value = fact.value
    said = f'"{plain(value)}"' if isinstance(value, str) else quantity(float(value), fact.unit)
    of = "" if fact.channel is None else f" of {channel_phrase(fact.channel)}"
    return f"The {statistic_phrase(fact.quantity)}{of} ({plain(fact.stream, 60)}) {_where(fact, start)} is {said}."


def rate_sentence(stream: str, rate_hz: float, n: int) -> str:
    """ "The wrist stream has 12,345 samples at 50 Hz."."""
    return f"The {plain(stream, 60)} stream has {number(n)} samples at {quantity(rate_hz, 'Hz')}."
