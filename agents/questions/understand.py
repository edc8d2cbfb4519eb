"""A question in words → a `Query`: rules first, then the semantic router, then a model that can plan."""

from __future__ import annotations

import re

from agents.language import LanguageModel, SentenceEmbedder
from agents.questions.context import Sources
from agents.questions.follow_up import resolve
from agents.questions.planning import plan
from agents.questions.query import Query
from agents.questions.router import route
from agents.questions.rules import normalise, understand_by_rules

# "When did I walk and how many steps did I take?" asks twice; "between 1:00 and 2:00" and "walking and sitting" do not.
_AND_THEN = re.compile(
    r"[,;]?\s+and\s+(?=(?:how|what|when|which|why|where|who|did|was|were|is|for how|at what)\b)|\?\s+(?=\S)",
    re.IGNORECASE,
)
MOST_PARTS = 4
_SENTENCE = re.compile(r"(?<=[.!;])\s+(?=\S)")
_POINTS_BACK = re.compile(r"\b(that|this|it|then|there|those|them|one)\b", re.IGNORECASE)


def question_itself(text: str) -> str:
    """What is asked, without what is claimed before it: "It was a race. How long was I walking?" asks about walking.

    The whole text where the last sentence is no question, or needs the ones before it ("How long was it?").
    """
    *before, last = _SENTENCE.split(text.strip())
    return last if before and last.endswith("?") and not _POINTS_BACK.search(last) else text


def parts_of(question: str) -> list[str]:
    """The questions in a question, in order; the first `MOST_PARTS` are answered."""
    question = question_itself(question)
    found = [part.strip() for part in _AND_THEN.split(question) if part and part.strip()]
    return found[:MOST_PARTS] or [question]


def understand_all(
    question: str,
    sources: Sources,
    *,
    llm: LanguageModel | None,
    embedder: SentenceEmbedder,
    before: Query | None = None,
    focus: tuple[float, float] | None = None,
    labels: tuple[str, ...] = (),
) -> list[Query]:
    """One query for each question asked; a later part may refer to an earlier one ("and how long was that?").

    A part that cannot be read alone was no part: the whole is then read as one question.
    """
    queries: list[Query] = []
    for part in parts_of(question):
        last = queries[-1] if queries else before
        told = last.activity.labels if queries and last and last.activity else labels
        queries.append(understand(part, sources, llm=llm, embedder=embedder, before=last, focus=focus, labels=told))
    if len(queries) > 1 and any(query.intent == "unclear" for query in queries):
        return [understand(question, sources, llm=llm, embedder=embedder, before=before, focus=focus, labels=labels)]
    return queries


def understand(
    question: str,
    sources: Sources,
    *,
    llm: LanguageModel | None,
    embedder: SentenceEmbedder,
    before: Query | None = None,
    focus: tuple[float, float] | None = None,
    labels: tuple[str, ...] = (),
) -> Query:
    """The computable question. `unclear` when rules, router and model all leave it open.

    The embedded model is too small to plan (its chat template ignores tools): only a served model is asked.
    """
    query = understand_by_rules(question, sources.vocabulary, sources.duration_s, sources.start)
    query = resolve(query, normalise(question), before, focus, labels)
    if query.intent == "unclear":
        query = route(query, question, sources.vocabulary, sources.duration_s, embedder)
    if query.intent == "unclear" and llm is not None and not llm.likelihoods:
        query = plan(query, question, sources.vocabulary, sources.duration_s, llm)
    return query
