"""Which activity a wearable's motion shows: a compact convolutional classifier, its training and its checkpoints."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from models.motion.taxonomy import DATASET_LABELS, GROUPS, LEAVES, POSITIONS, labels_for, leaves_of, position_of, prose

if TYPE_CHECKING:
    from models.motion.configuration_motion import MotionConfig
    from models.motion.estimator import MotionEstimator
    from models.motion.modeling_motion import MotionForActivityClassification
    from models.motion.predictor import MotionClassifier, MotionPrediction
    from models.motion.training import TrainingSummary, train_motion

# torch and transformers take seconds to import: only on first use.
_LAZY = {
    "MotionClassifier": "models.motion.predictor",
    "MotionPrediction": "models.motion.predictor",
    "MotionEstimator": "models.motion.estimator",
    "MotionConfig": "models.motion.configuration_motion",
    "MotionForActivityClassification": "models.motion.modeling_motion",
    "TrainingSummary": "models.motion.training",
    "train_motion": "models.motion.training",
}

__all__ = [
    "DATASET_LABELS",
    "GROUPS",
    "LEAVES",
    "POSITIONS",
    "MotionClassifier",
    "MotionConfig",
    "MotionEstimator",
    "MotionForActivityClassification",
    "MotionPrediction",
    "TrainingSummary",
    "labels_for",
    "leaves_of",
    "position_of",
    "prose",
    "train_motion",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
