"""Few shots, no shots and broken devices, on real windows of a few recordings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.registry import TaskOptions
from evals.runs import Run
from evals.systems import load_windows
from evals.tasks import few_shot, har, robustness, zero_shot
from models.motion.protocols import PROTOCOLS


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har, "QUICK_TRAIN", 120)
    monkeypatch.setattr(har, "QUICK_TEST", 60)


@pytest.mark.data
def test_shots_and_tests_share_no_sample(data_dir: Path) -> None:
    own = load_windows(PROTOCOLS["hapt"], data_dir, subjects=["2", "4"])
    pool, test = few_shot.halves(own)
    assert len(pool) > 100 and len(test) > 100 and not set(pool.ids) & set(test.ids)
    for who in ("2", "4"):
        for c in range(6):
            a, b = (w.take((w.subjects == who) & (w.truth == c)) for w in (pool, test))
            for recording in set(a.recordings.tolist()):
                last = a.starts_s[a.recordings == recording].max() + a.window_s
                later = b.starts_s[b.recordings == recording]
                assert not len(later) or later.min() >= last - 1e-6
    rows = few_shot.drawn(pool, 5, np.random.default_rng(0))
    one, five = (few_shot._shots(pool, rows, k) for k in (1, 5))
    assert set(one.ids) <= set(five.ids) and np.bincount(five.truth).tolist() == [5] * 6


@pytest.mark.data
def test_more_shots_help(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(few_shot, "QUICK_SETS", ("hapt",))
    monkeypatch.setattr(few_shot, "QUICK_TEST", 90)
    monkeypatch.setattr(few_shot, "QUICK_SHOTS", (0, 1, 10))
    learners = few_shot._learners("embedded")
    monkeypatch.setattr(few_shot, "_learners", lambda llm: [x for x in learners if not x.slow])
    result = few_shot.run(TaskOptions(data_dir=data_dir, quick=True, seeds=2, run=Run()))
    value = {
        (r["name"], r["part"]): r["metrics"]["macro_f1"]["value"]
        for r in result["systems"]  # type: ignore[attr-defined]
    }
    name = "logistic, features"
    assert value[name, "hapt/other:10"] > value[name, "hapt/other:1"]
    assert value[name, "hapt/same:10"] > 0.6
    assert value["telltale motion, all windows", "hapt/other:all"] > 0.8
    assert ("MiniLM cosine", "hapt/other:0") in value and ("MiniLM cosine", "hapt/other:1") not in value
    assert not [c for c in result["leak_audit"]["checks"] if c["passed"] is False]  # type: ignore[index]


@pytest.mark.data
def test_words_alone(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zero_shot, "QUICK_WORDS", ("hapt",))
    monkeypatch.setattr(zero_shot, "QUICK_CROSS", ())
    result = zero_shot.run(TaskOptions(data_dir=data_dir, quick=True, systems=("majority", "minilm"), run=Run()))
    value = {r["name"]: r["metrics"]["macro_f1"]["value"] for r in result["systems"]}  # type: ignore[attr-defined]
    assert value["MiniLM cosine"] > value["majority"]


@pytest.mark.data
def test_what_a_fault_costs(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness, "QUICK_SETS", ("hapt",))
    chosen = {k: robustness.PERTURBATIONS[k] for k in ("no_accelerometer", "turned_known", "clock_fast")}
    monkeypatch.setattr(robustness, "PERTURBATIONS", chosen)
    options = TaskOptions(data_dir=data_dir, quick=True, systems=("telltale_motion", "logistic"))
    result = robustness.run(replace(options, run=Run()))
    rows = {(r["name"], r["part"]): r for r in result["systems"]}  # type: ignore[attr-defined]
    ours = "telltale motion"
    # A stream without acceleration is refused, and that is said, not counted.
    assert (ours, "hapt/no_accelerometer") not in rows
    assert any(row["part"] == "hapt/no_accelerometer" for row in result["left_out"])  # type: ignore[attr-defined]
    assert rows["features + logistic", "hapt/no_accelerometer"]["drop"]["macro_f1"]["value"] < -0.2
    assert rows[ours, "hapt/turned_known"]["drop"]["macro_f1"]["value"] < -0.1
    assert abs(rows[ours, "hapt/clock_fast"]["drop"]["macro_f1"]["value"]) < 0.15
