"""Late fusion of what motion, sound and neighbours say: a calibrated sum, a language model where it helps, every control beside it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from agents.fusion.activities import ACTIVITIES, Activity
from agents.fusion.records import (
    MODEL_FAILED,
    Decision,
    Distribution,
    FusionInput,
    FusionMode,
    FusionResult,
    Opinion,
    Reading,
)
from agents.fusion.vocabulary import ActivityVocabulary
from agents.fusion.weights import FusionWeights, PatternWeights, shipped_weights

if TYPE_CHECKING:
    from agents.fusion.alike import LabelledSounds, sound_vectors
    from agents.fusion.fit import fit_fusion
    from agents.fusion.fuser import Fuser
    from agents.fusion.late import Fields, PromptedActivity, WorkedSample, classify_by_prompt, map_open_answer

_LAZY = {
    "Fields": "late",
    "Fuser": "fuser",
    "fit_fusion": "fit",
    "LabelledSounds": "alike",
    "sound_vectors": "alike",
    "PromptedActivity": "late",
    "WorkedSample": "late",
    "classify_by_prompt": "late",
    "map_open_answer": "late",
}

__all__ = [
    "ACTIVITIES",
    "MODEL_FAILED",
    "Activity",
    "ActivityVocabulary",
    "Decision",
    "Distribution",
    "Fields",
    "Fuser",
    "FusionInput",
    "FusionMode",
    "FusionResult",
    "FusionWeights",
    "LabelledSounds",
    "Opinion",
    "PatternWeights",
    "PromptedActivity",
    "Reading",
    "WorkedSample",
    "classify_by_prompt",
    "fit_fusion",
    "map_open_answer",
    "shipped_weights",
    "sound_vectors",
]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
