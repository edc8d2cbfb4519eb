"""`telltale train actionllm` on a table of one's own, and `telltale anticipate --engine actionllm --model` with what it wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_language_model import save_tiny_model

from apps.cli import main

SMALL = (
    "adapter_size=8", "interaction_size=8", "interaction_heads=2", "interaction_hidden=16", "queries=4", "precision=fp32",
    "batch=2", "examples_per_epoch=4",
)  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = ["sequence,subject,activity,start_s,end_s"]
    for i in range(4):
        rows += [
            f"s{i},p{i},{name},{start},{end}"
            for name, start, end in (("wash", 0, 10), ("cut", 10, 30), ("eat", 30, 60))
        ]
    path = tmp_path / "days.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("llama"))


def _train(table: Path, output: Path, backbone: Path, *more: str) -> int:
    changes = [part for change in SMALL for part in ("--set", change)]
    return main(
        ["train", "actionllm", "-o", str(output), "--sequences", str(table), "--backbone", str(backbone), "--layers", "1",
         "--epochs", "2", "--quiet", "--json", *changes, *more]
    )  # fmt: skip


def test_what_was_trained_is_asked_and_never_about_its_own_people(
    table: Path, tmp_path: Path, backbone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _train(table, tmp_path / "model", backbone, "--set", "noise=0.2") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["sequences"], facts["activities"], facts["layers"], facts["lm_layers"]) == (4, 3, 1, 2)
    assert facts["fit"]["steps"] == 4
    fresh = tmp_path / "fresh.csv"
    fresh.write_text(table.read_text().replace(",p0,", ",p9,"), encoding="utf-8")
    asked = ["--sequence", "s0", "--observe", "0.3", "--model", str(tmp_path / "model")]
    assert main(["anticipate", str(fresh), *asked, "--engine", "actionllm", "--json", "--quiet"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["engine"] == "actionllm"
    assert {one["activity"] for one in answer["forecast"]} <= {"wash", "cut", "eat"}
    assert sum(one["duration_s"] for one in answer["forecast"]) == pytest.approx(30.0, abs=0.1)
    assert main(["anticipate", str(table), *asked, "--quiet"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "was not trained on person p0" in printed.err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--set", "interaction"], "NAME=VALUE"),
        (["--set", "interaction=some"], "interaction must be one of"),
        (["--set", "queries=many"], "a value such as 20"),
        (["--features", "nowhere"], "no such file"),
    ],
)
def test_wrong_settings_are_one_line(
    table: Path, tmp_path: Path, backbone: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert _train(table, tmp_path / "model", backbone, *more) == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert not (tmp_path / "model").exists()


def test_a_fold_needs_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "actionllm", "-o", str(tmp_path / "model"), "--quiet"]) == 1
    assert "--sequences CSV" in capsys.readouterr().err
    assert main(["train", "actionllm", "-o", str(tmp_path / "model"), "--dataset", "hapt", "--quiet"]) == 1
    assert "50salads, breakfast" in capsys.readouterr().err
