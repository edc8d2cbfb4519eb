"""SensorLM: captions of sensor data at three levels, and one space for windows and sentences."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.sensorlm.configuration_sensorlm import SensorLMConfig, day_config
    from models.sensorlm.labeller import WordLabels
    from models.sensorlm.modeling_sensorlm import SensorLM
    from models.sensorlm.reader import LabelAnswer, SensorReader, WindowVectors
    from models.sensorlm.training import CaptionPlan, SensorLMTraining, default_config, train_sensorlm

# torch and transformers take seconds to import: only on first use.
_LAZY = {
    "CaptionPlan": "models.sensorlm.training",
    "LabelAnswer": "models.sensorlm.reader",
    "SensorLM": "models.sensorlm.modeling_sensorlm",
    "SensorLMConfig": "models.sensorlm.configuration_sensorlm",
    "SensorLMTraining": "models.sensorlm.training",
    "SensorReader": "models.sensorlm.reader",
    "WindowVectors": "models.sensorlm.reader",
    "WordLabels": "models.sensorlm.labeller",
    "day_config": "models.sensorlm.configuration_sensorlm",
    "default_config": "models.sensorlm.training",
    "train_sensorlm": "models.sensorlm.training",
}

__all__ = [
    "CaptionPlan",
    "LabelAnswer",
    "SensorLM",
    "SensorLMConfig",
    "SensorLMTraining",
    "SensorReader",
    "WindowVectors",
    "WordLabels",
    "day_config",
    "default_config",
    "train_sensorlm",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
