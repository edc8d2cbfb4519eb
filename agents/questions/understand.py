"""A question in words → a `Query`: rules first, then the semantic router, then a model that can plan."""

from __future__ import annotations

from agents.language import LanguageModel, SentenceEmbedder
from agents.questions.context import Sources
from agents.questions.follow_up import resolve
from agents.questions.planning import plan
from agents.questions.query import Intent, Query
from agents.questions.router import NEEDS_ACTIVITY, route
from agents.questions.rules import normalise, understand_by_rules

WITH_ACTIVITY: frozenset[Intent] = NEEDS_ACTIVITY | {"when"}


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
