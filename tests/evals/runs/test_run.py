"""A run keeps every answer, goes on after it was cut off anywhere, and refuses to mix two questions."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.runs import Run, Sample
from recordings import UserError


def row(number: int, said: str | None = "walking") -> Sample:
    return Sample(
        f"w{number}", "forest", "hapt/fixed", "2", "walking", said, 0.5, detail={"probabilities": {"walking": 0.5}}
    )


def test_an_answer_is_there_again_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    run = Run(tmp_path, {"options": {"task": "har"}})
    run.add_all([row(2), row(1, None)])
    run.finish("forest", "hapt/fixed", seconds=1.5, revision="300 trees")
    again = Run(tmp_path, {"options": {"task": "har"}})
    assert list(again.samples()) == [row(1, None), row(2)]
    assert again.finished("forest", "hapt/fixed") and again.facts("forest", "hapt/fixed")["revision"] == "300 trees"


@pytest.mark.parametrize("kept", [1, 20, -1, -30])
def test_cut_off_anywhere_the_whole_rows_stay_and_the_rest_is_asked_again(tmp_path: Path, kept: int) -> None:
    run = Run(tmp_path)
    run.add_all(row(i) for i in range(5))
    run.close()
    journal = tmp_path / "samples.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:kept])
    again = Run(tmp_path)
    left = list(again.samples())
    assert left == [row(i) for i in range(whole[:kept].count(b"\n"))]
    again.add_all(row(i) for i in range(5))
    assert list(Run(tmp_path).samples()) == [row(i) for i in range(5)]
    assert journal.read_bytes() == whole


def test_an_answer_is_never_replaced(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.add(row(1))
    run.add(row(1, "sitting"))
    assert [s.prediction for s in Run(tmp_path).samples()] == ["walking"]


def test_a_folder_of_another_question_is_refused(tmp_path: Path) -> None:
    Run(tmp_path, {"options": {"task": "har", "seed": 0}})
    with pytest.raises(UserError, match="another --run"):
        Run(tmp_path, {"options": {"task": "har", "seed": 1}})
