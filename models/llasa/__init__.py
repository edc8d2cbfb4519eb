"""LLaSA: questions about a window of motion, answered by a language model that reads the encoder's rows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.llasa.checkpoints import SHIPPED, shipped_checkpoints
    from models.llasa.configuration_llasa import LlasaConfig
    from models.llasa.modeling_llasa import LlasaModel
    from models.llasa.predictor import Llasa, LlasaPrediction
    from models.llasa.training import ON_A_PROCESSOR, LlasaSummary, Recipe, train_llasa

_LAZY = {
    "ON_A_PROCESSOR": "training",
    "SHIPPED": "checkpoints",
    "Llasa": "predictor",
    "LlasaConfig": "configuration_llasa",
    "LlasaModel": "modeling_llasa",
    "LlasaPrediction": "predictor",
    "LlasaSummary": "training",
    "Recipe": "training",
    "shipped_checkpoints": "checkpoints",
    "train_llasa": "training",
}

__all__ = [
    "ON_A_PROCESSOR",
    "SHIPPED",
    "Llasa",
    "LlasaConfig",
    "LlasaModel",
    "LlasaPrediction",
    "LlasaSummary",
    "Recipe",
    "shipped_checkpoints",
    "train_llasa",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
