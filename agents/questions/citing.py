"""Statements that cite the episodes they are about."""

from __future__ import annotations

from agents.questions import episodes as ep
from agents.questions.findings import Statement
from agents.questions.query import Mention, Query
from agents.timeline import EpisodeRecord

# Longer lists are cut, and the cut is said: a page of spans answers nobody.
MOST_SPANS = 12
MOST_MARKS = 8


def named(query: Query) -> Mention:
    if query.activity is None:
        raise ValueError(f"a {query.intent} question names an activity")
    return query.activity


def labels_of(mention: Mention) -> tuple[str, ...]:
    """The labels to look for; a word outside the vocabulary is looked for under its own name, and is not found."""
    return mention.labels or (mention.text.replace(" ", "_"),)


def statement(
    text: str, value: float | int | str | bool | None, unit: str | None, of: list[EpisodeRecord]
) -> Statement:
    # Every episode that is counted is cited, with what its label rests on first; a few marks are enough.
    each = max(1, MOST_MARKS // max(1, len(of)))
    cited = [i for episode in of for i in ep.evidence_ids([episode])[:each]]
    return Statement(text, value, unit, tuple(dict.fromkeys(cited))[: max(MOST_MARKS, len(of))])
