"""A sentence to search for: one thing, or one thing after or before another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from recordings import UserError

_ORDER = re.compile(
    r"[,;]?\s+(?:(?:and|right|straight|directly|shortly|just|soon)\s+)*(after|before|then|followed by|until)\s+", re.IGNORECASE
)  # fmt: skip
_NEGATION = re.compile(r"\b(?:not|never|without|except|no|isn't|wasn't|didn't)\b", re.IGNORECASE)
_LEADING = re.compile(r"^(?:when|where|the time|times|moments?|windows?)\s+(?:i|they|he|she|we|the person)?\s*(?:was|were|is|am|are)?\s*", re.IGNORECASE)  # fmt: skip
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Query:
    """wanted: what to find. order: whether `other` must come before or after it; both None for a plain one."""

    wanted: str
    order: Literal["after", "before"] | None = None
    other: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        return (self.wanted,) if self.other is None else (self.wanted, self.other)


def parse(text: str) -> Query:
    """`climbing stairs after sitting` → climbing stairs, after, sitting. "A then B" finds A before B.

    UserError for an empty or very long text, and for a negation: a space of sentences cannot tell "not walking" from "walking".
    """
    said = " ".join(text.split()).strip(" .?!,;\"'")
    if not said or len(said) > LONGEST:
        found = "nothing" if not said else f"{len(said)} characters"
        raise UserError(
            "search", expected="a few words", found=found, cure="say what was done, such as climbing stairs"
        )
    if _NEGATION.search(said):
        raise UserError(
            "search", expected="what was done", found=f"a negation in {said!r}", cure="say what was done instead of what was not"
        )  # fmt: skip
    pieces = _ORDER.split(said, maxsplit=1)
    wanted = _LEADING.sub("", pieces[0]).strip() or pieces[0]
    if len(pieces) == 1:
        return Query(wanted)
    if _ORDER.search(pieces[2]) or _ORDER.search(f" {pieces[2]} "):
        raise UserError(
            "search", expected="two things at most", found="more", cure="ask for one order of two things at a time"
        )
    return Query(wanted, "after" if pieces[1].lower() == "after" else "before", pieces[2].strip())
