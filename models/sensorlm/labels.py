"""A label of any words as a vector: the mean over sentences that say it."""

from __future__ import annotations

from collections.abc import Sequence

from models.sensorlm.captions.wording import PHRASES, WINDOWS


def prompts(label: str) -> tuple[str, ...]:
    """Every bare wording with every phrase for the label; a label of the user's own is its only phrase."""
    key = label.strip().lower().replace(" ", "_").replace("-", "_")
    phrases: Sequence[str] = PHRASES.get(key, (label.strip().replace("_", " "),))
    return tuple(pattern.format(a=phrase).rstrip(".") for phrase in phrases for pattern in WINDOWS)


def known_phrases() -> tuple[str, ...]:
    """All words for activities that training has used."""
    return tuple(dict.fromkeys(phrase for phrases in PHRASES.values() for phrase in phrases))
