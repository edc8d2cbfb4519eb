"""Planted: the same people, recordings, moments and samples."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from evals.leaks.digests import as_channels, varies
from evals.leaks.material import Item, Material
from evals.leaks.planted.plant import Plant, Spoil, added, disguised, some

Samples = npt.NDArray[np.float32]
Change = Callable[[Samples, np.random.Generator], Samples]


def _moving(material: Material) -> list[Item]:
    """Windows that identify somebody: they move, without a gap."""
    return [
        i for i in material.tested if i.vector is not None and varies(i.vector) and bool(np.isfinite(i.vector).all())
    ]


def into_training(share: float, part: str = "train", **changes: object) -> Spoil:
    """Test items put into training as they are, but for `changes`."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        chosen = some(material.tested, share, rng)
        return added(material, part, [dataclasses.replace(i, **changes) for i in chosen])  # type: ignore[arg-type]

    return spoil


def person(spelling: str, share: float = 0.0) -> Spoil:
    """Other windows of a test person in training, the name spelt differently (`{}` is the name)."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        extra = [
            disguised(i, k, subject=spelling.format(i.subject), vector=None, start_s=None, end_s=None)
            for k, i in enumerate(some(material.tested, share, rng))
        ]
        return added(material, "train", extra)

    return spoil


def recording(spelling: Callable[[str], str], share: float = 0.0) -> Spoil:
    def spoil(material: Material, rng: np.random.Generator) -> Material:
        extra = [
            disguised(i, k, recording=spelling(i.recording), vector=None, start_s=None, end_s=None)
            for k, i in enumerate(some(material.tested, share, rng))
        ]
        return added(material, "train", extra)

    return spoil


def group(material: Material, rng: np.random.Generator) -> Material:
    chosen = some(material.tested, 0.0, rng)[0]
    return added(material, "train", [disguised(chosen, group=chosen.group.upper(), vector=None)])


def moment(shift_share: float, part: str = "train") -> Spoil:
    """A training window of the test's recording, `shift_share` of a window later than a test window."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        last = max(material.tested, key=lambda i: i.start_s or 0.0)
        length = (last.end_s or 0.0) - (last.start_s or 0.0)
        start = (last.start_s or 0.0) + shift_share * length
        extra = disguised(last, recording=last.recording, start_s=start, end_s=start + length, vector=None)
        return added(material, part, [extra])

    return spoil


def twice(share: float) -> Spoil:
    def spoil(material: Material, rng: np.random.Generator) -> Material:
        extra = [dataclasses.replace(i, id=f"{i.id}-again", vector=None) for i in some(material.tested, share, rng)]
        return added(material, "test", extra)

    return spoil


def copies(change: Change, share: float = 0.0, part: str = "train") -> Spoil:
    """Changed samples of test windows in training, under strangers' names."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        extra = []
        for k, item in enumerate(some(_moving(material), share, rng)):
            samples = change(as_channels(item.vector if item.vector is not None else np.zeros((1, 2))), rng)
            extra.append(disguised(item, k, vector=np.asarray(samples, dtype=np.float32), start_s=None, end_s=None))
        return added(material, part, extra)

    return spoil


def neighbour(share_of_window: float, scale: float = 1.0) -> Spoil:
    """The part of a test window from `share_of_window` on, filled up with another person's samples: a window cut later."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        item = some(_moving(material), 0.0, rng)[0]
        other = some([i for i in material.learnt if i.vector is not None], 0.0, rng)[0]
        assert item.vector is not None and other.vector is not None
        x, y = as_channels(item.vector), as_channels(other.vector)
        cut = round(share_of_window * x.shape[1])
        samples = np.concatenate([x[:, cut:], np.resize(y, (x.shape[0], cut))], axis=1) * scale
        return added(material, "train", [disguised(item, vector=samples.astype(np.float32), start_s=None, end_s=None)])

    return spoil


def resampled(factor: float) -> Change:
    def change(x: Samples, rng: np.random.Generator) -> Samples:
        at = np.linspace(0, x.shape[1] - 1, round(factor * x.shape[1]))
        return np.stack([np.interp(at, np.arange(x.shape[1]), row) for row in x]).astype(np.float32)

    return change


def _per_channel(x: Samples, factors: npt.NDArray[np.float64]) -> Samples:
    return np.asarray(x * factors[:, None], dtype=np.float32)


def _noisy(share: float) -> Change:
    return lambda x, rng: np.asarray(
        x + share * x.std(axis=1, keepdims=True) * rng.normal(size=x.shape), dtype=np.float32
    )


def _standardised(x: Samples, rng: np.random.Generator) -> Samples:
    return np.asarray((x - x.mean(axis=1, keepdims=True)) / (x.std(axis=1, keepdims=True) + 1e-9), dtype=np.float32)


def repeated(material: Material, rng: np.random.Generator) -> Material:
    item = some(_moving(material), 0.0, rng)[0]
    return added(material, "test", [disguised(item, vector=np.array(item.vector), start_s=None, end_s=None)])


COPIED = (
    Plant("one window on both sides", "same_item", "usc_had", into_training(0.0)),
    Plant("one percent of the windows on both sides", "same_item", "hapt", into_training(0.01)),
    Plant("one window in validation", "same_item", "motionsense", into_training(0.0, "validation")),
    Plant("a test person trained on, one window", "same_subject", "usc_had", person("{}")),
    Plant("a test person trained on, one percent", "same_subject", "wisdm_watch", person("{}", 0.01)),
    Plant("a test person as subject_013", "same_subject", "usc_had", person("subject_0{}")),
    Plant("a test person as S 13", "same_subject", "motionsense", person("S {}")),
    Plant("a test person as Participant-13", "same_subject", "hapt", person("Participant-{}")),
    Plant("a test recording under another person", "same_recording", "hapt", recording(str)),
    Plant("a test recording spelt as a file", "same_recording", "usc_had", recording(lambda r: f"{r.upper()}.csv")),
    Plant("a test recording with underscores", "same_recording", "wisdm_phone", recording(lambda r: r.replace("-", "_"))),
    Plant("a clip of a test source", "same_group", "audio", group),
    Plant("a window that half overlaps", "overlapping_windows", "hapt", moment(0.5)),
    Plant("a window that overlaps by a hair", "overlapping_windows", "motionsense", moment(0.98)),
    Plant("a window that touches", "overlapping_windows", "usc_had", moment(1.0)),
    Plant("an overlapping window in validation", "overlapping_windows", "hapt", moment(0.5, "validation")),
    Plant("one test window counted twice", "tested_twice", "usc_had", twice(0.0)),
    Plant("one percent counted twice", "tested_twice", "wisdm_watch", twice(0.01)),
    Plant("one exact copy under another name", "duplicate_samples", "usc_had", copies(lambda x, rng: x)),
    Plant("one percent exact copies", "duplicate_samples", "wisdm_phone", copies(lambda x, rng: x, 0.01)),
    Plant("one exact copy of a clip", "duplicate_samples", "audio", copies(lambda x, rng: x)),
    Plant("an exact copy of a paired sample", "duplicate_samples", "label_paired", copies(lambda x, rng: x)),
    Plant("a copy rounded to five decimals", "near_duplicate_samples", "hapt", copies(lambda x, rng: np.round(x, 5))),
    Plant("half a window shared", "shared_stretch", "hapt", neighbour(0.5)),
    Plant("a fifth of a window shared", "shared_stretch", "usc_had", neighbour(0.8)),
    Plant("shifted by 3 samples", "near_duplicate_samples", "motionsense", copies(lambda x, rng: x[:, 3:])),
    Plant("shifted by 3 samples, filled up", "near_duplicate_samples", "hapt", neighbour(3 / 128)),
    Plant("shifted and rescaled", "near_duplicate_samples", "usc_had", neighbour(0.03, 1.3)),
    Plant("rescaled", "near_duplicate_samples", "wisdm_watch", copies(lambda x, rng: x * np.float32(0.7))),
    Plant("g instead of m/s²", "near_duplicate_samples", "usc_had", copies(lambda x, rng: x / np.float32(9.80665), 0.01)),
    Plant("each channel rescaled", "near_duplicate_samples", "hapt", copies(lambda x, rng: _per_channel(x, rng.uniform(0.3, 3, len(x))))),
    Plant("axes turned over", "near_duplicate_samples", "motionsense", copies(lambda x, rng: _per_channel(x, rng.choice([-1.0, 1.0], len(x))))),
    Plant("played backwards", "near_duplicate_samples", "usc_had", copies(lambda x, rng: x[:, ::-1])),
    Plant("played backwards and rescaled", "near_duplicate_samples", "wisdm_phone", copies(lambda x, rng: x[:, ::-1] * np.float32(2))),
    Plant("re-sampled to 0.8 of the rate", "near_duplicate_samples", "motionsense", copies(resampled(0.8))),
    Plant("re-sampled to twice the rate", "near_duplicate_samples", "hapt", copies(resampled(2.0))),
    Plant("re-sampled to half, one percent", "near_duplicate_samples", "motionsense", copies(resampled(0.5), 0.01)),
    Plant("with 1 % of noise", "near_duplicate_samples", "wisdm_watch", copies(_noisy(0.01))),
    Plant("with 10 % of noise", "near_duplicate_samples", "usc_had", copies(_noisy(0.1))),
    Plant("standardised", "near_duplicate_samples", "hapt", copies(_standardised)),
    Plant("rounded to two decimals", "near_duplicate_samples", "motionsense", copies(lambda x, rng: np.round(x, 2))),
    Plant("a louder clip", "near_duplicate_samples", "audio", copies(lambda x, rng: x * np.float32(1.5))),
    Plant("a clip that begins later", "near_duplicate_samples", "audio", copies(lambda x, rng: np.roll(x, -300, axis=1) * np.float32(1.01))),
    Plant("a near-copy of a paired sample", "near_duplicate_samples", "label_paired", copies(_noisy(0.02))),
    Plant("the same samples tested twice", "repeated_test_samples", "usc_had", repeated),
)  # fmt: skip
