"""Labelled runs of the four motion sets, by who they are for: training, validation or test."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np
import numpy.typing as npt

from models.motion.subjects import VALIDATION_SUBJECTS
from recordings import Recording
from recordings.datasets import dataset, is_held_out

MOTION_SETS: tuple[str, ...] = ("usc_had", "hapt", "motionsense", "wisdm")
SplitName = Literal["training", "validation", "test"]


@dataclass(frozen=True, slots=True)
class LabelledRun:
    """Samples `[start, end)` of a recording's first stream: one label, the file's own word, and no gap."""

    start: int
    end: int
    label: str


def split_of(name: str, subject: str) -> SplitName:
    """Held-out subjects are the test; the motion classifier's validation subjects choose here, too."""
    if is_held_out(name, subject):
        return "test"
    return "validation" if subject in VALIDATION_SUBJECTS.get(name, frozenset()) else "training"


def split_keys(name: str, data_dir: Path, splits: Collection[SplitName]) -> list[str]:
    """Recording keys of a set whose subjects belong to the splits; of wisdm the watch's only."""
    chosen = dataset(name)
    return [
        key
        for key in chosen.keys(data_dir)
        if (name != "wisdm" or "/watch/" in key) and split_of(name, chosen.subject_of(key, data_dir)) in splits
    ]


def split_recordings(name: str, data_dir: Path, splits: Collection[SplitName]) -> Iterator[Recording]:
    """The recordings behind `split_keys`, one at a time. A recording of another split is not even opened."""
    for key in split_keys(name, data_dir, splits):
        yield dataset(name).open(key, data_dir)


def labelled_runs(recording: Recording) -> tuple[LabelledRun, ...]:
    """Annotated stretches of the first stream without missing samples, in order. Nothing unlabelled."""
    stream = recording.streams[0]
    missing: npt.NDArray[np.bool_] = np.asarray(np.isnan(stream.samples).any(axis=0))
    runs = []
    for note in recording.annotations:
        first = max(round((note.start_s - stream.start_s) * stream.rate_hz), 0)
        last = min(round((note.end_s - stream.start_s) * stream.rate_hz), stream.n)
        edges = np.flatnonzero(np.diff(np.concatenate(([1], missing[first:last].astype(np.int8), [1]))))
        runs += [
            LabelledRun(first + int(a), first + int(b), note.label)
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]
    return tuple(run for run in runs if run.end > run.start)


def generator_for(seed: int, *parts: object) -> np.random.Generator:
    """A generator of its own for everything that is drawn, so that no sample depends on which others were asked for."""
    return np.random.default_rng([seed, crc32("/".join(map(str, parts)).encode())])
