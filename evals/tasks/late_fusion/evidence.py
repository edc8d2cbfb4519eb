"""Every source of label-paired-12 as log ratios over the twelve activities, one row a clip or a movement.

A development clip is told only by clips of other folds (folds by source recording), a test clip by all development clips.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from agents.fusion.alike import LabelledSounds, sound_vectors
from agents.fusion.tag_words import Described, TagWords, likeness_to, surprise
from agents.language import Embedder
from evals.tasks.late_fusion.classes import CLASSES, NAMES
from evals.tasks.late_fusion.draws import FOLDS, Pair, fold_of, test_groups, testable
from evals.tasks.late_fusion.movements import Movements
from evals.tasks.late_fusion.sounds import HeardClips

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
TOP_TAGS = 5
# The floor's neighbours: square roots of the scores alone, votes alone.
_FLOOR_WITNESS = ("votes",)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """sound: term → (clips, 12). motion: (windows, 12). sentences: what the clip's and the window's words are.

    development, test: rows of the clips. nearest: (clips, 10) rows of development clips, never of the same fold.
    """

    heard: HeardClips
    moved: Movements
    development: Rows
    test: Rows
    sound: Mapping[str, Floats]
    motion: Floats
    nearest: Rows
    embedder: Embedder = field(repr=False)


def evidence(
    heard: HeardClips, moved: Movements, data_dir: Path, embedder: Embedder, *, terms: bool = True
) -> Evidence:
    """terms False: without the sound terms, for whoever only writes prompts."""
    groups = test_groups(heard, data_dir)
    inside = np.array([clip.group in groups for clip in heard.clips])
    development, test = np.flatnonzero(~inside), np.flatnonzero(inside)
    sound = _by_words(heard, development, embedder) if terms else {}
    joint, plain = sound_vectors(heard.mean, heard.vectors), sound_vectors(heard.mean)
    fold = np.array([fold_of(clip.group) for clip in heard.clips])
    teaches = np.array([testable(clip) for clip in heard.clips])
    sound |= {"neighbours": np.zeros((len(inside), len(NAMES))), "exemplars": np.zeros((len(inside), len(NAMES)))}
    nearest = np.zeros((len(inside), 10), dtype=np.int64)
    rounds = [(development[fold[development] == k], development[fold[development] != k]) for k in range(FOLDS)]
    for asked, others in [*rounds, (test, development)]:
        known = others[teaches[others]]
        names = tuple(heard.clips[i].activity for i in known)
        store = LabelledSounds(joint[known], names)
        if terms:
            votes = LabelledSounds(plain[known], names).log_ratios(plain[asked], NAMES, _FLOOR_WITNESS)
            sound["neighbours"][asked], sound["exemplars"][asked] = votes, store.log_ratios(joint[asked], NAMES)
        nearest[asked] = known[store.nearest(joint[asked])]
    return Evidence(heard, moved, development, test, sound, motion_ratios(moved), nearest, embedder)


def _by_words(heard: HeardClips, development: Rows, embedder: Embedder) -> dict[str, Floats]:
    """Terms that no labelled sound taught. Scales and background rates are those of the development clips."""
    described = {item.name: Described(item.short, item.sounds) for item in CLASSES}
    sentences = np.asarray(embedder.embed([tag_sentence(heard, i) for i in range(len(heard.clips))]), dtype=np.float64)
    cosine = {
        "tags → class name": sentences @ np.asarray(embedder.embed(list(NAMES)), dtype=np.float64).T,
        "tags → one sentence": sentences @ np.asarray(embedder.embed([c.short for c in CLASSES]), dtype=np.float64).T,
        "tags → sentences": likeness_to(sentences, list(described.values()), embedder),
    }
    found = {name: standardised(values, development) for name, values in cosine.items()}
    spoken = TagWords(heard.labels, described, embedder, in_sentences=True)
    named = TagWords(heard.labels, described, embedder)
    found["each tag, by peak"] = spoken.log_ratios(heard.most)
    found["each tag, by surprise"] = named.log_ratios(surprise(heard.most, heard.most[development].mean(axis=0)))
    found["words"] = (found["each tag, by peak"] + found["each tag, by surprise"]) / 2
    return found


def standardised(values: Floats, rows: Rows) -> Floats:
    """z over all entries of the named rows: never over those that are tested."""
    return np.asarray((values - values[rows].mean()) / max(float(values[rows].std()), 1e-9))


def top_tags(heard: HeardClips, clip: int, most: int = TOP_TAGS) -> list[tuple[str, float]]:
    order = np.argsort(-heard.mean[clip], kind="stable")[:most]
    return [(heard.labels[i], float(heard.mean[clip, i])) for i in order]


def tag_sentence(heard: HeardClips, clip: int) -> str:
    return f"Sounds: {', '.join(tag.lower() for tag, _ in top_tags(heard, clip))}."


def motion_ratios(moved: Movements) -> Floats:
    """(windows, 12) log of an activity's mean movement share over an even share.

    An activity without a movement of its own gets 0: a movement says nothing for or against it. That a movement is present at
    all would say something (only some activities have one), and is never used.
    """
    shares = np.stack([window.shares for window in moved.windows])
    found = np.zeros((len(shares), len(CLASSES)))
    for j, item in enumerate(CLASSES):
        if item.motion:
            mean = shares[:, [moved.labels.index(name) for name in item.motion]].mean(axis=1)
            found[:, j] = np.log(np.maximum(mean * len(moved.labels), 1e-3))
    return found


def summed(given: Evidence, pairs: list[Pair], weights: Mapping[str, float]) -> Floats:
    """(pairs, 12) weighted sum of the named terms; `motion` names the movement's. A term whose modality is absent is 0."""
    total = np.zeros((len(pairs), len(NAMES)))
    for name, weight in weights.items():
        for i, pair in enumerate(pairs):
            row = pair.movement if name == "motion" else pair.clip
            if row is not None:
                total[i] += weight * (given.motion if name == "motion" else given.sound[name])[row]
    return total
