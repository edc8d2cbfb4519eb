"""SensorLLM's second stage as a window classifier: with and without alignment, with and without text."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from evals.systems.system import Answer, Setting
from evals.systems.windows import Mask, WindowSet
from models.chronos import has_shipped_encoder
from recordings import UserError

if TYPE_CHECKING:
    from models.sensorllm import SensorLLM
    from models.sensorllm.data import WindowSample

NO_ENCODER = "no time-series encoder is shipped (`telltale train chronos`)"
NO_ALIGNED = "no aligned checkpoint is shipped (`telltale train sensorllm --stage align`)"
NEEDS_GPU = "tuning takes hours without a GPU; a tuned checkpoint can be given as `sensorllm:DIR`"


class _Tuned:
    """Tunes on the fold. aligned: from the shipped alignment, else from a fresh MLP. text: statistics and question."""

    name = ""
    aligned = True
    text = True
    learns = True
    random = True

    def __init__(self) -> None:
        self._model: SensorLLM | None = None
        self._detail = ""

    @property
    def detail(self) -> str:
        return self._detail

    def why_not(self, setting: Setting) -> str:
        from models.sensorllm import can_train_here, shipped_checkpoints

        if not has_shipped_encoder():
            return NO_ENCODER
        if self.aligned and "align" not in shipped_checkpoints():
            return NO_ALIGNED
        return "" if can_train_here() else NEEDS_GPU

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        from models.sensorllm import SHIPPED, SensorLLM, TuningPlan, tune_on_windows

        with tempfile.TemporaryDirectory() as folder:
            summary = tune_on_windows(
                window_samples_of(train.take(~validating)),
                window_samples_of(train.take(validating)),
                train.classes,
                Path(folder),
                aligned=SHIPPED / "align" if self.aligned else None,
                plan=TuningPlan(text=self.text),
                seed=seed,
            )
            self._model = SensorLLM.from_pretrained(folder)
        self._detail = (
            f"{summary.parameters:,} trained parameters, {summary.fit.steps} steps, step {summary.fit.best_step} chosen on validation "
            f"subjects, {summary.fit.step_seconds:.2f} s a step, {summary.fit.peak_memory_mb:.0f} MB, seed {seed}"
        )

    def predict(self, test: WindowSet) -> Answer:
        assert self._model is not None
        return Answer.of(self._model.classify(test.values, test.rate_hz))


class SensorLLMText(_Tuned):
    name = "SensorLLM"


class SensorLLMNoText(_Tuned):
    name, text = "SensorLLM without text", False


class TaskOnlyText(_Tuned):
    name, aligned = "task-only with text", False


class TaskOnlyNoText(_Tuned):
    name, aligned, text = "task-only without text", False, False


class TunedCheckpoint:
    """`sensorllm:DIR`: a checkpoint that was tuned before; it must not have met the people who are tested."""

    learns = False
    random = False

    def __init__(self, folder: Path) -> None:
        from models.sensorllm.checkpoints import load_trained

        self.folder = folder
        config = load_trained(folder).config
        self.config = config
        kind = "SensorLLM" if config.segment_samples else "task-only"
        shape = [f"rows averaged by {config.pooled_rows}"] if config.pooled_rows > 1 else []
        shape += [f"{config.backbone_layers} layers"] if config.backbone_layers else []
        called = "; ".join([str(config.revision_name), *shape])
        self.name = f"{kind}{'' if config.text else ' without text'} ({called})"
        if not config.labels:
            raise UserError(
                folder, expected="a tuned checkpoint", found="an aligned one", cure="tune it, then name its folder"
            )

    @property
    def detail(self) -> str:
        return str(self.config.revision_name)

    def why_not(self, setting: Setting) -> str:
        if setting.dataset != self.config.dataset:
            return f"tuned on {self.config.dataset}"
        met = setting.test & set(self.config.subjects.get(setting.dataset, ()))
        return f"it has learnt from {', '.join(sorted(met))}" if met else ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        return

    def predict(self, test: WindowSet) -> Answer:
        from models.sensorllm import SensorLLM

        model = SensorLLM.from_pretrained(self.folder)
        found = model.classify(test.values, test.rate_hz)
        return Answer.of(found[:, [model.labels.index(name) for name in test.classes]])


def window_samples_of(windows: WindowSet) -> list[WindowSample]:
    """The windows as stage 2 reads them, each with its statistics and a question drawn by its id."""
    import zlib

    import numpy as np

    from evals.systems.windows import CHANNELS
    from models.sensorllm.data import WindowSample, activity_question, statistics_text

    return [
        WindowSample(
            series=windows.values[row],
            channels=CHANNELS,
            rate_hz=windows.rate_hz,
            statistics=statistics_text(windows.values[row], CHANNELS),
            text=statistics_text(windows.values[row], CHANNELS),
            question=activity_question(len(CHANNELS), np.random.default_rng(zlib.crc32(identity.encode()))),
            label=windows.classes[int(windows.truth[row])],
            dataset=windows.name,
            subject=str(windows.subjects[row]),
            recording_id=str(windows.recordings[row]),
            start=round(float(windows.starts_s[row]) * windows.rate_hz),
        )
        for row, identity in enumerate(windows.ids)
    ]
