"""Training batches: crops of labelled clips, mixtures and unknown sounds, each made by a generator of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.audio.augment import augment, crop, stretch
from models.audio.clips import LabelledClip
from models.audio.labels import NONE_OF_THESE
from models.audio.prediction import RATE_HZ, Floats
from models.audio.synthetic import mirrored, unknown_sound
from recordings.datasets.audio_clips import read_clip

# One length a batch; 2.56 s is what the timeline asks for, the others keep the tagger honest about length.
LENGTHS_S = (1.0, 1.5, 2.0, 2.56, 2.56, 4.0)
# Shares of a batch: unknown sounds made from nothing, unknown ones made from known ones, mixtures of two clips; the rest are
# single clips. Clips of labels that nobody maps are few, so much of what `none_of_these` must cover is made.
SYNTHETIC_SHARE = 0.12
ESTRANGED_SHARE = 0.10
MIXTURE_SHARE = 0.13
# Labels whose sound has a pitch or a resonance: played far too slow or too fast, or mirrored, it is not that sound any more.
# (Rain at half speed is still rain.)
_PITCHED = ("dog_barking", "baby_crying", "sneezing", "cutlery_and_plates", "knocking", "cupboard_or_drawer")
# A crop this far under its clip's loudest one no longer holds what the clip is called.
FAINT_DB = 30.0


def load_sounds(data_dir: Path, clips: Sequence[LabelledClip]) -> list[Floats]:
    """Each clip as (m,) float32 at 16 kHz, all of it in memory (about 64 kB a second)."""
    sounds = []
    for item in clips:
        samples, rate_hz = read_clip(data_dir, item.clip.file)
        if rate_hz != RATE_HZ:
            raise ValueError(f"{item.clip.file} is at {rate_hz} Hz, not {RATE_HZ} Hz")
        sounds.append(samples[0])
    return sounds


@dataclass(frozen=True)
class Batches:
    """Draws (seed, epoch, step) → (waveforms (batch, n), targets (batch, labels)), the same on every machine.

    A label is drawn with the 0.3rd power of its number of sources, then a source, then a clip: forty clips of one kitchen weigh
    no more than one clip of another, and a label with three sources is heard about half as often as one with twenty-five.
    """

    labels: tuple[str, ...]
    clips: Sequence[LabelledClip]
    sounds: Sequence[Floats]
    batch_size: int
    seed: int

    def __post_init__(self) -> None:
        pools: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for i, item in enumerate(self.clips):
            pools[item.label][item.source].append(i)
        present = [label for label in self.labels if label in pools]
        weights = np.array([len(pools[label]) for label in present], dtype=np.float64) ** 0.3
        nested = {label: [pools[label][source] for source in sorted(pools[label])] for label in present}
        object.__setattr__(self, "_present", present)
        object.__setattr__(self, "_weights", weights / weights.sum())
        object.__setattr__(self, "_pools", nested)

    def _one(self, rng: np.random.Generator, n: int) -> tuple[Floats, str]:
        label = self._present[int(rng.choice(len(self._present), p=self._weights))]  # type: ignore[attr-defined]
        sources = self._pools[label]  # type: ignore[attr-defined]
        source = sources[int(rng.integers(len(sources)))]
        sound, faint_db = crop(self.sounds[source[int(rng.integers(len(source)))]], n, rng)
        return sound, label if faint_db < FAINT_DB else NONE_OF_THESE

    def _example(self, rng: np.random.Generator, n: int) -> tuple[Floats, npt.NDArray[np.float32]]:
        target = np.zeros(len(self.labels), dtype=np.float32)
        draw = rng.random()
        if draw < SYNTHETIC_SHARE:
            target[self.labels.index(NONE_OF_THESE)] = 1.0
            return augment(unknown_sound(rng, n), rng), target
        sound, label = self._one(rng, n)
        if label == NONE_OF_THESE:
            sound = stretch(sound, float(2.0 ** rng.uniform(-1.2, 1.2)))
        if draw < SYNTHETIC_SHARE + ESTRANGED_SHARE and label in _PITCHED:
            fast = float(2.0 ** (rng.choice([-1, 1]) * rng.uniform(0.8, 1.5)))
            strange = mirrored(sound) if rng.random() < 0.4 else stretch(sound, fast)
            target[self.labels.index(NONE_OF_THESE)] = 1.0
            return augment(strange, rng), target
        if draw > 1.0 - MIXTURE_SHARE:
            other, second = self._one(rng, n)
            ratio_db = float(rng.uniform(0, 15))
            sound = _unit(sound) + _unit(other) * np.float32(10 ** (-ratio_db / 20))
            # What no label fits is background: it takes nothing from the label heard above it.
            share = 0.0 if second == NONE_OF_THESE else 0.5 / (1 + ratio_db / 4)
            if label == NONE_OF_THESE and second != NONE_OF_THESE:
                share = 1.0 if ratio_db < 3 else 0.5
            target[self.labels.index(second)] += share
            target[self.labels.index(label)] += 1.0 - share
        else:
            target[self.labels.index(label)] = 1.0
        return augment(sound, rng), target

    def draw(self, epoch: int, step: int) -> tuple[Floats, npt.NDArray[np.float32]]:
        rng = np.random.default_rng([self.seed, epoch, step])
        n = int(LENGTHS_S[int(rng.integers(len(LENGTHS_S)))] * RATE_HZ)
        rows = [self._example(rng, n) for _ in range(self.batch_size)]
        return np.stack([sound for sound, _ in rows]), np.stack([target for _, target in rows])


def _unit(sound: Floats) -> Floats:
    return np.asarray(sound / max(float(np.sqrt(np.mean(sound**2))), 1e-6), dtype=np.float32)
