"""The SensorLM task: its figures against plain computations, and a small run on real windows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from evals.registry import TaskOptions
from evals.runs import Sample
from evals.tasks import sensorlm
from evals.tasks.sensorlm.checkpoints import opened
from evals.tasks.sensorlm.finding import SHARED, shared_numbers
from evals.tasks.sensorlm.naming import UNSEEN
from evals.tasks.sensorlm.scoring import macro_auroc, named_figures
from evals.tasks.sensorlm.shots import FEATURES, LLASA, MOTION
from evals.tasks.sensorlm.writing import BORNE_OUT, EXACT, NEAREST, OTHER
from models.motion.taxonomy import LEAVES
from models.sensorlm import SensorLM, SensorLMConfig
from models.sensorlm.captions import window_caption, window_data
from models.sensorlm.reader import DUMMY
from models.sensorlm.tokenizer import caption_vocabulary
from models.sensorlm.training.pairs import is_true
from models.sensorlm.writing import counts
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
    with pytest.raises(UserError, match="some of named, shots, found, written, joined by \\+, found shot"):
        sensorlm.run(TaskOptions(data_dir=data_dir, quick=True, protocol="shot", systems=(str(usual),)))


def test_what_a_caption_says_is_counted():
    """A true sentence, one whose mean is off by a little, one off by much, and one in no wording."""
    values = np.random.default_rng(0).normal(size=(6, 128)).cumsum(axis=1)
    data = window_data(values)
    x, y = (data[name] for name in ("acc_x", "acc_y"))
    said = [
        f"acceleration x: mean {x.mean():.2f}, max {x.max():.2f}, min {x.min():.2f}, std {x.std():.2f}",
        f"acceleration y: mean {y.mean() + 0.03:.2f}, max {y.max() * 3:.2f}, min {y.min():.2f}, std {y.std():.2f}",
        "acceleration z is lovely",
    ]
    found = counts("For acceleration, " + ". ".join(said) + ".", "statistical", data)
    assert found == {"sentences": 3, "known": 2, "held": 1, "numbers": 8, "right": 6, "near": 7}
    assert counts("", "structural", data) == dict.fromkeys(found, 0)
    whole = counts(window_caption(values, ("structural",), Random(0)).text, "structural", data)
    assert whole["held"] == whole["sentences"] > 3 and whole["right"] == whole["numbers"] and whole["near"] == 0


def test_a_named_activity_may_be_the_wider_one():
    assert (
        is_true("walking_left", "walking") and is_true("walking_upstairs", "stairs") and is_true("sitting", "sitting")
    )
    assert not is_true("sitting", "standing") and not is_true("stairs", "walking_upstairs")


@pytest.mark.data
def test_captions_are_written_beside_what_knows_everything_and_nothing(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    """A decoder that has learnt nothing; the exact caption holds whole, another window's does not."""
    monkeypatch.setattr(sensorlm, "POOL_SETS", ("usc_had",))
    monkeypatch.setattr(sensorlm, "LEARNT", 40)
    torch.manual_seed(0)
    folder = a_checkpoint(tmp_path / "writer")
    plain = SensorLMConfig.from_pretrained(DUMMY).to_dict()
    shape = {**plain, "objective": "coca", "vocabulary": caption_vocabulary(), "caption_length": 12}
    SensorLM(SensorLMConfig(**shape)).save_pretrained(folder)
    options = TaskOptions(data_dir=data_dir, protocol="written", limit=12, systems=(str(folder),))
    result = sensorlm.run(options)
    rows = {(row["name"], row["part"].rpartition("/")[2]): row["metrics"] for row in result["systems"]}  # type: ignore[attr-defined]
    mine = "SensorLM, writer"
    names = {mine, EXACT, NEAREST, OTHER}
    for level in ("statistical", "structural", "semantic"):
        assert {name for name, at in rows if at == level} == names | (
            {f"{mine}, {BORNE_OUT}"} if level != "semantic" else set()
        )
    for level in ("statistical", "structural"):
        exact, other = rows[EXACT, level], rows[OTHER, level]
        assert exact["held"]["value"] == exact["known"]["value"] == exact["numbers_right"]["value"] == 1.0
        assert other["known"]["value"] == 1.0 and other["held"]["value"] < 0.7
    assert rows[EXACT, "semantic"]["activity"]["value"] == 1.0 > rows[OTHER, "semantic"]["activity"]["value"]
    assert rows[EXACT, "statistical"]["bleu1_wordings"]["value"] > rows[OTHER, "statistical"]["bleu1_wordings"]["value"]
    assert not [c for c in result["leak_audit"]["checks"] if c["passed"] is False]  # type: ignore[index]
    silent = a_checkpoint(tmp_path / "silent")
    with pytest.raises(UserError, match="a checkpoint that writes captions"):
        sensorlm.run(TaskOptions(data_dir=data_dir, protocol="written", limit=12, systems=(str(silent),)))
