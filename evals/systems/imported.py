"""Predictions that were made elsewhere, window by window: the only way to show a network that takes a GPU to refit.

FILE.npz holds, for one or several sets (then each name is preceded by `<set>/`): `ids` (n,) str, `<recording id>@<start in seconds,
three decimals>`; `probabilities` (n, classes) float16; `classes` (classes,) str; `fold` (n,) str, the test fold's name under
`meta`'s protocol; and `meta`, one JSON text: name, protocol, revision, and for each fold the subjects that were trained on.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from evals.systems.system import Answer, Setting
from evals.systems.windows import Mask, WindowSet
from recordings import UserError


class Imported:
    """A predictions file as a system. It answers only the windows of the fold in which their person was tested."""

    learns = False
    random = False

    def __init__(self, path: Path) -> None:
        """UserError when the file is not such a file."""
        self._path = path
        try:
            with np.load(path, allow_pickle=False) as file:
                self._arrays = {name: file[name] for name in file.files}
            self.meta: dict[str, object] = json.loads(str(self._arrays["meta"]))
        except (OSError, KeyError, ValueError) as wrong:
            raise UserError(
                path, expected="a predictions file (ids, probabilities, classes, fold, meta)", found=wrong,
                cure="write one as evals/systems/imported.py says",
            ) from None  # fmt: skip
        self.name = str(self.meta.get("name", "telltale motion, refitted"))
        self._fold: tuple[str, str] = ("", "")

    @property
    def detail(self) -> str:
        return f"predictions of {self.meta.get('revision', 'an unnamed revision')}, {self._path.name}"

    def _prefix(self, name: str) -> str | None:
        if f"{name}/ids" in self._arrays:
            return f"{name}/"
        return "" if "ids" in self._arrays and self.meta.get("set") == name else None

    def why_not(self, setting: Setting) -> str:
        """Also where the file says that a tested person was trained on."""
        self._fold = (setting.spec, setting.fold.name)
        if self.meta.get("protocol") != setting.spec:
            return f"the predictions are of {self.meta.get('protocol')}"
        trained = self.meta.get("train_subjects")
        here = trained.get(setting.dataset, {}) if isinstance(trained, dict) else {}
        shared = set(here.get(setting.fold.name, ())) & setting.test if isinstance(here, dict) else set()
        return f"trained on {', '.join(sorted(shared))}, who are tested" if shared else ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        return None

    def predict(self, test: WindowSet) -> Answer:
        prefix = self._prefix(test.name)
        if prefix is None:
            return Answer(np.full(len(test), -1, dtype=np.int64))
        ids, fold = self._arrays[f"{prefix}ids"].tolist(), self._arrays[f"{prefix}fold"].astype(str).tolist()
        row = {i: n for n, (i, f) in enumerate(zip(ids, fold, strict=True)) if f == self._fold[1]}
        classes = self._arrays[f"{prefix}classes"].tolist()
        columns = [classes.index(c) for c in test.classes]
        at = np.array([row.get(i, -1) for i in test.ids])
        probabilities = self._arrays[f"{prefix}probabilities"].astype(np.float32)[np.maximum(at, 0)][:, columns]
        probabilities /= np.maximum(probabilities.sum(axis=1, keepdims=True), 1e-6)
        answer = Answer.of(probabilities)
        return Answer(np.where(at >= 0, answer.predicted, -1), probabilities)
