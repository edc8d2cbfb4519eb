"""SensorLM asked about windows: its vectors, and classes known by their words."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from evals.systems.system import Answer, Setting
from evals.systems.telltale_motion import HAS_LEARNT, HAS_LEARNT_SET
from evals.systems.windows import Mask, WindowSet
from recordings.datasets import HELD_OUT_SUBJECTS

if TYPE_CHECKING:
    from models.sensorlm import SensorReader

Floats = npt.NDArray[np.float32]


NONE_SHIPPED = "no SensorLM checkpoint is shipped: name one as sensorlm:DIR"


def has_checkpoint(path: Path | None) -> bool:
    """Whether the folder, or for None the product, holds a trained checkpoint."""
    from models.sensorlm.reader import SHIPPED

    return ((path or SHIPPED) / "training.json").is_file()


@lru_cache(maxsize=4)
def reader_of(path: Path | None) -> SensorReader:
    """The checkpoint of a folder, or the shipped one."""
    from models.sensorlm import SensorReader

    return SensorReader.from_pretrained(path, device="cpu")


def training_of(path: Path | None) -> dict[str, object]:
    """What a checkpoint was trained on and without: its `training.json`."""
    from models.sensorlm.reader import SHIPPED

    body = json.loads(((path or SHIPPED) / "training.json").read_text(encoding="utf-8"))
    return cast("dict[str, object]", body)


def vectors_of(
    reader: SensorReader, windows: WindowSet, *, aligned: bool = False
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(n, D) and (n,) usable, stream by stream as a user's recording is read. aligned: windows of mixed sets with x up, as they are."""
    if aligned:
        return reader.vectors(windows.values, "trunk"), np.ones(len(windows), dtype=np.bool_)
    vectors = np.zeros((len(windows), reader.size), dtype=np.float32)
    usable = np.zeros(len(windows), dtype=np.bool_)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, recording in enumerate(windows.recordings.tolist()):
        rows_of[recording].append(row)
    for recording, rows in rows_of.items():
        found = reader.windows(windows.streams[recording], [windows.spans[i] for i in rows], position=windows.position)
        vectors[rows], usable[rows] = found.vectors, found.usable
    return vectors, usable


class SensorWords:
    """The nearest class by its words. A checkpoint folder other than the shipped one is `sensorlm:DIR`."""

    learns = False
    random = False

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._aligned = False
        self.name = "SensorLM, labels by words" if path is None else f"SensorLM, labels by words ({path.name})"

    @property
    def detail(self) -> str:
        return reader_of(self._path).revision

    def why_not(self, setting: Setting) -> str:
        if setting.fold.budget is not None:
            return "its weights have learnt from every training window, more than the budget"
        if not has_checkpoint(self._path):
            return NONE_SHIPPED
        learnt = cast("dict[str, object]", training_of(self._path)["train_subjects"])
        self._aligned = bool(setting.fold.train_sets)
        if self._aligned:
            return HAS_LEARNT_SET if setting.dataset in learnt else ""
        return "" if setting.test <= HELD_OUT_SUBJECTS[setting.dataset] else HAS_LEARNT

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        return None

    def predict(self, test: WindowSet) -> Answer:
        reader = reader_of(self._path)
        vectors, usable = vectors_of(reader, test, aligned=self._aligned)
        shares = reader.shares(vectors, test.classes, usable)
        answer = Answer.of(shares)
        return Answer(np.where(usable, answer.predicted, -1), shares)
