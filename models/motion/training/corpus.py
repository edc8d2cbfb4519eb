"""Training streams in memory: resampled once, turned to their position's usual axes, with their labelled runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.motion import orientation
from models.motion.processing_motion import motion_samples
from models.motion.protocols import PROTOCOLS
from models.motion.subjects import VALIDATION_SUBJECTS
from models.motion.taxonomy import POSITIONS, label_of
from recordings import Recording, Samples
from recordings.datasets import dataset, is_held_out

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Run:
    """Samples `[start, end)` of one stream that carry one label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class TrainingStream:
    """samples: (6, n) float32 at the network's rate without NaN. source: the name of its window protocol."""

    source: str
    dataset: str
    position: str
    subject: str
    key: str
    samples: Samples = field(repr=False)
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """All training streams (held-out subjects excluded) and where gravity points at each position."""

    streams: tuple[TrainingStream, ...]
    gravity_density: npt.NDArray[np.float32]

    def without(self, subjects: Mapping[str, frozenset[str]]) -> Corpus:
        return replace(self, streams=tuple(s for s in self.streams if s.subject not in subjects[s.dataset]))

    def only(self, subjects: Mapping[str, frozenset[str]]) -> Corpus:
        return replace(self, streams=tuple(s for s in self.streams if s.subject in subjects[s.dataset]))


def training_recordings(name: str, data_dir: Path) -> Iterator[Recording]:
    """Every recording of a set whose subject is not held out. A held-out recording is not even opened."""
    chosen = dataset(name)
    for key in chosen.keys(data_dir):
        if not is_held_out(name, chosen.subject_of(key, data_dir)):
            yield chosen.open(key, data_dir)


def _filled(samples: Samples) -> tuple[Samples, npt.NDArray[np.bool_]]:
    """NaN bridged linearly, and where they were."""
    missing: npt.NDArray[np.bool_] = np.asarray(np.isnan(samples).any(axis=0))
    if not missing.any():
        return samples, missing
    out = samples.copy()
    at = np.arange(samples.shape[1])
    for row in out:
        good = np.isfinite(row)
        row[:] = np.interp(at, at[good], row[good]) if good.any() else 0.0
    return out, missing


def _runs(recording: Recording, rate_hz: float, missing: npt.NDArray[np.bool_]) -> tuple[Run, ...]:
    """Labelled stretches without gaps; labels that the taxonomy does not know are left out."""
    runs = []
    for note in recording.annotations:
        label = label_of(recording.dataset or "", note.label)
        if label is None:
            continue
        first, last = round(note.start_s * rate_hz), min(round(note.end_s * rate_hz), len(missing))
        holes = missing[first:last].astype(np.int8)
        edges = np.flatnonzero(np.diff(np.concatenate(([1], holes, [1]))))
        runs += [Run(first + int(a), first + int(b), label) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return tuple(run for run in runs if run.end > run.start)


def training_stream(recording: Recording, rate_hz: float) -> TrainingStream:
    """A recording at the network's rate, axes as recorded."""
    stream = recording.streams[0]
    samples, missing = _filled(motion_samples(stream, rate_hz))
    position = stream.position or "unknown"
    source = next(p.name for p in PROTOCOLS.values() if (p.dataset, p.position) == (recording.dataset, position))
    return TrainingStream(
        source,
        recording.dataset or "",
        position,
        recording.subject or "",
        recording.id,
        samples,
        _runs(recording, rate_hz, missing),
    )


def read_corpus(data_dir: Path, rate_hz: float, progress: Progress | None = None) -> Corpus:
    """All four sets without their held-out subjects; about 150 MB in memory."""
    streams = []
    names = tuple(VALIDATION_SUBJECTS)
    for i, name in enumerate(names):
        if progress:
            progress(f"reading {name}", i / len(names))
        streams += [training_stream(recording, rate_hz) for recording in training_recordings(name, data_dir)]
    return assemble(streams, rate_hz)


def assemble(streams: list[TrainingStream], rate_hz: float) -> Corpus:
    """Learn each position's gravity density and turn every stream by what it asks for."""
    density = np.zeros((len(POSITIONS), orientation.GRID_POINTS), dtype=np.float32)
    members: dict[str, list[int]] = defaultdict(list)
    for i, stream in enumerate(streams):
        members[stream.position].append(i)
    settled = list(streams)
    for position, rows in members.items():
        learnt, turns = orientation.learn([streams[i].samples for i in rows], rate_hz, position)
        density[POSITIONS.index(position)] = learnt
        for i, turn in zip(rows, turns, strict=True):
            settled[i] = replace(streams[i], samples=orientation.turned(streams[i].samples, turn))
    return Corpus(tuple(settled), density)
