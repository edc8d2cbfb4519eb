"""What knowing nothing but the class frequencies is worth."""

from __future__ import annotations

import numpy as np

from evals.systems.system import Answer, Setting
from evals.systems.windows import Mask, WindowSet


class Majority:
    """The most frequent class of the training windows, always."""

    name = "majority"
    learns = True
    random = False

    def __init__(self) -> None:
        self._shares = np.ones(1)
        self._label = ""

    @property
    def detail(self) -> str:
        return self._label

    def why_not(self, setting: Setting) -> str:
        return ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        counts = np.bincount(train.truth, minlength=len(train.classes))
        self._shares = counts / counts.sum()
        self._label = train.classes[int(counts.argmax())]

    def predict(self, test: WindowSet) -> Answer:
        return Answer.of(np.tile(self._shares, (len(test), 1)))


class StratifiedRandom:
    """A class drawn by its share of the training windows."""

    name = "stratified random"
    learns = True
    random = True

    def __init__(self) -> None:
        self._shares = np.ones(1)
        self._seed = 0

    @property
    def detail(self) -> str:
        return f"seed {self._seed}"

    def why_not(self, setting: Setting) -> str:
        return ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        counts = np.bincount(train.truth, minlength=len(train.classes))
        self._shares, self._seed = counts / counts.sum(), seed

    def predict(self, test: WindowSet) -> Answer:
        drawn = np.random.default_rng(self._seed).choice(len(self._shares), size=len(test), p=self._shares)
        return Answer(drawn.astype(np.int64), np.tile(self._shares, (len(test), 1)).astype(np.float32))
