"""The window task: its splits, its figures, and that the library models run on the same windows."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from evals.registry import TaskOptions, task
from evals.tasks import har
from evals.window_baselines import minirocket, random_forest, window_features
from models.motion.protocols import PROTOCOLS
from recordings import UserError
from recordings.datasets import HELD_OUT_SUBJECTS


def two_rhythms(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    t = np.arange(128) / 50.0
    pace = np.where(truth, 3.0, 1.0)[:, None, None]
    phase = rng.uniform(0, 6, (n, 6, 1))
    return (np.sin(2 * np.pi * pace * t + phase) + rng.normal(0, 0.3, (n, 6, 128))).astype(np.float32), truth


def test_macro_f1_of_known_answers() -> None:
    truth = np.array([0, 0, 1, 1, 2])
    assert har._macro_f1(truth, truth, 4) == 1.0  # a class that nobody names does not count
    assert har._macro_f1(truth, np.array([0, 1, 1, 1, 0]), 3) == pytest.approx((0.5 + 0.8 + 0.0) / 3)
    assert har._one_f1(truth, np.array([0, 1, 1, 1, 0]), 1) == pytest.approx(0.8)
    sure = np.array([[0.9, 0.1], [0.9, 0.1]], dtype=np.float32)
    assert har._calibration_error(sure, np.array([0, 1])) == pytest.approx(0.4)


def test_library_models_learn_a_rhythm() -> None:
    train, truth = two_rhythms(120, 0)
    test, wanted = two_rhythms(60, 1)
    assert np.isfinite(window_features(train, 50.0)).all()
    forest = random_forest(train, truth, test, 50.0, seed=0)
    assert (forest.predicted == wanted).mean() > 0.9
    assert forest.predicted.tobytes() == random_forest(train, truth, test, 50.0, seed=0).predicted.tobytes()


def test_minirocket_learns_a_rhythm(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("aeon")
    monkeypatch.setattr("evals.window_baselines.KERNELS", 168)
    train, truth = two_rhythms(120, 0)
    test, wanted = two_rhythms(60, 1)
    guess = minirocket(train, truth, test, np.arange(120) >= 90, seed=0)
    assert (guess.predicted == wanted).mean() > 0.9 and "penalty" in guess.detail


def test_without_data_it_says_so() -> None:
    with pytest.raises(UserError, match="--data"):
        task("har")(TaskOptions())


@pytest.mark.data
def test_sides_share_nobody_and_windows_stay_inside_their_labels(data_dir: Path) -> None:
    protocol = PROTOCOLS["hapt"]
    held = HELD_OUT_SUBJECTS["hapt"]
    train, test = (har._split(protocol, data_dir, held, inside, 8) for inside in (False, True))
    assert set(test.subjects.tolist()) <= held and not held & set(train.subjects.tolist())
    assert train.windows.shape[1:] == test.windows.shape[1:] == (6, 128)
    assert np.isfinite(train.windows).all() and set(train.truth.tolist()) == set(range(6))
    for recording in test.recordings:
        for window, _ in protocol.windows(recording):
            inside = [
                a
                for a in recording.annotations
                if a.start_s - 1e-6 <= window.start_s and window.end_s <= a.end_s + 1e-6
            ]
            assert len(inside) == 1


@pytest.mark.data
def test_the_task_gives_the_contracts_result(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har, "PROTOCOLS", {"wisdm_watch": PROTOCOLS["wisdm_watch"]})
    monkeypatch.setattr(har, "BOOTSTRAPS", 50)
    monkeypatch.setattr("evals.window_baselines.TREES", 20)
    said: list[str] = []
    result = har.run(TaskOptions(data_dir=data_dir, limit=1, progress=lambda stage, done, total: said.append(stage)))
    json.dumps(result)
    assert {"task", "protocol", "data", "systems", "published", "leak_audit", "seeds", "command", "versions"} <= set(
        result
    )
    rows = {row["name"]: row for row in result["systems"]}  # type: ignore[attr-defined]
    assert {"telltale motion", "majority", "features + random forest"} <= set(rows)
    for row in rows.values():
        low, high = row["metrics"]["macro_f1"]["ci95"]
        assert 0 <= low <= high <= 1 and row["split"] == "wisdm_watch" and row["n_windows"] > 0
    best = rows["telltale motion"]["metrics"]["accuracy"]["value"]
    assert best > rows["majority"]["metrics"]["accuracy"]["value"] + 0.3
    assert all(check["passed"] for check in result["leak_audit"]["checks"])  # type: ignore[index]
    assert said[0] == "har: wisdm_watch" and said[-1] == "har: done"


def test_the_card_says_what_was_published() -> None:
    """The shipped card's table is made from the published result, and both are of the shipped weights."""
    root = Path(__file__).resolve().parents[2]
    result = json.loads((root / "evals" / "published" / "har.json").read_text(encoding="utf-8"))
    card = (root / "models" / "motion" / "checkpoints" / "base" / "README.md").read_text(encoding="utf-8")
    assert har.held_out_table(result) in card
    weights = (root / "models" / "motion" / "checkpoints" / "base" / "model.safetensors").read_bytes()
    revision = next(row["revision"] for row in result["systems"] if row["name"] == "telltale motion")
    assert revision.endswith(hashlib.sha256(weights).hexdigest()[:8]) and not result["data"]["quick"]
