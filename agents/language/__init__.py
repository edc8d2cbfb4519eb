"""Language models behind one protocol: the embedded one, any endpoint, any LangChain provider, or a script."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from agents.language.protocol import FailureKind, Json, LanguageModel, LanguageModelFailure, Progress, Schema, Tokens

if TYPE_CHECKING:
    from agents.language.chatting import ChattingModel
    from agents.language.embedded import EmbeddedModel
    from agents.language.langchain_chat import EmbeddedChat
    from agents.language.opening import open_language_model
    from agents.language.scripted import Script, ScriptedChat, ScriptedModel
    from agents.language.sentences import Embedder, SentenceEmbedder

_LAZY = {
    "ChattingModel": "chatting",
    "EmbeddedChat": "langchain_chat",
    "EmbeddedModel": "embedded",
    "Embedder": "sentences",
    "Script": "scripted",
    "ScriptedChat": "scripted",
    "ScriptedModel": "scripted",
    "SentenceEmbedder": "sentences",
    "open_language_model": "opening",
}

__all__ = [
    "ChattingModel",
    "EmbeddedChat",
    "EmbeddedModel",
    "Embedder",
    "FailureKind",
    "Json",
    "LanguageModel",
    "LanguageModelFailure",
    "Progress",
    "Schema",
    "Script",
    "ScriptedChat",
    "ScriptedModel",
    "SentenceEmbedder",
    "Tokens",
    "open_language_model",
]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
