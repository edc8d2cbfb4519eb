"""How the text tower takes a text: sentence by sentence, the words apart from the numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A minus belongs to a number only where nothing stands before it: "40-60" is two numbers, "z -9.8" holds a negative one.
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\d])")
_END = re.compile(r"(?:(?<=[.!?;])\s+)|\n+")
BLANK = "#"
# What a person types is shorter; a day's longest caption has about 40 sentences.
MOST_SENTENCES = 48
MOST_NUMBERS = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence: its words with `#` for every number, and the numbers in order."""

    words: str
    numbers: tuple[float, ...]


def numbers_of(text: str) -> list[str]:
    """The numbers of a text as they are written."""
    return _NUMBER.findall(text)


def read(text: str) -> tuple[Heard, ...]:
    """The sentences of a text. An empty text is one empty sentence; further ones than `MOST_SENTENCES` are not heard."""
    found = []
    for part in _END.split(text):
        said = part.strip().rstrip(".!?; ").strip()
        if said:
            # A statistical line may give four numbers; a longer list in a user's sentence is heard as far as that.
            numbers = tuple(float(n) for n in _NUMBER.findall(said)[:MOST_NUMBERS])
            found.append(Heard(_NUMBER.sub(BLANK, said).lower(), numbers))
    return tuple(found[:MOST_SENTENCES]) or (Heard("", ()),)
