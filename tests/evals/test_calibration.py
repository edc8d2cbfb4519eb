"""Calibration, selective accuracy and conformal sets against cases worked by hand, and on draws whose promise is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.conformal import aps_scores, leave_one_subject_out, threshold
from evals.registry import TaskOptions
from evals.runs import Run
from evals.tasks import calibration, har, timeline
from evals.tasks.calibration import reliability, selective_accuracy, weighted_ece


def test_error_of_known_confidences() -> None:
    confidence, hit = np.array([0.9, 0.9, 0.5, 0.5]), np.array([1.0, 0.0, 1.0, 0.0])
    assert weighted_ece(confidence, hit, np.ones(4)) == pytest.approx(0.2)
    # Only what weighs counts.
    assert weighted_ece(confidence, hit, np.array([0.0, 0.0, 1.0, 1.0])) == pytest.approx(0.0)
    assert [b["accuracy"] for b in reliability(confidence, hit, np.ones(4))] == [0.5, 0.5]


def test_the_surest_are_kept_first() -> None:
    confidence, hit = np.array([0.9, 0.8, 0.3, 0.2]), np.array([1.0, 1.0, 0.0, 0.0])
    assert selective_accuracy(confidence, hit, np.ones(4), 0.5) == 1.0
    assert selective_accuracy(confidence, hit, np.ones(4), 1.0) == 0.5


def test_aps_adds_up_the_likelier_labels() -> None:
    assert aps_scores(np.array([[0.2, 0.5, 0.3]]))[0] == pytest.approx([1.0, 0.5, 0.8])


def test_each_calibrating_person_weighs_the_same() -> None:
    scores = np.concatenate([np.full(100, 0.1), np.full(2, 0.9)])
    people = np.array(["many"] * 100 + ["few"] * 2)
    assert threshold(scores, people, alpha=0.4) == 0.9
    assert threshold(scores, np.array(["one"] * 102), alpha=0.4) == 0.1
    assert threshold(scores[:3], people[:3], alpha=0.1) == float("inf")


@pytest.mark.parametrize("method", ["LAC", "APS"])
def test_sets_hold_what_they_promise_where_people_are_alike(method: str) -> None:
    rng = np.random.default_rng(0)
    stated = rng.dirichlet([1.0, 1.0, 1.0, 1.0], size=4000)
    truth = np.array([rng.choice(4, p=p) for p in stated])
    people = np.array([str(i % 8) for i in range(4000)])
    found = leave_one_subject_out(stated, truth, people, method)
    assert found is not None and 0.88 <= found.mean <= 0.97 and found.worst > 0.84 and 1.0 < found.size < 4.0
    assert leave_one_subject_out(stated, truth, np.array(["1"] * 4000), method) is None


@pytest.mark.data
def test_the_task_on_real_windows(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "PROTOCOLS", {"hapt": calibration.PROTOCOLS["hapt"]})
    monkeypatch.setattr(calibration, "RESAMPLES", 50)
    monkeypatch.setattr(har, "QUICK_TEST", 80)
    monkeypatch.setattr(har, "QUICK_TRAIN", 150)
    # Timelines take seconds each and have a test of their own.
    monkeypatch.setattr(timeline, "collect_with", lambda *given: None)
    options = TaskOptions(data_dir=data_dir, quick=True, systems=("telltale_motion", "logistic"))
    result = calibration.run(replace(options, run=Run()))
    ours, theirs = result["systems"]  # type: ignore[misc]
    assert ours["name"] == "telltale motion" and ours["target_ece"] == 0.03 and "target_ece" not in theirs
    for row in (ours, theirs):
        assert 0 <= row["metrics"]["ece"]["value"] <= 0.5
        assert row["metrics"]["accuracy_at_50"]["value"] >= row["metrics"]["accuracy_at_100"]["value"]
        assert 0.5 < row["metrics"]["coverage_lac"]["value"] <= 1 and set(row["conformal"]) == {"LAC", "APS"}
        assert sum(b["share"] for b in row["reliability"]) == pytest.approx(1.0, abs=0.01)
