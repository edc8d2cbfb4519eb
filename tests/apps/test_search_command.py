"""`telltale search` from a file to its stretches, with a tiny model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.cli import main
from models.sensorlm.reader import DUMMY

Write = Callable[[Path, int], Path]


@pytest.fixture
def tiny_search(tmp_path: Path) -> list[str]:
    return ["--sensorlm-model", str(DUMMY), "--index", str(tmp_path / "index"), "--position", "wrist"]


def test_a_file_is_indexed_searched_and_read_again(
    tmp_path: Path, tiny_search: list[str], write_csv: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_csv(tmp_path / "walk.csv", 0)
    assert main(["search", "going upstairs", str(source), "--json", *tiny_search]) == 0
    found = json.loads(capsys.readouterr().out)
    # The untrained model takes every window for a match; its stretches are still those of the samples.
    assert found["status"] == "found" and found["searched"] > 0 and found["model"].startswith("dummy-")
    (stretch,) = found["stretches"]
    assert stretch["verified"] is True and stretch["windows"] == found["searched"]
    assert main(["search", "going upstairs", *tiny_search]) == 0
    said = capsys.readouterr()
    assert "index only" in said.out and "windows searched" in said.err


def test_what_is_not_there_is_said(
    tmp_path: Path, tiny_search: list[str], write_csv: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_csv(tmp_path / "walk.csv", 0)
    assert main(["search", "the price of tea in china", str(source), *tiny_search]) == 0
    assert capsys.readouterr().out.startswith("cannot tell: training had no words like")
    assert main(["search", "sitting", str(source), "--worn", "hip", *tiny_search]) == 0
    assert capsys.readouterr().out.startswith("nothing found")


@pytest.mark.parametrize(
    ("words", "told"),
    [("not walking", "a negation"), ("", "nothing"), ("sitting", "an empty index")],
)
def test_mistakes_are_one_line(
    words: str, told: str, tiny_search: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", words, *tiny_search]) == 1
    err = capsys.readouterr().err.strip().splitlines()
    assert len(err) == 1 and told in err[0]
