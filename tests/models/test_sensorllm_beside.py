"""Windows of other sets in the pool of one: its form, their training people alone, and named in the checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from small_sensor_language import build_backbone

from models.chronos.embedder import DUMMY
from models.motion.subjects import VALIDATION_SUBJECTS
from models.sensorllm import TuningPlan, load_frozen, train_tuning
from models.sensorllm.checkpoints import load_trained
from models.sensorllm.data import WINDOW_PROTOCOLS, WindowSample, window_samples
from models.sensorllm.training import beside
from models.sensorllm.training.beside import windows_beside
from recordings import Recording, UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset


def _few(monkeypatch: pytest.MonkeyPatch, every: int) -> None:
    """Each n-th recording of a set: the form of a window does not depend on how many there are."""
    opened = beside.split_recordings

    def some(name: str, data_dir: Path, splits: list[str]) -> list[Recording]:
        return list(opened(name, data_dir, splits))[::every]  # type: ignore[arg-type]

    monkeypatch.setattr(beside, "split_recordings", some)


@pytest.mark.data
def test_windows_of_other_people_have_the_form_of_the_set(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _few(monkeypatch, 6)
    found = windows_beside("usc_had", ("hapt", "motionsense"), data_dir)
    protocol = WINDOW_PROTOCOLS["usc_had"]
    assert {sample.dataset for sample in found} == {"hapt", "motionsense"}
    assert {sample.series.shape for sample in found} == {(6, 200)} and {sample.rate_hz for sample in found} == {100.0}
    for sample in found:
        apart = HELD_OUT_SUBJECTS[sample.dataset] | VALIDATION_SUBJECTS[sample.dataset]
        assert sample.label in protocol.classes and sample.subject not in apart
    for name in ("hapt", "motionsense"):
        up = [s.series[0].mean() for s in found if s.dataset == name and s.label == "standing"]
        assert sum(up) / len(up) > 8.5, name


@pytest.mark.data
def test_a_checkpoint_names_everyone_it_learnt_from(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _few(monkeypatch, 25)
    frozen = load_frozen(str(build_backbone(tmp_path / "backbone")), str(DUMMY), dtype=torch.float32)
    monkeypatch.setattr("models.sensorllm.training.tuning.read_windows", _one_recording)
    plan = TuningPlan(
        pool=36, windows_per_epoch=16, validation_windows=8, text=False, pooled_rows=32, beside=("motionsense",)
    )
    summary = train_tuning(
        data_dir, tmp_path / "out", dataset="hapt", aligned=None, plan=plan, frozen=frozen, epochs=1, device="cpu"
    )
    assert summary.train_subjects["hapt"] == ["1"] and summary.train_subjects["motionsense"]
    config = load_trained(tmp_path / "out").config
    assert config.subjects == summary.train_subjects and config.dataset == "hapt"
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "windows of motionsense in the pool beside the set's own" in card and "MotionSense" in card


def _one_recording(data_dir: Path, name: str, split: str, seed: int = 0) -> list[WindowSample]:
    who = "1" if split == "training" else "3"
    key = next(key for key in dataset(name).keys(data_dir) if dataset(name).subject_of(key, data_dir) == who)
    return list(window_samples([dataset(name).open(key, data_dir)], seed))


@pytest.mark.parametrize(
    ("name", "sets"),
    [("hapt", ("hapt",)), ("hapt", ("wisdm",)), ("hapt", ("usc_had", "usc_had")), ("wisdm", ("hapt",))],
)
def test_a_set_that_cannot_be_mixed_is_refused(name: str, sets: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--beside: expected sets that can be mixed with"):
        windows_beside(name, sets, tmp_path)
