"""Questions about a recording, answered by computation and verified: `ask` for one, `Conversation` for several."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from agents.questions.query import Mention, Query
from agents.questions.rules import understand_by_rules

if TYPE_CHECKING:
    from agents.questions.chat import Conversation
    from agents.questions.graph import ask, question_graph

_HOME = {"Conversation": "chat", "ask": "graph", "question_graph": "graph"}

__all__ = ["Conversation", "Mention", "Query", "ask", "question_graph", "understand_by_rules"]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
