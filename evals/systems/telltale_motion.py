"""The product's own motion classifier as shipped: asked only where it has met nobody who is tested."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from evals.systems.system import Answer, Setting
from evals.systems.windows import Mask, WindowSet
from recordings.datasets import HELD_OUT_SUBJECTS

if TYPE_CHECKING:
    from models.motion import MotionClassifier

Floats = npt.NDArray[np.float32]
HAS_LEARNT = "its shipped weights have learnt from people of this fold; predictions of refitted weights can be given as `predictions:FILE.npz`"
HAS_LEARNT_SET = "its shipped weights have learnt from this set, so it is not a set never seen"


@lru_cache(maxsize=1)
def shipped() -> MotionClassifier:
    from models.motion import MotionClassifier

    return MotionClassifier.from_pretrained(device="cpu")


def seen_by_shipped(setting: Setting) -> str:
    """Why the shipped weights may not be asked here, "" when they may."""
    if setting.fold.train_sets:
        return HAS_LEARNT_SET
    return "" if setting.test <= HELD_OUT_SUBJECTS[setting.dataset] else HAS_LEARNT


def read_by(
    model: MotionClassifier, windows: WindowSet, labels: tuple[str, ...] | None = None
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """(n, classes) probabilities, (n, D) embeddings, (n,) usable, stream by stream as a user's recording is read."""
    told = labels or windows.classes
    probabilities = np.zeros((len(windows), len(told)), dtype=np.float32)
    embeddings = np.zeros((len(windows), model.embedding_size), dtype=np.float32)
    usable = np.zeros(len(windows), dtype=np.bool_)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, recording in enumerate(windows.recordings.tolist()):
        rows_of[recording].append(row)
    for recording, rows in rows_of.items():
        found = model.predict(
            windows.streams[recording], [windows.spans[i] for i in rows], position=windows.position, labels=told
        )
        probabilities[rows], embeddings[rows], usable[rows] = found.probabilities, found.embeddings, found.usable
    return probabilities, embeddings, usable


class TelltaleMotion:
    """The shipped checkpoint, closed to the set's labels. It is not trained here."""

    name = "telltale motion"
    learns = False
    random = False

    def __init__(self, model: MotionClassifier | None = None) -> None:
        self._model = model

    @property
    def model(self) -> MotionClassifier:
        return self._model or shipped()

    @property
    def detail(self) -> str:
        return self.model.revision

    def why_not(self, setting: Setting) -> str:
        if setting.fold.budget is not None:
            return "its shipped weights have learnt from every training window, more than the budget"
        return seen_by_shipped(setting)

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        return None

    def predict(self, test: WindowSet) -> Answer:
        probabilities, _, usable = read_by(self.model, test)
        answer = Answer.of(probabilities)
        return Answer(np.where(usable, answer.predicted, -1), probabilities)
