"""Random windows from the corpus: every batch mixes the sets, and rare classes come more often."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.motion.taxonomy import LEAVES, POSITIONS, indices, known_leaves
from models.motion.training.corpus import Corpus

# Window lengths in samples at 50 Hz and the share of each source in a batch of that length: the sets' own protocol
# lengths get most of their own windows, but every source is seen at every length from 2 to 5.12 s.
LENGTHS = (100, 128, 192, 250, 256)
LENGTH_SHARES = (0.27, 0.33, 0.1, 0.25, 0.05)
SOURCE_SHARES: dict[str, tuple[float, ...]] = {
    "usc_had": (0.45, 0.2, 0.2, 0.1, 0.1),
    "hapt": (0.12, 0.2, 0.2, 0.1, 0.1),
    "motionsense": (0.12, 0.2, 0.2, 0.1, 0.1),
    "wisdm_watch": (0.16, 0.2, 0.2, 0.35, 0.35),
    "wisdm_phone": (0.15, 0.2, 0.2, 0.35, 0.35),
}
# Macro-F1 weighs classes equally: between natural frequency (0) and uniform (1).
CLASS_BALANCE = 0.5
# A window may stick out of its run by this share: its label is the majority's.
OVERHANG = 0.3
FASTEST, SLOWEST = 1.1, 0.9


@dataclass(frozen=True, slots=True)
class Batch:
    """windows: (batch, 6, samples). target, known: (batch, leaves) bool, the label's leaves and those the set can know."""

    windows: npt.NDArray[np.float32]
    target: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    position: npt.NDArray[np.int64]
    native_20_hz: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Source:
    chance: npt.NDArray[np.float64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    target: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    position: int


class WindowSampler:
    """Draws batches from one long array that holds every stream end to end."""

    def __init__(self, corpus: Corpus) -> None:
        self._samples = np.concatenate([stream.samples for stream in corpus.streams], axis=1)
        rows: dict[str, list[tuple[int, int, int, int, str]]] = defaultdict(list)
        place: dict[str, tuple[int, str]] = {}
        offset = 0
        for stream in corpus.streams:
            n = stream.samples.shape[1]
            place[stream.source] = (POSITIONS.index(stream.position), stream.dataset)
            for run in stream.runs:
                rows[stream.source].append((offset + run.start, offset + run.end, offset, offset + n, run.label))
            offset += n
        self.seconds = sum(r[1] - r[0] for source in rows.values() for r in source) / 50.0
        self._sources = {name: _source(rows[name], *place[name]) for name in SOURCE_SHARES if name in rows}

    def draw(self, rng: np.random.Generator, size: int) -> Batch:
        """A batch of one random length. The pace of a window is stretched by up to 10 % (linear interpolation)."""
        which = int(rng.choice(len(LENGTHS), p=LENGTH_SHARES))
        length = LENGTHS[which]
        share = np.array([SOURCE_SHARES[name][which] for name in self._sources])
        drawn = rng.choice(len(share), size=size, p=share / share.sum())
        parts = []
        for number, source in enumerate(self._sources.values()):
            count = int((drawn == number).sum())
            if count:
                parts.append(self._draw(rng, source, count, length))
        joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return Batch(*joined)

    def _draw(
        self, rng: np.random.Generator, source: _Source, count: int, length: int
    ) -> tuple[npt.NDArray[np.generic], ...]:
        run = rng.choice(len(source.chance), size=count, p=source.chance)
        pace = rng.uniform(SLOWEST, FASTEST, size=count)
        extent = pace * (length - 1) + 1
        first = source.start[run] - OVERHANG * extent
        last = source.end[run] - (1 - OVERHANG) * extent
        begin = rng.uniform(np.minimum(first, last), np.maximum(first, last))
        begin = np.clip(begin, source.low[run], np.maximum(source.low[run], source.high[run] - extent - 1))
        at = np.minimum(begin[:, None] + pace[:, None] * np.arange(length), source.high[run][:, None] - 1.001)
        whole = at.astype(np.int64)
        part = (at - whole).astype(np.float32)
        windows = self._samples[:, whole] * (1 - part) + self._samples[:, whole + 1] * part
        return (
            np.ascontiguousarray(windows.transpose(1, 0, 2)),
            source.target[run],
            np.broadcast_to(source.known, (count, len(LEAVES))),
            np.full(count, source.position, dtype=np.int64),
            np.full(count, source.known[LEAVES.index("typing")]),
        )


def _source(rows: list[tuple[int, int, int, int, str]], position: int, dataset: str) -> _Source:
    start, end, low, high = (np.array(column, dtype=np.int64) for column in list(zip(*rows, strict=True))[:4])
    labels = [row[4] for row in rows]
    total: dict[str, float] = defaultdict(float)
    for label, a, b in zip(labels, start, end, strict=True):
        total[label] += float(b - a)
    weight = np.array([(b - a) / total[label] ** CLASS_BALANCE for label, a, b in zip(labels, start, end, strict=True)])
    target = np.zeros((len(rows), len(LEAVES)), dtype=np.bool_)
    for i, label in enumerate(labels):
        target[i, indices([label])] = True
    known = np.zeros(len(LEAVES), dtype=np.bool_)
    known[indices(known_leaves(dataset))] = True
    return _Source(weight / weight.sum(), start, end, low, high, target, known, position)
