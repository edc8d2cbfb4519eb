"""Templates that can be written and read: one text with slots is both the sentence and the expression that parses it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from models.sensorllm.data.words import COUNT_PATTERN, DATA_NAMES, TREND_OF_WORD, WINDOW_DATA_NAMES, with_articles

if TYPE_CHECKING:
    import numpy as np

_NUMBER = r"\d+(?:\.\d+)?"
_CHANNEL = r"[A-Za-z][A-Za-z0-9_]*(?:[ -][A-Za-z0-9_]+)*?"
# What a slot may hold, as a regular expression without groups. Several slots of one kind carry a digit: `trend2`.
SLOTS: dict[str, str] = {
    "data": "|".join(sorted({*DATA_NAMES, *WINDOW_DATA_NAMES}, key=len, reverse=True)),
    "sensor": _CHANNEL,
    "other": _CHANNEL,
    "start": _NUMBER,
    "end": _NUMBER,
    "seconds": _NUMBER,
    "total": r"\d+\.\d\d",
    "hz": r"\d+\.\d\d",
    "value": r"-?\d+(?:\.\d+)?",
    "percent": r"\d+",
    "count": COUNT_PATTERN,
    "kinds": COUNT_PATTERN,
    "channels": COUNT_PATTERN,
    "changes": COUNT_PATTERN + r" (?:segments?|changes?)",
    "trend": "|".join(TREND_OF_WORD),
    "band": "no|a weak|a moderate|a strong",
    "sign": "positive|negative",
}
_SLOT = re.compile(r"\{([a-z]+)\}")
_ARTICLE = re.compile(r"\b([Aa])n?\\ ")


@dataclass(frozen=True)
class Template:
    """text: with `{slot}`s named in `SLOTS`, each at most once."""

    text: str

    @cached_property
    def slots(self) -> tuple[str, ...]:
        return tuple(_SLOT.findall(self.text))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = _SLOT.split(self.text)
        source = "".join(
            _ARTICLE.sub(r"[\1]n?\\ ", re.escape(part)) if i % 2 == 0 else f"(?P<{part}>{SLOTS[part]})"
            for i, part in enumerate(parts)
        )
        return re.compile(source)

    def render(self, values: Mapping[str, str]) -> str:
        """The text with its slots filled and `a`/`an` corrected. KeyError when a slot has no value."""
        return with_articles(_SLOT.sub(lambda found: values[found[1]], self.text))

    def read(self, text: str, at: int = 0) -> tuple[dict[str, str], int] | None:
        """Slot values and where the template ends, when `text` holds it at `at`."""
        found = self.pattern.match(text, at)
        return None if found is None else (found.groupdict(), found.end())


@dataclass(frozen=True)
class Family:
    """Templates that say the same. Any of them is written; all of them are read."""

    templates: tuple[Template, ...]

    @classmethod
    def of(cls, *texts: str) -> Family:
        if len(set(texts)) != len(texts):
            raise ValueError("a template stands twice in its family")
        return cls(tuple(Template(text) for text in texts))

    def __len__(self) -> int:
        return len(self.templates)

    def draw(self, rng: np.random.Generator) -> Template:
        return self.templates[int(rng.integers(len(self.templates)))]

    def readings(self, text: str, at: int = 0) -> Iterator[tuple[dict[str, str], int]]:
        """Every way in which one of the templates stands at `at`."""
        for template in self.templates:
            found = template.read(text, at)
            if found is not None:
                yield found


def sequence_readings(
    families: Sequence[Family], text: str, at: int = 0, joiner: str = " "
) -> Iterator[tuple[list[dict[str, str]], int]]:
    """Every way in which sentences of these families stand one after the other from `at`, `joiner` between them."""
    if not families:
        yield [], at
        return
    for values, end in families[0].readings(text, at):
        if len(families) == 1:
            yield [values], end
        elif text.startswith(joiner, end):
            for rest, last in sequence_readings(families[1:], text, end + len(joiner), joiner):
                yield [values, *rest], last
