"""Which clips may test, and how clips and movements are paired by label: fixed by digests and seeds, never by a score."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.tasks.late_fusion.classes import CLASSES
from evals.tasks.late_fusion.movements import Movement
from evals.tasks.late_fusion.sounds import HeardClips
from models.audio.clips import shippable_clips
from recordings.datasets.audio_clips import AudioClip

PER_CLASS = 20
_MOST_TEST_CLIPS = 40
_TEST_SHARE = 1 / 3
# A source recording with more of a class than this would leave nothing to compare it with: it teaches and does not test.
_LARGEST_SHARE = 0.25
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """One 20 s sample: a clip (row of `HeardClips`) and a movement (row of `Movements.windows`), either may be None.

    group: what intervals are clustered by: the clip's source recording, or the wearer where there is no clip.
    """

    id: str
    truth: str
    clip: int | None
    movement: int | None
    group: str

    @property
    def pattern(self) -> str:
        return "both" if None not in (self.clip, self.movement) else "sound" if self.clip is not None else "motion"


def testable(clip: AudioClip) -> bool:
    """Clips that clips.csv maps directly; for a class without enough of them, the weakly mapped ones too."""
    return clip.activity_strength == "direct" or clip.activity == "watching TV"


def test_groups(heard: HeardClips, data_dir: Path) -> frozenset[str]:
    """Source recordings that test. Ordered by a digest of their name, those first from which the shipped tagger learned nothing."""
    taught = {item.clip.group for item in shippable_clips(data_dir) if item.part != "test"}
    sizes: dict[str, Counter[str]] = defaultdict(Counter)
    for clip in heard.clips:
        if testable(clip):
            sizes[clip.activity][clip.group] += 1
    chosen: set[str] = set()
    for name in sorted(sizes, key=lambda one: (sum(sizes[one].values()), one)):
        total = sum(sizes[name].values())
        wanted = min(_MOST_TEST_CLIPS, max(1, round(total * _TEST_SHARE)))
        taken = sum(n for group, n in sizes[name].items() if group in chosen)
        for group in sorted(sizes[name], key=lambda one: (one in taught, _digest(one))):
            if taken >= wanted:
                break
            fits = len(sizes[name]) == 1 or sizes[name][group] <= _LARGEST_SHARE * total
            if group not in chosen and fits:
                chosen.add(group)
                taken += sizes[name][group]
    return frozenset(chosen)


def fold_of(group: str) -> int:
    return int(_digest(group), 16) % FOLDS


def _digest(text: str) -> str:
    return hashlib.sha256(f"label-paired-12/{text}".encode()).hexdigest()


def draw_pairs(
    heard: HeardClips, windows: Sequence[Movement], rows: Sequence[int], held_out: bool, seed: int
) -> list[Pair]:
    """At most `PER_CLASS` pairs a class from the clips `rows` and the windows of held-out (or training) subjects.

    Within one draw no clip and no window occurs twice. A class without clips has movement alone, and the other way round.
    """
    draw = np.random.default_rng(seed)
    spent: set[int] = set()
    pairs: list[Pair] = []
    for item in CLASSES:
        clips = [i for i in rows if heard.clips[i].activity == item.name and testable(heard.clips[i])]
        clips = [clips[int(i)] for i in draw.permutation(len(clips))[:PER_CLASS]]
        fitting = [
            i for i, w in enumerate(windows) if w.truth in item.motion and w.held_out == held_out and i not in spent
        ]
        fitting = [fitting[int(i)] for i in draw.permutation(len(fitting))[: len(clips) or PER_CLASS]]
        spent.update(fitting)
        for n in range(max(len(clips), len(fitting))):
            clip = clips[n] if clips else None
            movement = fitting[n] if n < len(fitting) else None
            group = heard.clips[clip].group if clip is not None else windows[fitting[n]].subject
            pairs.append(Pair(f"{seed}/{item.name}/{n:02d}", item.name, clip, movement, group))
    return pairs


def counts(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """class → {samples, both, sound, motion}."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        found[pair.truth].update(["samples", pair.pattern])
    return {name: dict(found[name]) for name in found}
