"""What models that read windows or words say of a stretch, attributed: it is theirs, and checked where it can be."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Protocol

from agents.wording.times import span_phrase


class ReadLike(Protocol):
    """An evidence of `ask_llasa`, `explain_window` or `search_windows`."""

    @property
    def value(self) -> object: ...
    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...


_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def window_sentence(fact: ReadLike, start: datetime | None = None) -> str:
    """ "What follows was measured on the six seconds from 1:02 to 1:08.": says where the answer's sentences are from."""
    return f"What follows was measured on the window {span_phrase(fact.start_s, fact.end_s, start)}."


def window_answers(fact: ReadLike) -> list[str]:
    """The sentences of a window's answer, each of which its tool has found in the samples."""
    return [part.strip() for part in _END.split(" ".join(str(fact.value).split())) if part.strip()]


def described_sentence(fact: ReadLike, start: datetime | None = None) -> str:
    """ "From 1:30 to 2:24 lies near the words "climbing stairs", by the word model.": a nearness, no classification."""
    where = span_phrase(fact.start_s, fact.end_s, start)
    return f'The stretch {where} lies near the words "{fact.value}", by the word model.'
