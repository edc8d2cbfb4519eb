"""A tiny grammar: `[so|thus] {x}` means one of the words in brackets, and a slot. Variety multiplies; a seed decides."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

_CHOICE = re.compile(r"\[([^\[\]]*)\]")


def say(rng: random.Random, template: str, slots: Mapping[str, str] | None = None) -> str:
    """One sentence of `template`: innermost brackets first, then the slots. KeyError for a slot without a value."""
    while (found := _CHOICE.search(template)) is not None:
        template = template[: found.start()] + rng.choice(found[1].split("|")) + template[found.end() :]
    text = re.sub(r"\{(\w+)\}", lambda slot: (slots or {})[slot[1]], template)
    return re.sub(r" +", " ", text).strip()


def sayings(template: str) -> list[str]:
    """Everything that a template without slots can say, in order."""
    found = _CHOICE.search(template)
    if found is None:
        return [re.sub(r" +", " ", template).strip()]
    options = found[1].split("|")
    return [said for o in options for said in sayings(template[: found.start()] + o + template[found.end() :])]


def count(template: str) -> int:
    """How many sentences a template makes, before its slots are filled."""
    while (found := _CHOICE.search(template)) is not None:
        # Innermost first: a choice of n becomes a mark that is worth n.
        options = found[1].split("|")
        worth = sum(_worth(option) for option in options)
        template = template[: found.start()] + f"⟨{worth}⟩" + template[found.end() :]
    return _worth(template)


def _worth(text: str) -> int:
    product = 1
    for number in re.findall(r"⟨(\d+)⟩", text):
        product *= int(number)
    return product


def sentence(text: str) -> str:
    """With a capital first letter and one full stop."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else text + "."
