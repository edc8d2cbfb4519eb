"""`telltale describe` from a file to its captions, with a tiny model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.cli import main
from models.sensorlm.reader import DUMMY
from tests.apps.conftest import ROOT

Write = Callable[[Path, int], Path]
TINY = ["--motion-model", str(ROOT / "models/motion/dummy"), "--position", "wrist"]


def test_a_stretch_is_described(tmp_path: Path, write_csv: Write, capsys: pytest.CaptureFixture[str]) -> None:
    source = str(write_csv(tmp_path / "walk.csv", 0))
    assert main(["describe", source, "--start", "12", "--end", "14.56", "--json", *TINY]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["quantity"] for row in found["captions"]] == ["statistical_caption", "structural_caption"]
    assert found["start_s"] == 12.0 and found["captions"][0]["value"].startswith("For acceleration, ")
    # The tiny classifier is sure of nothing, so nothing is said of what was done, and that is said.
    assert main(["describe", source, "--start", "12", "--end", "14.56", *TINY]) == 0
    assert "semantic: no activity is likelier than not" in capsys.readouterr().err
    assert main(["describe", source, "--start", "12", "--end", "14.56", "--levels", "statistical", *TINY]) == 0
    said = capsys.readouterr()
    assert "0:12–0:14.6" in said.out and found["captions"][0]["value"] in said.out and "semantic" not in said.out
    assert "SensorLM caption rules" in said.err


def test_a_day_is_described_minute_by_minute(
    tmp_path: Path, write_csv: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["time_s,acc_x,acc_y,acc_z"]
    rows += [f"{i / 20:.2f},{0.1 * (i % 7):.2f},0.10,{9.7 + 0.02 * (i % 5):.2f}" for i in range(20 * 200)]
    source = tmp_path / "still.csv"
    source.write_text("\n".join(rows) + "\n")
    assert main(["describe", str(source), "--day", "0", "--levels", "statistical", "--json", *TINY]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["day"] == 0 and found["minutes_measured"] == 3
    (row,) = found["captions"]
    assert row["value"].startswith("For activity, ") and "steps" in row["value"]
    assert "HR" not in found["sources"] and "heart" not in row["value"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--levels", "poetic"], "statistical,structural,semantic"),
        (["--start", "30"], "a stretch within"),
        (["--day", "2"], "reaches day 2"),
        (["--day", "0", "--start", "1"], "a whole day"),
        (["--sensorlm-model", str(DUMMY)], "--objective coca"),
        (["--start", "1", "--end", "1.01"], "name another stretch"),
    ],
)
def test_mistakes_are_one_line(
    arguments: list[str], told: str, tmp_path: Path, write_csv: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["describe", str(write_csv(tmp_path / "walk.csv", 0)), *arguments, *TINY]) == 1
    said = capsys.readouterr()
    assert said.out == "" and told in said.err.strip().splitlines()[-1]
