"""`telltale eval sensorllm`: rows that can be had are scored, rows that cannot are named with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.registry import TaskOptions
from evals.runs import Run, Sample
from evals.systems.registry import SYSTEMS, systems
from evals.tasks import sensorllm
from recordings import UserError


def test_every_row_of_the_task_is_a_known_system() -> None:
    assert set(sensorllm.ROWS) <= set(SYSTEMS)
    assert not [
        key for key in systems() if key.name.startswith("SensorLLM")
    ]  # `har` does not tune language models unasked


def test_a_run_is_scored_with_published_rows_and_what_was_left_out(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.sensorllm.training.tuning.can_train_here", lambda: False)
    monkeypatch.setattr("models.sensorllm.can_train_here", lambda: False, raising=False)
    options = TaskOptions(data_dir=data_dir, quick=True, protocol="fixed@hapt", systems=("majority", "sensorllm"))
    run = Run(header={"task": "sensorllm"})
    sensorllm.collect(options, run)
    result = sensorllm.score(run)
    rows = {str(row["name"]): row for row in result["systems"]}  # type: ignore[attr-defined]
    assert len(rows) == 1  # the majority's: what would have to be tuned for hours is left out
    left = {str(row["system"]): str(row["why"]) for row in result["left_out"]}  # type: ignore[attr-defined]
    assert "SensorLLM" in left and "GPU" in left["SensorLLM"] and "\n" not in left["SensorLLM"]
    assert all(row["comparable"] == "no" for row in result["published"])  # type: ignore[attr-defined]
    assert json.loads(json.dumps(result))["speed"] == []


def test_the_speed_of_a_checkpoint_stands_beside_the_rows() -> None:
    run = Run(header={"task": "sensorllm", "quick": True})
    detail = {"windows": 4, "seconds": 2.0, "windows_per_s": 2.0, "largest_difference": 0.0}
    run.add(Sample("batches of 16", "speed", "speed", "2", truth="", prediction=None, score=2.0, detail=detail))
    run.finish("speed", "speed")
    result = sensorllm.score(run)
    assert result["speed"] == [{"way": "batches of 16", **detail}] and result["systems"] == []


def test_a_folder_without_a_tuned_checkpoint_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="SensorLLM checkpoint"):
        systems((f"sensorllm:{tmp_path}",))
