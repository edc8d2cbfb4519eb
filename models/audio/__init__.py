"""Sounds: a log-mel tagger with weights of its own, and YAMNet where the user has its file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from models.audio.labels import NONE_OF_THESE, SOUND_LABELS, label_of
from models.audio.prediction import SoundModel, SoundPrediction, level_dbfs

if TYPE_CHECKING:
    from models.audio.card import TrainingSummary
    from models.audio.modeling_audio import SoundTaggerConfig, SoundTaggerModel
    from models.audio.tagger import SoundTagger, open_sound_tagger
    from models.audio.training import train_audio
    from models.audio.yamnet import YamnetTagger

_LAZY = {
    "SoundTagger": "models.audio.tagger",
    "SoundTaggerConfig": "models.audio.modeling_audio",
    "SoundTaggerModel": "models.audio.modeling_audio",
    "TrainingSummary": "models.audio.card",
    "YamnetTagger": "models.audio.yamnet",
    "open_sound_tagger": "models.audio.tagger",
    "train_audio": "models.audio.training",
}

__all__ = [
    "NONE_OF_THESE",
    "SOUND_LABELS",
    "SoundModel",
    "SoundPrediction",
    "SoundTagger",
    "SoundTaggerConfig",
    "SoundTaggerModel",
    "TrainingSummary",
    "YamnetTagger",
    "label_of",
    "level_dbfs",
    "open_sound_tagger",
    "train_audio",
]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
