"""The SensorLM task: its figures against plain computations, and a small run on real windows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from evals.registry import TaskOptions
from evals.runs import Sample
from evals.tasks import sensorlm
from evals.tasks.sensorlm.checkpoints import opened
from evals.tasks.sensorlm.finding import SHARED, shared_numbers
from evals.tasks.sensorlm.naming import UNSEEN
from evals.tasks.sensorlm.scoring import macro_auroc, named_figures
from evals.tasks.sensorlm.shots import FEATURES, LLASA, MOTION
from models.motion.taxonomy import LEAVES
from models.sensorlm.reader import DUMMY
from recordings import UserError


def a_checkpoint(folder: Path, **facts: object) -> Path:
    shutil.copytree(DUMMY, folder)
    body = {"train_subjects": {"usc_had": ["1"]}, "without_classes": [], "without_sets": [], "levels": ["semantic"]}
    (folder / "training.json").write_text(json.dumps(body | facts), encoding="utf-8")
    return folder


def test_auroc_is_the_library_s_with_ties():
    rng = np.random.default_rng(0)
    odds, truth = rng.integers(0, 4, size=(200, 3)).astype(float), rng.integers(0, 3, 200)
    expected = np.mean([roc_auc_score(truth == c, odds[:, c]) for c in range(3)])
    assert macro_auroc(odds, truth, [0, 1, 2]) == pytest.approx(expected)
    assert np.isnan(macro_auroc(odds, np.zeros(200, int), [0, 1]))


def test_unseen_classes_are_scored_alone():
    """Ten windows of two unseen classes and ten of a seen one: told apart among the unseen, never named among all."""
    labels = ["walking", "jumping", "clapping"]
    rows = []
    for i, (truth, odds) in enumerate([("walking", [5, 0, 0]), ("jumping", [3, 2, 0]), ("clapping", [3, 0, 2])] * 10):
        rows.append(Sample(f"w{i}", "s", "p", str(i % 4), truth, "walking", 0.0, "ok", {"odds": odds}))
    found = named_figures(rows, labels, ["jumping", "clapping"])
    assert found["auroc"]["value"] == 1.0 and found["macro_f1_among_unseen"]["value"] == 1.0
    assert found["recall_of_unseen_among_all"]["value"] == 0.0
    assert found["macro_f1"]["value"] == pytest.approx(0.5 / 3, abs=1e-3)


def test_the_unseen_classes_follow_their_rule():
    activities = sorted(leaf for leaf in LEAVES if "_to_" not in leaf)
    assert activities[2::5] == list(UNSEEN)


def test_a_folder_without_a_card_is_refused(tmp_path: Path):
    with pytest.raises(UserError, match="telltale train sensorlm"):
        opened((str(tmp_path),))


def test_captions_are_compared_by_the_numbers_that_both_print():
    near = shared_numbers(["x has mean 9.81, deviation 0.30", "it is still"], ["0.30 about 9.81", "mean 9.80 and 0.30"])
    assert near[0].tolist() == pytest.approx([1.0, 0.5]) and near[1].tolist() == [0.0, 0.0]


@pytest.mark.data
def test_a_small_run(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sensorlm, "SETS", ("usc_had",))
    monkeypatch.setattr(sensorlm, "SHOT_SETS", ())
    monkeypatch.setattr(sensorlm, "POOL_SETS", ("usc_had",))
    usual = a_checkpoint(tmp_path / "usual")
    kept = a_checkpoint(tmp_path / "kept", without_classes=["standing", "jumping"])
    away = a_checkpoint(tmp_path / "away", train_subjects={"hapt": ["1"]}, without_sets=["usc_had"])
    options = TaskOptions(data_dir=data_dir, limit=24, systems=(str(usual), str(kept)))
    result = sensorlm.run(options)
    parts = {(row["name"], row["part"]) for row in result["systems"]}  # type: ignore[attr-defined]
    assert ("SensorLM, usual", "seen/usc_had") in parts and ("SensorLM, kept", "unseen_classes/usc_had") in parts
    assert ("SensorLM, usual", "found/usc_had/all/text_to_window") in parts
    assert (SHARED, "found/usc_had/structural/window_to_text") in parts
    assert ("telltale motion (supervised)", "seen/usc_had") in parts
    for row in result["systems"]:  # type: ignore[attr-defined]
        assert all(0 <= metric["value"] <= 1 for name, metric in row["metrics"].items() if name != "median_rank")
    assert not [c for c in result["leak_audit"]["checks"] if c["passed"] is False]  # type: ignore[index]
    assert opened((str(away),))[0].without_sets == ("usc_had",)


@pytest.mark.data
def test_few_shots_alone(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    """Four readers of the same shots and windows; one window a class is enough for LLaSA's encoder to beat a guess."""
    monkeypatch.setattr(sensorlm, "SHOT_SETS", ("usc_had",))
    monkeypatch.setattr(sensorlm, "QUICK_NAMED", 60)
    usual = a_checkpoint(tmp_path / "usual")
    options = TaskOptions(data_dir=data_dir, quick=True, protocol="shots", systems=(str(usual),))
    result = sensorlm.run(options)
    rows = {(row["name"], row["part"]): row for row in result["systems"]}  # type: ignore[attr-defined]
    assert {part for _, part in rows} == {"shots/usc_had:1", "shots/usc_had:16"}
    assert {name for name, _ in rows} == {"linear probe, SensorLM, usual", MOTION, LLASA, FEATURES}
    assert rows[LLASA, "shots/usc_had:16"]["metrics"]["macro_f1"]["value"] > 2 / 12
    with pytest.raises(UserError, match="some of named, shots, found, joined by \\+, found shot"):
        sensorlm.run(TaskOptions(data_dir=data_dir, quick=True, protocol="shot", systems=(str(usual),)))
