"""SensorLLM (Li et al., EMNLP 2025): a language model that reads motion samples, and activity recognition on top of it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.sensorllm.checkpoints import SHIPPED, shipped_checkpoints
    from models.sensorllm.configuration_sensorllm import SensorLLMConfig
    from models.sensorllm.frozen import FrozenParts, load_frozen
    from models.sensorllm.modeling_sensorllm import SensorLLMModel
    from models.sensorllm.predictor import SensorLLM, SensorPrediction
    from models.sensorllm.training import (
        AlignmentPlan,
        TuningPlan,
        can_train_here,
        train_alignment,
        train_tuning,
        tune_on_windows,
    )

# torch and transformers take seconds to import: only on first use.
_LAZY = {
    "AlignmentPlan": "training",
    "FrozenParts": "frozen",
    "SHIPPED": "checkpoints",
    "SensorLLM": "predictor",
    "SensorLLMConfig": "configuration_sensorllm",
    "SensorLLMModel": "modeling_sensorllm",
    "SensorPrediction": "predictor",
    "TuningPlan": "training",
    "can_train_here": "training",
    "load_frozen": "frozen",
    "shipped_checkpoints": "checkpoints",
    "train_alignment": "training",
    "train_tuning": "training",
    "tune_on_windows": "training",
}

__all__ = [
    "SHIPPED",
    "AlignmentPlan",
    "FrozenParts",
    "SensorLLM",
    "SensorLLMConfig",
    "SensorLLMModel",
    "SensorPrediction",
    "TuningPlan",
    "can_train_here",
    "load_frozen",
    "shipped_checkpoints",
    "train_alignment",
    "train_tuning",
    "tune_on_windows",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
