"""What the encoder is pretrained on: unlabelled channels of training subjects, and kernel-drawn series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.backbone import Progress
from models.chronos.kernel_series import kernel_series
from models.motion.subjects import VALIDATION_SUBJECTS
from models.motion.training.corpus import training_recordings

Floats = npt.NDArray[np.float32]
SHORTEST_SAMPLES = 96
# A stretch that never moves teaches the binning nothing but its middle bin.
SMALLEST_DEVIATION = 1e-6


@dataclass(frozen=True, slots=True)
class SeriesBank:
    """recorded: channels without gaps, their own rate and unit. drawn: (n, samples) synthetic. subjects: set → who."""

    recorded: tuple[Floats, ...]
    drawn: Floats
    subjects: dict[str, tuple[str, ...]]
    synthetic_share: float = 0.2

    def draw(self, rng: np.random.Generator, count: int, samples: int) -> Floats:
        """(count, samples) stretches: a recorded channel with a probability proportional to its length, or a drawn one.

        One in four recorded stretches is a convex mixture of two standardised ones (Chronos's TSMixup).
        """
        lengths = np.array([max(0, len(c) - samples + 1) for c in self.recorded], dtype=np.float64)
        share = lengths / lengths.sum()
        out = np.empty((count, samples), dtype=np.float32)
        synthetic = rng.random(count) < self.synthetic_share
        picks = rng.choice(len(share), size=(count, 2), p=share)
        for row in range(count):
            if synthetic[row] and len(self.drawn):
                source = self.drawn[int(rng.integers(len(self.drawn)))]
                start = int(rng.integers(len(source) - samples + 1))
                out[row] = source[start : start + samples]
                continue
            out[row] = self._stretch(rng, picks[row, 0], samples)
            if rng.random() < 0.25:
                other = self._stretch(rng, picks[row, 1], samples)
                weight = float(rng.beta(1.5, 1.5))
                out[row] = weight * _standard(out[row]) + (1.0 - weight) * _standard(other)
        return out

    def _stretch(self, rng: np.random.Generator, which: int, samples: int) -> Floats:
        channel = self.recorded[which]
        start = int(rng.integers(len(channel) - samples + 1))
        return channel[start : start + samples]


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / (values.std() + 1e-4), dtype=np.float32)


def channels_of(samples: Floats) -> list[Floats]:
    """(channels, n) with NaN gaps → every gap-free stretch of every channel that is long enough and moves."""
    found = []
    for row in samples:
        edges = np.flatnonzero(np.diff(np.concatenate(([True], np.isnan(row), [True])).astype(np.int8)))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            if last - first >= SHORTEST_SAMPLES and row[first:last].std() > SMALLEST_DEVIATION:
                found.append(np.ascontiguousarray(row[first:last], dtype=np.float32))
    return found


def read_series(
    data_dir: Path, seed: int, drawn: int = 1500, drawn_samples: int = 576, progress: Progress | None = None
) -> SeriesBank:
    """The four sets without their held-out subjects, at the rates they were recorded at, and `drawn` synthetic series."""
    recorded: list[Floats] = []
    subjects: dict[str, set[str]] = {}
    names = tuple(VALIDATION_SUBJECTS)
    for number, name in enumerate(names):
        if progress:
            progress(f"reading {name}", number / (len(names) + 1))
        for recording in training_recordings(name, data_dir):
            subjects.setdefault(name, set()).add(recording.subject or "")
            recorded += [channel for stream in recording.streams for channel in channels_of(stream.samples)]
    if progress:
        progress("drawing synthetic series", len(names) / (len(names) + 1))
    rng = np.random.default_rng((seed, 71))
    synthetic = np.stack([kernel_series(rng, drawn_samples) for _ in range(drawn)]) if drawn else np.empty((0, 0))
    who = {name: tuple(sorted(found, key=lambda s: (len(s), s))) for name, found in subjects.items()}
    return SeriesBank(tuple(recorded), synthetic.astype(np.float32), who)


def longest_recorded(bank: SeriesBank, wanted: Sequence[int]) -> list[int]:
    """Those of the wanted lengths that some recorded channel has."""
    most = max((len(c) for c in bank.recorded), default=0)
    return [samples for samples in wanted if samples <= most]
