"""Sentences that claim nothing about the samples, and sentences that state a limit."""

from __future__ import annotations

from agents.verification.clause import Carry
from agents.verification.facts import Facts
from agents.verification.tokens import phrase_key
from agents.wording import CANNOT_TELL, NO_EXEMPLARS, NO_FORECAST

_HARMLESS = {
    phrase_key(text.strip(" .:"))
    for text in (
        "Here is what the recording shows", "In short", "This is what was found", "The evidence is listed below", "In summary",
        "This is what the evidence shows", "Here is why", "The reasons are these", "The evidence follows", "Here is the answer",
        CANNOT_TELL,
    )
}  # fmt: skip


def _key(sentence: str) -> tuple[str, ...]:
    atoms = phrase_key(sentence)
    while atoms and atoms[-1] in (".", ":", "!"):
        atoms = atoms[:-1]
    return atoms


def harmless(sentence: str) -> bool:
    """Whether it is one of the few connecting sentences that claim nothing."""
    return len(sentence) < 200 and _key(sentence) in _HARMLESS


def honest(sentence: str, facts: Facts, carry: Carry) -> bool:
    """Whether it states a limit that holds: no forecast, no exemplars."""
    key = _key(sentence) if len(sentence) < 200 else ()
    if key == _key(NO_FORECAST):
        return not facts.forecast
    if key == _key(NO_EXEMPLARS):
        return bool(carry.episodes) and all(not e.exemplars for e in carry.episodes)
    return False
