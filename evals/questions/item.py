"""One question with its known answer, and the strict comparison of what was printed with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from agents.timeline import AnswerRecord
from agents.wording import activity_phrase, duration, number, percent, span_phrase

Kind = Literal[
    "duration",
    "count",
    "share",
    "number",
    "label",
    "labels",
    "spans",
    "truth",
    "absent",
    "no_sensor",
    "no_time",
    "suggested",
]

# Claims carry the computed value itself; six significant digits are what an `Evidence` keeps.
RELATIVE_TOLERANCE = 1e-5
_TIE_S = 1e-6
_COUNT_WORDS = {1: "once", 2: "twice"}


@dataclass(frozen=True, slots=True)
class Item:
    """question about `recording_id`. expected: the value in SI, labels, or spans, computed apart from the product's code."""

    recording_id: str
    template: str
    question: str
    kind: Kind
    expected: float | str | bool | tuple[str, ...] | tuple[tuple[float, float], ...] | None
    unit: str = ""


def is_exact(item: Item, answer: AnswerRecord) -> bool:
    """Whether the answer states the expected value, both as a claim's value and in the printed words, and nothing unverified."""
    if item.kind in {"absent", "no_sensor", "no_time"}:
        return not invented(item, answer)
    if answer.status != "answered":
        return False
    text = answer.answer
    values = [claim.value for claim in answer.claims]
    if item.kind == "labels":
        assert isinstance(item.expected, tuple)
        return all(_says(text, str(label)) for label in item.expected) and len(item.expected) in values
    if item.kind == "label":
        return item.expected in values and _says(text, str(item.expected))
    if item.kind == "spans":
        assert isinstance(item.expected, tuple)
        spans = cast("tuple[tuple[float, float], ...]", item.expected)
        return all(span_phrase(a, b) in text for a, b in spans)
    if item.kind == "truth":
        return item.expected in values and bool(re.match(r"(Yes|There is|No)\b", text))
    assert isinstance(item.expected, (int, float))
    return _stated(item, float(item.expected), values) and _printed(item, float(item.expected), text)


def _stated(item: Item, expected: float, values: list[float | int | str | bool | None]) -> bool:
    numbers = [float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    return any(
        abs(v - expected) <= max(1e-3 if item.kind == "duration" else 1e-9, RELATIVE_TOLERANCE * abs(expected))
        for v in numbers
    )


def _printed(item: Item, expected: float, text: str) -> bool:
    if item.kind == "duration":
        # A tie such as 3.45 s is 3.4499999999999886 where it was summed in another order: both neighbours are exact then.
        near = {duration(max(0.0, expected + nudge)) for nudge in (-_TIE_S, 0.0, _TIE_S)}
        return any(printed in text for printed in near) or "equally long" in text
    if item.kind == "share":
        return percent(expected / 100) in text
    if item.kind == "count":
        n = int(expected)
        # A list of n activities states its number by its length.
        return (f"{n}" in text) or _COUNT_WORDS.get(n, "\0") in text or item.unit == "activities"
    return number(expected) in text


def _says(text: str, label: str) -> bool:
    return activity_phrase(label).lower() in text.lower()


_NEGATIVE = re.compile(r"\b(no|not|never|nothing|cannot|does not)\b", re.I)
_AFFIRMS = re.compile(r"^Yes\b|\bhappened from\b|\blasted \d|\bsteps at\b")


def invented(item: Item, answer: AnswerRecord) -> bool:
    """Whether an answer about something that is not there states anything but its absence: a number, a time, a yes.

    A question given back (`needs_clarification`) states nothing and is not invention.
    """
    if answer.status == "needs_clarification":
        return False
    text = answer.answer
    if _AFFIRMS.search(text) or any(claim.value is True for claim in answer.claims):
        return True
    if item.kind == "no_sensor" and re.search(r"\d", text):
        return True
    return _NEGATIVE.search(text) is None
