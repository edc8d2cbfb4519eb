"""How it reasons: graphs, prompts, language models, verification.

The two graphs are in their own folders: `agents.annotate.annotate`, `agents.questions.ask`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.annotate import AnnotateSettings
    from agents.language import LanguageModel, LanguageModelFailure, open_language_model
    from agents.schema import answer_json_schema, timeline_json_schema
    from agents.timeline import AnswerRecord, EpisodeRecord, TimelineRecord

# Loaded on first use: the graph's libraries take seconds, and most commands need none of them.
_HOME = {
    "AnnotateSettings": "annotate",
    "AnswerRecord": "timeline",
    "EpisodeRecord": "timeline",
    "LanguageModel": "language",
    "LanguageModelFailure": "language",
    "TimelineRecord": "timeline",
    "answer_json_schema": "schema",
    "open_language_model": "language",
    "timeline_json_schema": "schema",
}

__all__ = [
    "AnnotateSettings",
    "AnswerRecord",
    "EpisodeRecord",
    "LanguageModel",
    "LanguageModelFailure",
    "TimelineRecord",
    "answer_json_schema",
    "open_language_model",
    "timeline_json_schema",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"agents.{_HOME[name]}"), name)
    raise AttributeError(f"module 'agents' has no attribute {name!r}")
