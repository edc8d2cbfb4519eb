"""Sentences about a stretch of the recording that the reader chose."""

from __future__ import annotations

from datetime import datetime

from agents.wording.phrases import activity_phrase
from agents.wording.times import duration, span_phrase


def within_sentence(label: str, total_s: float, span: tuple[float, float], start: datetime | None = None) -> str:
    """ "From 1:00 to 2:00, walking lasted 30 s in all."; "From 1:00 to 2:00 there is no walking." when it did not happen there."""
    where = span_phrase(span[0], span[1], start)
    lead = where[:1].upper() + where[1:]
    if total_s <= 0:
        return f"{lead} there is no {activity_phrase(label)}."
    return f"{lead}, {activity_phrase(label)} lasted {duration(total_s)} in all."
