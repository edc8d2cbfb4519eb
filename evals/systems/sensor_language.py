"""SensorLLM's second stage as a window classifier: with and without alignment, with text, without, and with numbers by value."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.wording.phrases import listed
from evals.systems.system import Answer, Setting
from evals.systems.windows import Mask, Rows, WindowSet
from models.chronos import has_shipped_encoder
from models.motion.protocols import PROTOCOLS
from recordings import UserError

if TYPE_CHECKING:
    from models.sensorllm import FrozenParts, SensorLLM, TuningPlan
    from models.sensorllm.batches import FeatureStore
    from models.sensorllm.data import ValueKind, WindowSample
    from models.sensorllm.training.pool import EncodedPool

NO_ENCODER = "no time-series encoder is shipped (`telltale train chronos`)"
NO_ALIGNED = "no aligned checkpoint is shipped (`telltale train sensorllm --stage align`)"
SAME_ROW = "no row of the paper's form has a warm start: it would be the row without this name"
NOT_QUICK = "left out of the quick form: minutes of tuning a fold; name it"
# What a processor tunes in minutes, alike for every row, so that rows can be compared: fewer windows, rows and layers than the
# paper's, some hundred steps of half its batch. On a GPU the rows are tuned as the paper does.
SMALL = {
    "pool": 4800,
    "windows_per_epoch": 4800,
    "validation_windows": 360,
    "pooled_rows": 8,
    "backbone_layers": 6,
    "warm_steps": 600,
}
SMALL_FORM = " (small form)"
# In the name of a row, before what tells its alignment from the shipped one.
ALIGNED_ON = ", aligned on "
SMALL_STEPS, SMALL_BATCH = 300, 16
BY_VALUE = 256
# As the motion classifier is taught: posture is told by gravity's direction, so no further.
TURNED_DEG = 30.0


class _Tuned:
    """Tunes on the fold. aligned: from an alignment, the shipped one or that in `aligned_from`, else from a fresh MLP. text:
    statistics and question.

    warm: where the small form turns rows towards the names of classes first, which the paper does not. values: which numbers of the
    channels reach the rows by value, turned_deg: how far windows to learn from are turned
    (`models.sensorllm.training.turned`). All our own additions.
    """

    called = ""
    aligned = True
    text = True
    warm = True
    values: tuple[ValueKind, ...] = ()
    turned_deg = 0.0
    learns = True
    random = True

    def __init__(self, aligned_from: Path | None = None) -> None:
        from models.sensorllm import can_train_here

        self._aligned_from, self._met = aligned_from, dict[str, Sequence[str]]()
        said = "" if aligned_from is None else f"{ALIGNED_ON}{self._described(aligned_from)}"
        self._model: SensorLLM | None = None
        self._detail = ""
        self._report: Callable[[str], None] = lambda text: None
        self.small = not can_train_here()
        self.name = f"{self.called}{said}{SMALL_FORM if self.small else ''}"

    def _described(self, folder: Path) -> str:
        """What tells this alignment from another. UserError for a folder without one, and for a row that starts afresh."""
        from models.sensorllm.checkpoints import load_trained

        if not self.aligned:
            raise UserError(folder, expected="a row that is aligned", found=self.called, cure="leave the folder out")
        config = load_trained(folder).config
        if config.stage != "align":
            raise UserError(
                folder,
                expected="an aligned checkpoint",
                found="a tuned one",
                cure="name the folder that `--stage align` wrote",
            )
        self._met = config.subjects
        widths = "+".join(str(width) for width in config.projector_sizes)
        texts = " and trend texts alone" if list(config.kinds) == ["trend"] else ""
        return f"{listed(sorted(config.subjects))} with an MLP of {widths}{texts} ({config.revision_name})"

    @property
    def detail(self) -> str:
        return self._detail

    def report_to(self, report: Callable[[str], None]) -> None:
        self._report = report

    def why_not(self, setting: Setting) -> str:
        from models.sensorllm import shipped_checkpoints

        if not has_shipped_encoder():
            return NO_ENCODER
        if self.aligned and self._aligned_from is None and "align" not in shipped_checkpoints():
            return NO_ALIGNED
        if met := setting.test & set(self._met.get(setting.dataset, ())):
            return f"its alignment has learnt from {', '.join(sorted(met))}"
        if not (self.warm or self.small):
            return SAME_ROW
        return NOT_QUICK if setting.quick else ""

    def fit(self, train: WindowSet, validating: Mask, seed: int) -> None:
        from models.sensorllm import SHIPPED, SensorLLM, TuningPlan, tune_on_windows

        small: dict[str, Any] = SMALL if self.small else {}
        if self.small and not self.warm:
            small = small | {"warm_steps": 0}
        numbers: dict[str, Any] = {"by_value": BY_VALUE, "value_kinds": self.values} if self.values else {}
        plan = TuningPlan(text=self.text, turned_deg=self.turned_deg, **numbers, **small)
        self._report("encoding windows")
        pool, frozen = _encoded(train, validating, plan)
        with tempfile.TemporaryDirectory() as folder:
            summary = tune_on_windows(
                pool,
                train.classes,
                Path(folder),
                aligned=(self._aligned_from or SHIPPED / "align") if self.aligned else None,
                plan=plan,
                frozen=frozen,
                steps=SMALL_STEPS if self.small else None,
                batch=SMALL_BATCH if self.small else None,
                micro_batch=SMALL_BATCH if self.small else None,
                seed=seed,
                progress=lambda text, share: self._report(text),
            )
            self._model = SensorLLM.from_pretrained(folder, frozen=frozen)
        self._detail = (
            f"{summary.parameters:,} trained parameters, {summary.windows} windows, {summary.fit.steps} steps, step "
            f"{summary.fit.best_step} chosen on validation subjects (macro-F1 {summary.validation['macro_f1']:.3f}), "
            f"{summary.fit.step_seconds:.2f} s a step, {summary.fit.peak_memory_mb:.0f} MB, seed {seed}"
        )

    def predict(self, test: WindowSet) -> Answer:
        assert self._model is not None
        self._report("asking")
        return Answer.of(self._model.classify(test.values, test.rate_hz, store=_tested(test, self._model.frozen)))


# The last fold's windows as encoded, those learnt from and those asked: the rows after it use the same.
_LAST: dict[str, tuple[EncodedPool, FrozenParts]] = {}
_ASKED: dict[str, FeatureStore] = {}


def _tested(test: WindowSet, frozen: FrozenParts) -> FeatureStore:
    from models.sensorllm.batches import encode_all

    key = hashlib.sha256("\n".join([*test.ids, test.perturbed]).encode()).hexdigest()
    if key not in _ASKED:
        _ASKED.clear()
        _ASKED[key] = encode_all(frozen.embedder, [list(window) for window in test.values])
    return _ASKED[key]


def _encoded(train: WindowSet, validating: Mask, plan: TuningPlan) -> tuple[EncodedPool, FrozenParts]:
    from models.motion.predictor import pick_device
    from models.sensorllm import load_frozen
    from models.sensorllm.training.pool import encode_pool

    asked = [str(number) for number in (plan.pool, plan.validation_windows, plan.turned_deg)]
    said = "\n".join([*train.ids, *np.asarray(validating).astype(str), *asked])
    key = hashlib.sha256(said.encode()).hexdigest()
    if key not in _LAST:
        frozen = load_frozen(device=pick_device("auto"))
        # Drawn here: texts of tens of thousands of windows that no pool keeps would take minutes and gigabytes.
        kept = _pool_rows(train, validating, plan.pool, plan.validation_windows)
        sides = [window_samples_of(train.take(rows)) for rows in kept]
        pool = encode_pool(sides[0], sides[1], PROTOCOLS[train.name].dataset, plan, frozen)
        _LAST.clear()
        _LAST[key] = pool, frozen
    return _LAST[key]


def _pool_rows(train: WindowSet, validating: Mask, learnt: int, chosen_by: int) -> list[Rows]:
    """Row numbers of the windows that a pool keeps to learn from, and to choose by; drawn again, it keeps them all."""
    from models.sensorllm.training.pool import drawn_rows

    kept = []
    for side, (mine, wanted) in enumerate(((~validating, learnt), (validating, chosen_by))):
        rows = np.flatnonzero(mine)
        labels = [train.classes[number] for number in train.truth[rows].tolist()]
        sets = [_set_and_person(train, row)[0] for row in rows]
        kept.append(rows[drawn_rows(labels, sets, PROTOCOLS[train.name].dataset, wanted, side)])
    return kept


def small_rows(train: WindowSet, validating: Mask) -> Rows:
    """Row numbers of the windows that a language-model row of the small form learns from and chooses by."""
    return np.sort(np.concatenate(_pool_rows(train, validating, SMALL["pool"], SMALL["validation_windows"])))


class SensorLLMText(_Tuned):
    called = "SensorLLM"


class SensorLLMNoText(_Tuned):
    called, text = "SensorLLM without text", False


class SensorLLMByValue(_Tuned):
    called, text, values = "SensorLLM, statistics by value instead of text", False, ("statistics",)


class SensorLLMRhythmByValue(_Tuned):
    called, text = "SensorLLM, statistics, frequency and periodicity by value instead of text", False
    values: tuple[ValueKind, ...] = ("statistics", "frequency", "periodicity")


class SensorLLMTurned(SensorLLMRhythmByValue):
    called, turned_deg = f"{SensorLLMRhythmByValue.called}, windows turned", TURNED_DEG


class TaskOnlyTurned(SensorLLMTurned):
    called, aligned = "task-only, all three by value instead of text, windows turned", False


class SensorLLMUpright(SensorLLMTurned):
    called = f"{SensorLLMTurned.called}, gravity's view and bands by value too"
    values: tuple[ValueKind, ...] = (*SensorLLMRhythmByValue.values, "upright", "bands")


class TaskOnlyUpright(SensorLLMUpright):
    called, aligned = f"{TaskOnlyTurned.called}, gravity's view and bands by value too", False


class TaskOnlyText(_Tuned):
    called, aligned = "task-only with text", False


class TaskOnlyNoText(_Tuned):
    called, aligned, text = "task-only without text", False, False


class SensorLLMCold(SensorLLMNoText):
    called, warm = f"{SensorLLMNoText.called}, no warm start", False


class TaskOnlyCold(TaskOnlyNoText):
    called, warm = f"{TaskOnlyNoText.called}, no warm start", False


class TaskOnlyByValue(_Tuned):
    called, aligned, text = "task-only, statistics by value instead of text", False, False
    values = ("statistics",)


# Rows that differ in nothing but the alignment.
ALIGNED_OR_NOT: tuple[tuple[type[_Tuned], type[_Tuned]], ...] = (
    (SensorLLMText, TaskOnlyText),
    (SensorLLMNoText, TaskOnlyNoText),
    (SensorLLMCold, TaskOnlyCold),
    (SensorLLMByValue, TaskOnlyByValue),
    (SensorLLMTurned, TaskOnlyTurned),
    (SensorLLMUpright, TaskOnlyUpright),
)


def fresh_row_of(name: str) -> str:
    """The row that differs from the one of this name in nothing but the alignment; "" where there is none, or it is not aligned."""
    called = name.removesuffix(SMALL_FORM)
    for aligned, fresh in ALIGNED_OR_NOT:
        if called.partition(ALIGNED_ON)[0] == aligned.called:
            return fresh.called + (SMALL_FORM if called != name else "")
    return ""


class TunedCheckpoint:
    """`sensorllm:DIR`, or the name of a shipped one: tuned before; it must not have met the people who are tested."""

    learns = False
    random = False

    def __init__(self, folder: Path) -> None:
        from models.sensorllm.checkpoints import load_trained, named_folder

        self.folder = named_folder(folder)
        config = load_trained(self.folder).config
        self.config = config
        kind = "SensorLLM" if config.segment_samples else "task-only"
        shape = [f"rows averaged by {config.pooled_rows}"] if config.pooled_rows > 1 else []
        shape += [f"{config.backbone_layers} layers"] if config.backbone_layers else []
        called = "; ".join([str(config.revision_name), *shape])
        told = "" if config.text else " without text"
        if config.by_value:
            numbers = listed(config.value_kinds)
            told = f", {numbers} by value" + (" and text" if config.text else " instead of text")
        if config.turned_deg:
            told += ", windows turned"
        if beside := sorted(set(config.subjects) - {config.dataset}):
            told += f", windows of {listed(beside)} beside"
        self.name = f"{kind}{told} ({called})"
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

    from evals.systems.windows import CHANNELS
    from models.sensorllm.data import WindowSample, activity_question, statistics_text

    people = [_set_and_person(windows, row) for row in range(len(windows))]
    told = [statistics_text(series, CHANNELS) for series in windows.values]
    return [
        WindowSample(
            series=windows.values[row],
            channels=CHANNELS,
            rate_hz=windows.rate_hz,
            statistics=told[row],
            text=told[row],
            question=activity_question(len(CHANNELS), np.random.default_rng(zlib.crc32(identity.encode()))),
            label=windows.classes[int(windows.truth[row])],
            dataset=people[row][0],
            subject=people[row][1],
            recording_id=str(windows.recordings[row]),
            start=round(float(windows.starts_s[row]) * windows.rate_hz),
        )
        for row, identity in enumerate(windows.ids)
    ]


def _set_and_person(windows: WindowSet, row: int) -> tuple[str, str]:
    """People of sets beside read `set/subject`."""
    name, _, who = str(windows.subjects[row]).rpartition("/")
    return name or PROTOCOLS[windows.name].dataset, who
