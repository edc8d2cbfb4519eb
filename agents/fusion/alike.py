"""Labelled sounds to compare with: their home is `tools.labelled_sounds`; here they speak as a distribution that the fusion adds."""

from __future__ import annotations

from agents.fusion.records import Distribution
from tools.labelled_sounds import LabelledSounds, sound_vectors

__all__ = ["LabelledSounds", "alike_to", "sound_vectors"]


def alike_to(said: Distribution, sounds: LabelledSounds) -> Distribution | None:
    """`FusionInput.alike` for what a tagger said; None where these sounds are over another tagger's tags."""
    if not sounds.hears(said.labels):
        return None
    return Distribution.of(sounds.about(said.labels, said.probabilities))
