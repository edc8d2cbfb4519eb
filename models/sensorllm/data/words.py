"""Numbers and trends in words, and back."""

from __future__ import annotations

import re

from models.sensorllm.data.trend import Trend
from recordings.number_words import SMALL, TENS, VALUES

# The vocabulary of SensorLLM's stage-1 notebook: one pair and one steady word are drawn for a whole answer.
PAIRS: tuple[tuple[str, str], ...] = (
    ("upward", "downward"),
    ("ascending", "descending"),
    ("rising", "falling"),
    ("increasing", "decreasing"),
    ("growing", "declining"),
)
STEADY_WORDS: tuple[str, ...] = ("steady", "constant", "stable", "consistent")
TREND_OF_WORD: dict[str, Trend] = {
    **{up: "rising" for up, _ in PAIRS},
    **{down: "falling" for _, down in PAIRS},
    **dict.fromkeys(STEADY_WORDS, "steady"),
}
DATA_NAMES: tuple[str, ...] = ("time series data", "sensor data")
# Stage 2 names the data in four ways.
WINDOW_DATA_NAMES: tuple[str, ...] = (*DATA_NAMES, "motion data", "wearable sensor data")

_UNIT = "|".join([*sorted(SMALL, key=len, reverse=True), *TENS, "hundred", "thousand"])
# An integer in digits or in words, as a regular expression without groups.
COUNT_PATTERN = rf"(?:\d+|(?:{_UNIT})(?:[ -](?:{_UNIT}))*)"


def in_words(number: int) -> str:
    """0 … 999,999: `one hundred twenty-one`. ValueError outside."""
    if not 0 <= number < 1_000_000:
        raise ValueError(f"{number} is not between 0 and 999,999")
    if number < 20:
        return SMALL[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return TENS[tens - 2] + (f"-{SMALL[rest]}" if rest else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    head, rest = divmod(number, size)
    return f"{in_words(head)} {name}" + (f" {in_words(rest)}" if rest else "")


def from_words(text: str) -> int:
    """Digits or `in_words`' own spelling as an integer; ValueError for anything else."""
    if text.isascii() and text.isdigit():
        return int(text)
    total, hundreds = 0, 0
    for word in re.split(r"[ -]", text):
        if word == "thousand":
            total, hundreds = 1000 * hundreds, 0
        elif word == "hundred":
            hundreds *= 100
        elif word in VALUES:
            hundreds += VALUES[word]
        else:
            raise ValueError(f"no number: {text!r}")
    if in_words(total + hundreds) != text:
        raise ValueError(f"no number: {text!r}")
    return total + hundreds


_BEFORE = re.compile(r"\b([Aa])n? (?=(\w+))")
_LETTERS_WITH_VOWEL = "aefhilmnorsx"


def with_articles(text: str) -> str:
    """`a` and `an` set by the word that follows: its spelling, a letter's name (`an x-axis`) or a number's (`an 8`)."""

    def chosen(found: re.Match[str]) -> str:
        word = found[2].lower()
        if word[0].isdigit():
            vowel = word[0] == "8" or word in ("11", "18")
        elif len(word) == 1:
            vowel = word in _LETTERS_WITH_VOWEL
        else:
            vowel = word[0] in "aeiou" and not word.startswith(("one", "uni", "eu"))
        return f"{found[1]}{'n' if vowel else ''} "

    return _BEFORE.sub(chosen, text)
