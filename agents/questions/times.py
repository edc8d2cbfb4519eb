"""Time expressions in a question → a span in seconds from the recording's start.

Understood: "at 1:30", "at 90 s", "between 1:00 and 2:00", "from 10 s to 20 s", "in the first 30 seconds", "during the
last two minutes", "in the second half", "after 3:00", "before minute 2". A bare clock is minutes:seconds (or h:mm:ss);
where the recording's wall clock is known and the value lies past its end, it is read as a time of day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from recordings.number_words import VALUES

WORDS: dict[str, float] = {**VALUES, "half a": 0.5, "a": 1, "an": 1}

_NUMBER = r"\d+(?:\.\d+)?"
_WORD_NUMBER = "|".join(sorted((w for w in WORDS if w not in {"a", "an"}), key=len, reverse=True))
_UNIT = r"(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|min|hours?|hrs?|h)\b"
_CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:\.\d+)?"
_LENGTH = rf"(?:{_NUMBER}|{_WORD_NUMBER}|an?)\s*{_UNIT}"
_POINT = rf"(?:{_CLOCK}|{_LENGTH}|(?:minute|second|hour)\s+{_NUMBER}|{_NUMBER})"

_BETWEEN = re.compile(rf"\b(?:between|from)\s+({_POINT})\s+(?:and|to|until|till)\s+({_POINT})")
_DASH = re.compile(rf"\b({_CLOCK}|{_NUMBER}\s*s?)\s*[-–]\s*({_CLOCK}|{_NUMBER}\s*s)\b")
_FIRST_LAST = re.compile(rf"\b(first|last|final|initial|opening)\s+({_LENGTH})")
_SINGLE_UNIT = re.compile(r"\b(first|last|final)\s+(second|minute|hour)\b")
_HALF = re.compile(r"\b(first|second|last)\s+half\b")
_AT = re.compile(rf"\b(?:at|around|about|@)\s+(?:time\s+)?({_POINT})(?:\s+into\b)?")
_INTO = re.compile(rf"\b({_LENGTH})\s+(?:in|into)\b")
_AFTER = re.compile(rf"\bafter\s+(?:the\s+)?({_CLOCK}|{_LENGTH}|(?:minute|second)\s+{_NUMBER})")
_BEFORE = re.compile(rf"\b(?:before|until|up to|by)\s+(?:the\s+)?({_CLOCK}|{_LENGTH}|(?:minute|second)\s+{_NUMBER})")

_SCALE = {"m": 60.0, "h": 3600.0, "s": 1.0}


@dataclass(frozen=True, slots=True)
class TimeReference:
    """`span` in seconds; `instant` when the question names one moment. `text` is what was read, for the record."""

    start_s: float
    end_s: float
    text: str
    instant: bool = False


def _unit_s(unit: str) -> float:
    return 0.001 if unit.startswith(("ms", "milli")) else _SCALE[unit[0]]


def length_s(text: str) -> float:
    """ "90 s", "two minutes", "an hour" → seconds."""
    match = re.match(rf"({_NUMBER}|{_WORD_NUMBER}|an?)\s*({_UNIT})", text)
    if match is None:
        raise ValueError(f"not a length of time: {text!r}")
    number = float(match[1]) if match[1][0].isdigit() else float(WORDS[match[1]])
    return number * _unit_s(match[2])


def _clock_s(text: str, duration_s: float, start: datetime | None) -> float:
    parts = [float(part) for part in text.split(":")]
    plain = parts[0] * 60 + parts[1] if len(parts) == 2 else parts[0] * 3600 + parts[1] * 60 + parts[2]
    if start is None or plain <= duration_s:
        return plain
    hour, minute, second = int(parts[0]), int(parts[1]), parts[2] if len(parts) == 3 else 0.0
    if hour > 23 or minute > 59:
        return plain
    moment = start.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(seconds=second)
    while moment < start:
        moment += timedelta(days=1)
    return (moment - start).total_seconds()


def _point_s(text: str, duration_s: float, start: datetime | None) -> float:
    text = text.strip()
    if ":" in text:
        return _clock_s(text, duration_s, start)
    named = re.match(rf"(minute|second|hour)\s+({_NUMBER})", text)
    if named:
        return float(named[2]) * _unit_s(named[1])
    if re.fullmatch(_NUMBER, text):
        return float(text)
    return length_s(text)


def find_time(question: str, duration_s: float, start: datetime | None = None) -> TimeReference | None:
    """The first time expression of `question` (lower case), or None. A span may run past the recording: the caller says so."""

    def point(text: str) -> float:
        return _point_s(text, duration_s, start)

    if match := _BETWEEN.search(question) or _DASH.search(question):
        a, b = match[1], match[2]
        unit = re.search(rf"({_UNIT})\s*$", b)
        if re.fullmatch(_NUMBER, a.strip()) and unit:  # "between 10 and 20 s": the unit serves both
            a = f"{a.strip()} {unit[1]}"
        lo, hi = sorted((point(a), point(b)))
        return TimeReference(lo, hi, match[0])
    if match := _HALF.search(question):
        half = duration_s / 2
        return TimeReference(0.0, half, match[0]) if match[1] == "first" else TimeReference(half, duration_s, match[0])
    if match := _FIRST_LAST.search(question):
        length = length_s(match[2])
        if match[1] in {"last", "final"}:
            return TimeReference(max(0.0, duration_s - length), duration_s, match[0])
        return TimeReference(0.0, min(length, duration_s), match[0])
    if match := _SINGLE_UNIT.search(question):
        length = _unit_s(match[2])
        if match[1] == "first":
            return TimeReference(0.0, min(length, duration_s), match[0])
        return TimeReference(max(0.0, duration_s - length), duration_s, match[0])
    if match := _AFTER.search(question):
        return TimeReference(point(match[1]), max(duration_s, point(match[1])), match[0])
    if match := _BEFORE.search(question):
        return TimeReference(0.0, point(match[1]), match[0])
    if match := _AT.search(question):
        return TimeReference(point(match[1]), point(match[1]), match[0], instant=True)
    if match := _INTO.search(question):
        return TimeReference(point(match[1]), point(match[1]), match[0], instant=True)
    return None
