"""The window task: protocols by a flag, figures from rows alone, resumed without asking twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.registry import TaskOptions, task
from evals.runs import Run, Sample
from evals.systems.windows import WindowSet
from evals.tasks import har
from evals.window_scores import alone_right, calibration_error, compared, figures, gathered
from models.motion.protocols import PROTOCOLS
from recordings import UserError

CHEAP = ("majority", "neighbours", "telltale_motion")


def rows(system: str, said: str, seed: str = "") -> list[Sample]:
    """Truth a a b b of two people; `said` is the prediction of each."""
    return [
        Sample(f"w{i}", system, f"s/fixed/0{seed}", "12"[i % 2], "aabb"[i], None if c == "." else c)
        for i, c in enumerate(said)
    ]


def a_run(**systems: str) -> Run:
    run = Run()
    for name, said in systems.items():
        run.add_all(rows(name, said))
        run.finish(name, "s/fixed/0")
    return run


def test_figures_of_known_answers() -> None:
    (mine,) = gathered(a_run(x="ab.b"), {"s/fixed": "ab"})["s/fixed"]
    found = figures(mine)
    # a: one hit of two, no false alarm → 2/3; b: one hit of two, one false alarm → 1/2. No answer is wrong and no class.
    assert found["metrics"]["macro_f1"]["value"] == pytest.approx((2 / 3 + 1 / 2) / 2, abs=1e-4)  # type: ignore[index]
    assert found["invalid"] == 0 and found["n_windows"] == 4
    assert set(found["per_subject_f1"]) == {"1", "2"}  # type: ignore[arg-type]
    assert found["per_class_f1"] == {"a": 0.6667, "b": 0.5}


def test_seeds_are_averaged_and_an_unfinished_unit_does_not_count() -> None:
    run = a_run(x="aabb")
    run.add_all(rows("x", "bbaa", "/1"))
    run.finish("x", "s/fixed/0/1")
    run.add_all(rows("y", "aa"))
    found = gathered(run, {"s/fixed": "ab"})["s/fixed"]
    assert [a.system for a in found] == ["x"] and len(found[0].by_seed) == 2
    table = figures(found[0])
    assert table["macro_f1_by_seed"] == [1.0, 0.0]
    assert table["metrics"]["macro_f1"]["value"] == 0.5  # type: ignore[index]


def test_a_difference_is_on_the_windows_that_both_answered() -> None:
    run = a_run(x="aabb", y="ab")
    by_name = {a.system: a for a in gathered(run, {"s/fixed": "ab"})["s/fixed"]}
    difference = compared(by_name["x"], by_name["y"])
    assert difference is not None and difference.n == 2 and difference.value > 0


def test_a_difference_is_over_every_seed_though_there_are_few_people() -> None:
    run = a_run(x="aabb", y="bbaa")
    for system, said in (("x", "bbaa"), ("y", "bbab")):
        run.add_all(rows(system, said, "/1"))
        run.finish(system, "s/fixed/0/1")
    found = {a.system: a for a in gathered(run, {"s/fixed": "ab"})["s/fixed"]}
    difference = compared(found["x"], found["y"])
    by_seed = {name: figures(a)["macro_f1_by_seed"] for name, a in found.items()}
    assert by_seed["x"] == [1.0, 0.0] and by_seed["y"][1] > 0  # type: ignore[index]
    assert difference is not None and difference.method.endswith("the largest of 2 seeds")
    assert difference.value == pytest.approx((1.0 - by_seed["y"][1]) / 2, abs=1e-4)  # type: ignore[index]
    assert alone_right(found["x"].first, found["y"].first) == (4, 0)


def test_calibration_error_of_known_answers() -> None:
    sure = np.array([[0.9, 0.1], [0.9, 0.1]])
    assert calibration_error(sure, np.array([0, 1])) == pytest.approx(0.4)


def test_protocols_by_a_flag() -> None:
    assert har.asked_protocols("") == {"fixed": tuple(PROTOCOLS), "groups:5": tuple(PROTOCOLS)}
    assert har.asked_protocols("loso@hapt+usc_had") == {"loso": ("hapt", "usc_had")}
    for spec in ("cross:motionsense+hapt", "beside:motionsense+hapt"):
        assert har.asked_protocols(spec) == {spec: ("usc_had",)}
    with pytest.raises(UserError, match="known sets"):
        har.asked_protocols("fixed@nowhere")


@pytest.mark.parametrize("piece", ["beside:hapt@hapt", "cross:hapt@wisdm_watch", "beside:hapt@usc_had+wisdm_phone"])
def test_a_set_that_cannot_be_tested_so_is_refused(piece: str) -> None:
    with pytest.raises(UserError, match="sets that are tested, of usc_had, hapt, motionsense"):
        har.asked_protocols(piece)


def test_without_data_it_says_so() -> None:
    with pytest.raises(UserError, match="--data"):
        task("har")(TaskOptions())


@pytest.fixture
def few_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har, "QUICK_TRAIN", 150)
    monkeypatch.setattr(har, "QUICK_TEST", 60)
    monkeypatch.setattr(har, "QUICK_FOLD_TRAIN", 150)
    monkeypatch.setattr(har, "QUICK_FOLD_TEST", 60)
    har.whole_set.cache_clear()


@pytest.mark.data
def test_every_system_on_real_windows_then_resumed(data_dir: Path, tmp_path: Path, few_windows: None) -> None:
    options = TaskOptions(data_dir=data_dir, quick=True, protocol="fixed@hapt,groups:5@hapt", systems=CHEAP)
    first = Run(tmp_path / "run")
    result = har.run(replace(options, run=first))
    json.dumps(result)
    assert {"task", "protocol", "data", "systems", "published", "leak_audit", "seeds", "command", "versions"} <= set(
        result
    )
    found = {(row["part"], row["name"]): row for row in result["systems"]}  # type: ignore[attr-defined]
    ours, least = found["hapt/fixed", "telltale motion"], found["hapt/fixed", "majority"]
    low, high = ours["metrics"]["macro_f1"]["ci95"]
    assert 0 < low <= ours["metrics"]["macro_f1"]["value"] <= high <= 1
    assert ours["metrics"]["accuracy"]["value"] > least["metrics"]["accuracy"]["value"] + 0.3
    # Thirty people tested once each; the shipped weights have met them, so they are left out and the reason is printed.
    assert found["hapt/groups:5", "majority"]["n_windows"] > 200
    assert ("hapt/groups:5", "telltale motion") not in found
    assert any("learnt from people" in row["why"] for row in result["left_out"])  # type: ignore[attr-defined]
    checks = result["leak_audit"]["checks"]  # type: ignore[index]
    assert len(checks) > 60 and not [c for c in checks if c["passed"] is False]
    assert result["differences"] and result["data"]["quick"]  # type: ignore[index]
    first.close()

    # A stranger scores the folder again; a second run asks nobody.
    again = Run(tmp_path / "run")
    assert json.dumps(har.score(again), sort_keys=True) == json.dumps(result, sort_keys=True)
    har.whole_set.cache_clear()
    har.collect(options, again)
    assert har.whole_set.cache_info().misses == 0
    again.close()


@pytest.mark.data
def test_a_stopped_run_goes_on_to_the_same_figures(data_dir: Path, tmp_path: Path, few_windows: None) -> None:
    options = TaskOptions(data_dir=data_dir, quick=True, protocol="fixed@hapt", systems=("majority", "neighbours"))
    whole = har.run(replace(options, run=Run(tmp_path / "whole")))
    stopped = Run(tmp_path / "stopped")
    har.collect(replace(options, systems=("majority",)), stopped)
    stopped.close()
    journal = tmp_path / "stopped" / "samples.jsonl"
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"kind": "sample", "system": "5 nearest nei')
    resumed = Run(tmp_path / "stopped")
    figure = {r["name"]: r["metrics"] for r in har.run(replace(options, run=resumed))["systems"]}  # type: ignore[attr-defined]
    assert figure == {r["name"]: r["metrics"] for r in whole["systems"]}  # type: ignore[attr-defined]


@pytest.mark.data
def test_windows_of_a_budget_and_of_other_sets(data_dir: Path, few_windows: None) -> None:
    (fold,) = har.rounds_of("budget:3", "hapt", data_dir)
    whole: WindowSet = har.whole_set("hapt", (), data_dir)
    train, _, test = har.sides(whole, fold, 0, quick=False)
    assert np.bincount(train.truth).tolist() == [3] * 6
    assert not set(train.subjects.tolist()) & set(test.subjects.tolist())
    (crossed,) = har.rounds_of("cross:motionsense", "hapt", data_dir)
    assert all(who.startswith("hapt/") for who in crossed.test)


def test_the_card_says_what_was_published() -> None:
    """The shipped card's table is made from the published result, and both are of the shipped weights."""
    root = Path(__file__).resolve().parents[2]
    result = json.loads((root / "evals" / "published" / "har.json").read_text(encoding="utf-8"))
    card = (root / "models" / "motion" / "checkpoints" / "base" / "README.md").read_text(encoding="utf-8")
    assert har.held_out_table(result) in card
    weights = (root / "models" / "motion" / "checkpoints" / "base" / "model.safetensors").read_bytes()
    revision = next(row["revision"] for row in result["systems"] if row["name"] == "telltale motion")
    assert revision.endswith(hashlib.sha256(weights).hexdigest()[:8]) and not result["data"]["quick"]
