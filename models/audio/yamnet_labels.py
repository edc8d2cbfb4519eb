"""YAMNet's 521 AudioSet names in terms of the shipped tagger's labels, for comparing the two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.audio.labels import NONE_OF_THESE

# label -> AudioSet display names that mean it. `peeling` has none.
AUDIOSET: dict[str, tuple[str, ...]] = {
    "keyboard_typing": ("Typing", "Typewriter", "Computer keyboard"),
    "running_water": ("Water tap, faucet", "Sink (filling or washing)", "Water", "Pour", "Trickle, dribble"),
    "washing_dishes": ("Dishes, pots, and pans",),
    "cutlery_and_plates": ("Cutlery, silverware",),
    "cupboard_or_drawer": ("Cupboard open or close", "Drawer open or close"),
    "blender_or_juicer": ("Blender",),
    "appliance_hum": ("Microwave oven", "Mechanical fan", "Air conditioning", "Hum", "Mains hum"),
    "knocking": ("Knock",),
    "dog_barking": ("Dog", "Bark", "Yip", "Howl", "Bow-wow", "Growling", "Whimper (dog)"),
    "baby_crying": ("Baby cry, infant cry", "Crying, sobbing"),
    "sneezing": ("Sneeze",),
    "clock_ticking": ("Tick", "Tick-tock", "Clock"),
    "rain": ("Rain", "Raindrop", "Rain on surface"),
    "crackling_fire": ("Fire", "Crackle"),
}


def mapped(names: Sequence[str], scores: npt.NDArray[np.float32], k: int) -> list[str]:
    """Of each row of scores (n, 521), the label of the highest of its top k names that has one; else `none_of_these`."""
    label_of = {name: label for label, audioset in AUDIOSET.items() for name in audioset}
    guesses = []
    for row in scores:
        order = np.argsort(-row, kind="stable")[:k]
        guesses.append(next((label_of[names[i]] for i in order if names[i] in label_of), NONE_OF_THESE))
    return guesses
