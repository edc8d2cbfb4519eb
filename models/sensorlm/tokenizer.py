"""The captions' own words, for the token tower and the captioning decoder. Numbers are spelt digit by digit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from models.sensorlm.captions import DAY, LEVELS, WINDOW
from models.sensorlm.captions.wording import (
    ACTIVITIES,
    EVENTS,
    MOODS,
    PHRASES,
    PLACED_WINDOWS,
    PLACES,
    STATISTICS,
    TRENDS,
    WINDOWS,
)

PADDING, START, END, UNKNOWN = "[PAD]", "[START]", "[END]", "[UNK]"
SPECIAL = (PADDING, START, END, UNKNOWN)
# What a caption opens with for the decoder, which is asked for a level.
LEVEL_MARKS = {level: f"[{level.upper()}]" for level in LEVELS}
_PIECE = re.compile(r"[a-z]+|\d|\n|[^\sa-z\d]")
_WORDS = ("increasing", "decreasing", "stable", "peak", "spike", "drop", "sleep", "minutes", "minute", "sample", "for")


def pieces(text: str) -> list[str]:
    return _PIECE.findall(text.lower())


def caption_vocabulary() -> tuple[str, ...]:
    """Every word and sign that a caption of ours can hold, and the marks, in a fixed order."""
    sources: list[str] = [*STATISTICS, *TRENDS, *EVENTS, *ACTIVITIES, *MOODS, *WINDOWS, *PLACED_WINDOWS, *_WORDS]
    sources += [phrase for phrases in PHRASES.values() for phrase in phrases] + list(PLACES.values())
    for scheme in (DAY, WINDOW):
        for category in scheme.categories:
            sources += [category.name, *(s.words for s in (*category.always, *category.extras))]
    words = {piece for text in sources for piece in pieces(re.sub(r"\{\w+\}", " ", text))}
    return (*SPECIAL, *LEVEL_MARKS.values(), *sorted(words | set("0123456789.,:;-()\n%")))


class CaptionTokenizer:
    """Text ↔ numbers over a fixed vocabulary."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self._row = {word: i for i, word in enumerate(self.vocabulary)}
        self.padding, self.start, self.end, self.unknown = (self._row[mark] for mark in SPECIAL)

    def encode(self, text: str, length: int) -> list[int]:
        """Start, the words, and at least one end, `length` in all: the end mark fills the rest (sticky)."""
        rows = [self._row.get(piece, self.unknown) for piece in pieces(text)][: length - 2]
        return [self.start, *rows] + [self.end] * (length - 1 - len(rows))

    def mark(self, level: str) -> int:
        """The row that a caption of a level opens with. KeyError for no level."""
        return self._row[LEVEL_MARKS[level]]

    def caption(self, text: str, level: str, length: int) -> list[int]:
        """The level's mark, the words and one end, padded to `length`. A text that is too long has no end: none is to be learnt."""
        rows = [self.mark(level), *(self._row.get(piece, self.unknown) for piece in pieces(text)), self.end][:length]
        return rows + [self.padding] * (length - len(rows))

    def decode(self, rows: Iterable[int]) -> str:
        """Words with spaces, digits and signs together as captions have them."""
        out = ""
        for row in rows:
            if row == self.end:
                break
            piece = self.vocabulary[row]
            if piece in SPECIAL or piece in LEVEL_MARKS.values():
                continue
            tight = not out or out.endswith(("\n", "(")) or piece in ".,:;)%\n"
            digits = piece.isdigit() and bool(re.search(r"(\d\.|\d|(?:^|\s)-)$", out))
            out += piece if tight or digits else f" {piece}"
        return out
