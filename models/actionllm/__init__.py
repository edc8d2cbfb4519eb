"""ActionLLM: anticipation by a frozen language model that reads both ways, with constant queries decoded in parallel."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.actionllm.checkpoints import SHIPPED, load_trained, shipped_checkpoints
    from models.actionllm.configuration_actionllm import CHOICES, LOSSES, ActionLLMConfig
    from models.actionllm.decoding import Slots, laid_out, probabilities, spread
    from models.actionllm.examples import ActionLLMPlan
    from models.actionllm.feature_files import read_feature_file
    from models.actionllm.frozen import FrozenModel, load_frozen_model
    from models.actionllm.modeling_actionllm import ActionLLM
    from models.actionllm.predictor import ActionLLMForecaster
    from models.actionllm.processing_actionllm import ActionLLMProcessor
    from models.actionllm.streams import EventRows, FeatureRows, FileRows
    from models.actionllm.training import ActionLLMSummary, split_settings, train_actionllm, train_on_sequences

# torch and transformers take seconds to import: only on first use.
_LAZY = {
    "ActionLLM": "modeling_actionllm",
    "ActionLLMConfig": "configuration_actionllm",
    "ActionLLMForecaster": "predictor",
    "ActionLLMPlan": "examples",
    "ActionLLMProcessor": "processing_actionllm",
    "ActionLLMSummary": "training",
    "CHOICES": "configuration_actionllm",
    "EventRows": "streams",
    "FeatureRows": "streams",
    "FileRows": "streams",
    "FrozenModel": "frozen",
    "LOSSES": "configuration_actionllm",
    "SHIPPED": "checkpoints",
    "Slots": "decoding",
    "laid_out": "decoding",
    "load_frozen_model": "frozen",
    "load_trained": "checkpoints",
    "probabilities": "decoding",
    "read_feature_file": "feature_files",
    "shipped_checkpoints": "checkpoints",
    "split_settings": "training",
    "spread": "decoding",
    "train_actionllm": "training",
    "train_on_sequences": "training",
}

__all__ = [
    "CHOICES",
    "LOSSES",
    "SHIPPED",
    "ActionLLM",
    "ActionLLMConfig",
    "ActionLLMForecaster",
    "ActionLLMPlan",
    "ActionLLMProcessor",
    "ActionLLMSummary",
    "EventRows",
    "FeatureRows",
    "FileRows",
    "FrozenModel",
    "Slots",
    "laid_out",
    "load_frozen_model",
    "load_trained",
    "probabilities",
    "read_feature_file",
    "shipped_checkpoints",
    "split_settings",
    "spread",
    "train_actionllm",
    "train_on_sequences",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
