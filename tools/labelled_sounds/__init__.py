"""Sounds with known activities to compare a recording's sound with: the user's own clips, as a tagger hears them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.labelled_sounds.hearing import hear
    from tools.labelled_sounds.likeness import LabelledSounds, sound_vectors
    from tools.labelled_sounds.sound import HeardSounds, LabelledSound, Tagger, sound_digest
    from tools.labelled_sounds.store import SoundStore, require_tagger
    from tools.labelled_sounds.tool import SpanLikeness, compared_sounds, nearest_sounds

_HOME = {
    "HeardSounds": "sound",
    "LabelledSound": "sound",
    "LabelledSounds": "likeness",
    "SoundStore": "store",
    "SpanLikeness": "tool",
    "Tagger": "sound",
    "compared_sounds": "tool",
    "hear": "hearing",
    "nearest_sounds": "tool",
    "require_tagger": "store",
    "sound_digest": "sound",
    "sound_vectors": "likeness",
}

__all__ = [
    "HeardSounds",
    "LabelledSound",
    "LabelledSounds",
    "SoundStore",
    "SpanLikeness",
    "Tagger",
    "compared_sounds",
    "hear",
    "nearest_sounds",
    "require_tagger",
    "sound_digest",
    "sound_vectors",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
