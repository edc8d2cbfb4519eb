"""What the question graph carries from node to node: small records that a checkpoint can hold, never samples."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Annotated, TypedDict

from agents.language import LanguageModel, SentenceEmbedder
from agents.questions.context import Sources

Json = dict[str, object]


class Turn(TypedDict):
    """One question of a conversation, as far as later ones may need it."""

    question: str
    query: Json
    answer: str
    focus: list[float] | None
    labels: list[str]


class QuestionState(TypedDict, total=False):
    question: str
    queries: list[Json]
    finding: Json
    answer: Json
    turns: Annotated[list[Turn], operator.add]


@dataclass(frozen=True, slots=True)
class Context:
    """What a run works with. `llm` None: rules and router only."""

    sources: Sources
    embedder: SentenceEmbedder
    llm: LanguageModel | None = None
