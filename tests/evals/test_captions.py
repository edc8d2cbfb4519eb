"""The task `captions` on real recordings: bounds, controls, resuming, re-scoring."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from evals.registry import TaskOptions
from evals.runs import Run
from evals.tasks.captions import collect, score
from evals.tasks.captions.captioners import BUILT_IN
from evals.tasks.captions.language_models import user_text
from evals.tasks.captions.segments import example_segment, lengths_of
from evals.tasks.captions.segments import test_segments as held_out_segments
from models.sensorllm.data import parse_trend_answer, split_of
from recordings import UserError

SYSTEMS = ("exact captioner", "template paraphrase", "one line", "random in the grammar")


@pytest.fixture(scope="module")
def options(data_dir: Path) -> TaskOptions:
    return TaskOptions(data_dir=data_dir, quick=True, limit=2, systems=SYSTEMS)


@pytest.fixture(scope="module")
def folder(options: TaskOptions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("captions")
    collect(options, Run(place, {"task": "captions"}))
    return place


def test_exact_systems_are_exact_and_controls_are_not(folder: Path) -> None:
    result = score(Run(folder))
    rows = cast("list[dict[str, object]]", result["systems"])
    assert {row["name"] for row in rows} == set(SYSTEMS) and len(rows) == 4 * len(SYSTEMS)
    found = {
        name: [cast("dict[str, dict[str, float]]", r["metrics"]) for r in rows if r["name"] == name] for name in SYSTEMS
    }
    for name in SYSTEMS[:2]:
        for metrics in found[name]:
            assert metrics["label_accuracy"]["value"] == metrics["boundary_f1"]["value"] == 1.0
            assert metrics["parse_failure_rate"]["value"] == 0.0 and metrics["count_error"]["value"] == 0.0
            assert metrics["exact_rate"]["value"] == 1.0
    for name in SYSTEMS[2:]:
        assert all(metrics["parse_failure_rate"]["value"] == 0.0 for metrics in found[name])
        assert sum(metrics["label_accuracy"]["value"] for metrics in found[name]) < 0.9 * 4
    checks = cast("list[dict[str, object]]", cast("dict[str, object]", result["leak_audit"])["checks"])
    assert not [c for c in checks if c["passed"] is False] and [c for c in checks if c["passed"] is True]
    json.dumps(result, allow_nan=False)


def test_a_resumed_run_tells_nothing_twice_and_scores_the_same(folder: Path, options: TaskOptions) -> None:
    run = Run(folder)
    before, lines = score(run), (folder / "samples.jsonl").read_text().count("\n")
    collect(options, run)
    assert (folder / "samples.jsonl").read_text().count("\n") == lines
    assert score(run) == before


def test_segments_are_of_held_out_people_and_the_example_is_not(data_dir: Path) -> None:
    lengths = lengths_of("5-20")
    found = held_out_segments("motionsense", data_dir, lengths, 5, 0)
    again = held_out_segments("motionsense", data_dir, lengths, 5, 0)
    assert [s.id for s in found] == [s.id for s in again] and len({s.id for s in found}) == 5
    assert {split_of("motionsense", s.subject) for s in found} == {"test"}
    assert all(5 <= len(s.series) <= 20 for s in found)
    example = example_segment("motionsense", data_dir, 0)
    assert split_of("motionsense", example.subject) == "training"
    text = user_text(found[0], example)
    assert example.answer in text and found[0].answer not in text


def test_built_in_captioners_write_what_parses(data_dir: Path) -> None:
    samples = held_out_segments("wisdm", data_dir, lengths_of("5-20"), 3, 1)
    for captioner in BUILT_IN:
        texts = captioner.write(samples)
        assert len(texts) == len(samples) and texts == captioner.write(samples)
        if captioner.name not in ("exact captioner", "merged captioner"):
            assert [parse_trend_answer(text).end_s for text in texts] == [
                round((len(s.series) - 1) / s.rate_hz, 2) for s in samples
            ]


@pytest.mark.parametrize("protocol", ["fixed", "5", "1-9", "20-5", "5-5-5", ""])
def test_a_wrong_protocol_is_one_line(protocol: str) -> None:
    with pytest.raises(UserError):
        lengths_of(protocol)


def test_an_unknown_system_and_missing_data_are_one_line(data_dir: Path) -> None:
    with pytest.raises(UserError, match="data"):
        collect(TaskOptions(), Run())
    with pytest.raises(UserError, match="nobody"):
        collect(TaskOptions(data_dir=data_dir, quick=True, limit=1, systems=("nobody",)), Run())
    with pytest.raises(UserError, match="sensorllm@"):
        collect(TaskOptions(data_dir=data_dir, quick=True, limit=1, systems=("sensorllm@",)), Run())
    with pytest.raises(UserError, match="nowhere"):
        collect(TaskOptions(data_dir=data_dir, quick=True, limit=1, systems=("sensorllm@nowhere",)), Run())
