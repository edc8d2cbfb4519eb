"""A caption's pieces: sentences that know which number of theirs says what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Series = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Claim:
    """One printed number. kind: mean | max | min | std | increasing | decreasing | stable | peak | drop | activity | mood.

    column: whose. said: as printed. A trend and an activity have two claims, `edge` start and end.
    """

    kind: str
    column: str
    said: str
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """opening: what the line begins with, such as "For heart, "."""

    opening: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        said = self.opening + ". ".join(s.text for s in self.sentences)
        return (said[:1].upper() + said[1:]).rstrip(".") + "."


@dataclass(frozen=True, slots=True)
class Caption:
    """lines of one or several levels; text: one line each. levels: those in it, in order."""

    levels: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(s for line in self.lines for s in line.sentences)

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(c for s in self.sentences for c in s.claims)


def printed(value: float, decimals: int) -> str:
    """Rounded half to even on the exact value, as `format` does; never "-0.0"."""
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text
