"""`telltale anticipate FILE.csv --observe`: a sequence of a file, learnt from the others, and every wrong question in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apps.cli import main


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = ["sequence,subject,activity,start_s,end_s"]
    for i in range(6):
        rows += [
            f"s{i},p{i // 2},{name},{start},{end}"
            for name, start, end in (("wash", 0, 10), ("cut", 10, 30), ("eat", 30, 60))
        ]
    path = tmp_path / "days.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_rest_of_a_sequence_is_forecast_from_other_people(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["anticipate", str(table), "--sequence", "s0", "--observe", "0.3", "--horizon", "0.5", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["learnt_from"] == 4  # s1 is of the same person
    assert answer["engine"] == "blend"
    assert answer["whole_length_used"] is True
    assert [one["activity"] for one in answer["forecast"]] == ["cut", "eat"]
    assert answer["forecast"][0]["start_s"] == pytest.approx(18.0)
    assert sum(one["duration_s"] for one in answer["forecast"]) == pytest.approx(30.0, abs=0.1)
    assert main(["anticipate", str(table), "--sequence", "s0", "--observe", "0.3", "--engine", "repeat_last"]) == 0
    assert "engine repeat_last" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--observe", "0.3"], "--sequence with one of 6"),
        (["--sequence", "nobody", "--observe", "0.3"], "nobody"),
        (["--sequence", "s0", "--observe", "0"], "a share of the sequence between 0 and 1"),
        (["--sequence", "s0", "--observe", "1"], "a share of the sequence between 0 and 1"),
        (["--sequence", "s0", "--observe", "0.6", "--horizon", "0.5"], "what is left"),
        (["--sequence", "s0", "--observe", "0.3", "--engine", "oracle"], "no such engine"),
        (["--sequence", "s0"], "--observe 0.3"),
    ],
)
def test_wrong_questions_are_one_line(
    table: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert main(["anticipate", str(table), *more]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_one_sequence_alone_needs_something_to_learn_from(
    tmp_path: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = tmp_path / "one.csv"
    alone.write_text("activity,start_s,end_s\nwash,0,10\ncut,10,30\neat,30,60\n")
    assert main(["anticipate", str(alone), "--observe", "0.3"]) == 1
    assert "--learn-from" in capsys.readouterr().err
    assert main(["anticipate", str(alone), "--observe", "0.3", "--learn-from", str(table), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["learnt_from"] == 6
    strange = tmp_path / "strange.csv"
    strange.write_text("activity,start_s,end_s\njuggle,0,10\ncut,10,30\n")
    assert main(["anticipate", str(strange), "--observe", "0.3", "--learn-from", str(table)]) == 1
    assert "juggle" in capsys.readouterr().err
