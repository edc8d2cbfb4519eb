"""Label-paired episodes: a sound and a movement that belong to one activity, though nobody recorded them together.

Nothing measured on such pairs says how sound and movement go together in life; they only set the scale between sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from agents.fusion.development import Labelled
from agents.fusion.records import Distribution, FusionInput, Reading
from models.audio import SoundModel
from recordings import sliding
from recordings.datasets import dataset

# The tagger's label → what somebody does who makes the sound, and movements of the wrist that go with it. Where no movement
# set knows the activity itself, its movements are those of standing about with busy hands.
_DOING: dict[str, tuple[str, tuple[str, ...]]] = {
    "keyboard_typing": ("typing", ("typing",)),
    "washing_dishes": ("washing_dishes", ("standing", "folding_clothes")),
    "cutlery_and_plates": ("eating_pasta", ("eating_pasta",)),
    "peeling": ("cooking", ("standing", "folding_clothes")),
    "blender_or_juicer": ("cooking", ("standing",)),
    "cupboard_or_drawer": ("cooking", ("standing", "walking")),
    "appliance_hum": ("cooking", ("standing", "walking")),
    "dog_barking": ("playing_with_pets", ("standing", "walking")),
    "baby_crying": ("caring_for_a_baby", ("standing", "walking")),
}
# Sounds that say nothing about what the person does: the movement alone is the truth.
_BESIDE = ("rain", "clock_ticking", "crackling_fire", "knocking", "none_of_these")
_WINDOW_S, _STRIDE_S = 2.56, 1.28
_BESIDE_MOVES = ("sitting", "standing", "walking", "writing", "folding_clothes", "brushing_teeth", "clapping")
PAIRS_PER_CLIP = 3


def sound_readings(data_dir: Path, tagger: SoundModel) -> list[tuple[str, str, Reading]]:
    """(tagger label, clip group, reading) of the clips that chose the tagger's settings but taught it nothing."""
    from models.audio.clips import shippable_clips

    clips = [clip for clip in shippable_clips(data_dir) if clip.part == "validation"]
    found: list[tuple[str, str, Reading]] = []
    for item in clips:
        recording = dataset("audio").open(item.clip.file, data_dir)
        stream = recording.streams[0]
        spans = [window.span for window in sliding(recording.id, stream.span, _WINDOW_S, _STRIDE_S)]
        prediction = tagger.predict(stream, spans)
        if not prediction.usable.any():
            continue
        logs = np.log(np.maximum(prediction.probabilities[prediction.usable].astype(np.float64), 1e-6)).mean(axis=0)
        pooled = np.exp(logs - logs.max())
        shares = tuple(float(p) for p in pooled / pooled.sum())
        found.append((item.label, item.source, Reading("microphone", Distribution(prediction.labels, shares))))
    return found


def paired_development(
    motion: Sequence[Labelled], sounds: Sequence[tuple[str, str, Reading]], seed: int = 0
) -> tuple[list[Labelled], list[Labelled]]:
    """(both modalities, sound alone): each clip with up to three wrist movements that fit it, drawn with `seed`."""
    draw = np.random.default_rng(seed)
    wrist = [item for item in motion if item.given.motion[0].position == "wrist"]
    both: list[Labelled] = []
    alone: list[Labelled] = []
    for label, group, reading in sounds:
        if label in _DOING:
            activity, moves = _DOING[label]
            alone.append(Labelled(FusionInput(sound=(reading,)), activity, group))
        elif label in _BESIDE:
            activity, moves = "", _BESIDE_MOVES
        else:
            continue
        fitting = [item for item in wrist if item.truth in moves]
        if not fitting:
            continue
        for i in draw.choice(len(fitting), size=min(PAIRS_PER_CLIP, len(fitting)), replace=False):
            item = fitting[int(i)]
            both.append(Labelled(replace(item.given, sound=(reading,)), activity or item.truth, item.group))
    return both, alone
