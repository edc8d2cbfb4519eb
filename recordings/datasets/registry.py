"""The sets by name, and a set's recordings by key."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from recordings.datasets.audio_clips import AudioClips
from recordings.datasets.card import DatasetCard
from recordings.datasets.hapt import Hapt
from recordings.datasets.motionsense import MotionSense
from recordings.datasets.usc_had import UscHad
from recordings.datasets.wisdm import Wisdm
from recordings.errors import UserError
from recordings.recording import Recording


class Dataset(Protocol):
    """A public set: its card, its keys, and the recording behind each key."""

    @property
    def card(self) -> DatasetCard: ...

    def keys(self, data_dir: Path) -> list[str]:
        """Every recording's key, in the set's own order (`exp05`, `s13/a1/t1`, …)."""
        ...

    def subject_of(self, key: str, data_dir: Path) -> str:
        """The person behind a key, without reading its samples."""
        ...

    def open(self, key: str, data_dir: Path) -> Recording: ...


DATASETS: dict[str, Dataset] = {
    "hapt": Hapt(),
    "usc_had": UscHad(),
    "motionsense": MotionSense(),
    "wisdm": Wisdm(),
    "audio": AudioClips(),
}


def dataset(name: str) -> Dataset:
    if name not in DATASETS:
        raise UserError(name, expected=f"one of {', '.join(DATASETS)}", found=repr(name), cure="name a known data set")
    return DATASETS[name]


def is_dataset_key(source: str) -> bool:
    """Whether `source` reads `<known set>:<key>` (a Windows drive letter does not)."""
    return source.partition(":")[0] in DATASETS and ":" in source


def open_dataset_recording(source: str, data_dir: Path | None) -> Recording:
    """`hapt:exp05` → its recording. UserError when the data or the key is not there."""
    name, _, key = source.partition(":")
    if data_dir is None:
        raise UserError(
            source,
            expected="a folder with the public data sets",
            found="no --data",
            cure="add --data DIR (or TELLTALE_DATA)",
        )
    chosen = dataset(name)
    known = chosen.keys(data_dir)
    if key not in known:
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.0) or known[:1]
        raise UserError(
            source,
            expected=f"one of {len(known)} keys such as {near[0]}",
            found=key or "no key",
            cure="name one of them",
        )
    return chosen.open(key, data_dir)


def recordings_of(name: str, data_dir: Path, subjects: frozenset[str] | None = None) -> Iterator[Recording]:
    """Every recording of a set in key order, of the given subjects only when they are given."""
    chosen = dataset(name)
    for key in chosen.keys(data_dir):
        if subjects is None or chosen.subject_of(key, data_dir) in subjects:
            yield chosen.open(key, data_dir)
