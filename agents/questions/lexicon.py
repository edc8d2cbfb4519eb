"""Words of a question → activities, channels, quantities, sensors. Plain tables; the longest match wins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from agents.questions.activity_words import FAMILIES, FAMILY_WORDS, FOREIGN, GERUNDS, SYNONYMS
from agents.questions.query import Mention
from agents.questions.sensor_words import QUANTITIES, SENSORS
from agents.wording import activity_forms, activity_phrase

AXIS = re.compile(r"\b(acc|gyro)_([xyz])\b")
AXIS_PHRASES = (
    re.compile(r"\b(?P<axis>[xyz])[- ]?axis\b(?:\s+of)?(?:\s+the)?(?P<rest>.{0,40})"),
    re.compile(
        r"\b(?P<sensor>accelerometer|acceleration|accel|acc|gyroscope|gyro|rotation|angular velocity)(?:'s)?\s+(?:along\s+|on\s+|in\s+|about\s+)?(?:the\s+)?(?P<axis>[xyz])\b"
    ),
    re.compile(
        r"\b(?P<axis>[xyz])\s+(?P<sensor>accelerometer|acceleration|accel|acc|gyroscope|gyro|rotation|angular velocity)\b"
    ),
)
ACCELERATION_WORDS = ("accelerometer", "acceleration", "accel", "acc_magnitude")
ROTATION_WORDS = ("gyroscope", "gyro", "rotation rate", "angular velocity", "turn rate", "rotation", "gyro_magnitude")


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    end: int
    mention: Mention


def activity_words(label: str) -> tuple[str, ...]:
    """A label's own words: `walking_upstairs` → "walking upstairs", "walking_upstairs"."""
    return (label.replace("_", " "), label)


def gerund(words: str) -> str:
    """ "swim" → "swimming", "ride a horse" → "riding a horse"; words that are no verb of the tables stay as they are."""
    verb, _, rest = words.partition(" ")
    if verb.endswith("ing") or verb not in GERUNDS:
        return words
    return f"{GERUNDS[verb]} {rest}".strip()


def family_labels(family: str, vocabulary: Iterable[str]) -> tuple[str, ...]:
    chosen = []
    for pattern in FAMILIES[family]:
        for label in vocabulary:
            if label == pattern or (pattern.endswith("*") and label.startswith(pattern[:-1])):
                chosen.append(label)
    return tuple(dict.fromkeys(chosen))


@lru_cache(maxsize=32)
def _phrases(vocabulary: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], Mention], ...]:
    entries: dict[str, Mention] = {}
    for word in FOREIGN:
        entries[word] = Mention(text=gerund(word))
    for label, words in SYNONYMS.items():
        for word in (*activity_words(label), *words):
            # A known word outside this vocabulary keeps the label's own wording: "run" is then "running".
            entries[word] = (
                Mention(text=word, labels=(label,)) if label in vocabulary else Mention(text=activity_phrase(label))
            )
    for label in vocabulary:
        for word in (*activity_forms(label), *activity_words(label)):
            entries[word] = Mention(text=word, labels=(label,))
    for family, words in FAMILY_WORDS.items():
        labels = family_labels(family, vocabulary)
        for word in words:
            entries[word] = Mention(text=word, labels=labels)
    # Up or down cannot be told at the wrist: either asks for the stairs that can.
    if "stairs" in vocabulary and "walking_upstairs" not in vocabulary:
        for label in ("walking_upstairs", "walking_downstairs"):
            for word in (*activity_words(label), *SYNONYMS[label]):
                entries[word] = Mention(text=activity_phrase(label))
    ordered = sorted(entries.items(), key=lambda item: -len(item[0]))
    return tuple((re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])"), mention) for word, mention in ordered)


def find_activities(question: str, vocabulary: tuple[str, ...]) -> list[Found]:
    """Activities named in `question` (lower case), in order, longest words first, never overlapping."""
    found: list[Found] = []
    for pattern, mention in _phrases(vocabulary):
        for match in pattern.finditer(question):
            if all(match.end() <= other.start or match.start() >= other.end for other in found):
                found.append(Found(match.start(), match.end(), mention))
    return sorted(found, key=lambda item: item.start)


def _contains(question: str, words: Iterable[str]) -> str | None:
    for word in sorted(words, key=len, reverse=True):
        if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", question):
            return word
    return None


def find_sensor(question: str) -> str | None:
    """A sensor other than motion and sound that the question asks about."""
    for name, words in SENSORS.items():
        if _contains(question, words):
            return name
    return None


def find_quantity(question: str) -> str | None:
    percentile = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)\s+percentile\b", question)
    if percentile:
        return f"percentile_{int(percentile[1])}"
    for name in ("dominant_frequency", "std", "rms", "median", "mean", "max", "min", "range"):
        if _contains(question, QUANTITIES[name]):
            return name
    return None


def find_channel(question: str) -> str | None:
    """`acc_x`, `gyro_magnitude`, … or None. "acceleration" alone is its magnitude."""
    if exact := AXIS.search(question):
        return exact[0]
    for pattern in AXIS_PHRASES:
        if match := pattern.search(question):
            parts = match.groupdict()
            sensor = parts.get("sensor") or (parts.get("rest") or "") + question
            return f"{'gyro' if _contains(sensor, ROTATION_WORDS) else 'acc'}_{match['axis']}"
    if _contains(question, ROTATION_WORDS):
        return "gyro_magnitude"
    if _contains(question, ACCELERATION_WORDS) or "magnitude" in question:
        return "acc_magnitude"
    return None
