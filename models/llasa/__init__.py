"""LLaSA: questions about a window of motion, answered by a language model that reads the encoder's rows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.llasa.configuration_llasa import LlasaConfig
    from models.llasa.modeling_llasa import LlasaModel
    from models.llasa.training import LlasaSummary, train_llasa

_LAZY = {
    "LlasaConfig": "models.llasa.configuration_llasa",
    "LlasaModel": "models.llasa.modeling_llasa",
    "LlasaSummary": "models.llasa.training",
    "train_llasa": "models.llasa.training",
}

__all__ = ["LlasaConfig", "LlasaModel", "LlasaSummary", "train_llasa"]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
