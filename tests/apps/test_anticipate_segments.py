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
        (["--sequence", "s0", "--observe", "0.3", "--may-come", "rinse", "--engine", "blend"], "reads names"),
        (["--sequence", "s0", "--observe", "0.3", "--may-come", "-- !"], "with letters"),
        (["--sequence", "s0", "--observe", "0.3", "--may-come", "a" * 61], "at most 60 characters"),
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


def test_what_follows_has_intervals_an_engine_and_a_verified_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["sequence,subject,activity,start_s,end_s"]
    for i in range(24):
        wash, cut = 10 + i % 3, 20 + i % 5
        rows += [
            f"s{i},p{i // 2},wash,0,{wash}",
            f"s{i},p{i // 2},cut,{wash},{wash + cut}",
            f"s{i},p{i // 2},eat,{wash + cut},60",
        ]
    path = tmp_path / "days.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert main(["anticipate", str(path), "--sequence", "s0", "--observe", "0.3", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "answered"
    assert answer["engine"] == "blend"
    following = next(one for one in answer["forecast"] if one["activity"] == "eat")
    low, high = following["interval_s"]
    assert low <= following["start_s"] <= high
    assert following["duration_interval_s"][0] <= following["duration_s"] <= following["duration_interval_s"][1]
    assert following["coverage"] == 0.9
    assert all(one["verdict"] == "supported" for one in answer["reason"])
    assert any("After cut, eat came next in 100 %" in one["sentence"] for one in answer["reason"])
    assert answer["evidence"][0]["method"] == "22 of 22 times in days.csv"
    assert main(["anticipate", str(path), "--sequence", "s0", "--observe", "0.3", "--wrong", "0.2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["engine"] == "blend+denoised"


def test_sounds_beside_a_sequence(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sounds = tmp_path / "sounds.csv"
    sounds.write_text("sequence,sound,start_s,end_s\ns0,clatter,12,16\ns4,clatter,5,9\n")
    asked = ["anticipate", str(table), "--sequence", "s0", "--observe", "0.3", "--sounds", str(sounds)]
    assert main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["engine"] == "blend with sounds"
    for text, said in (
        ("sequence,sound,start_s,end_s\ns9,clatter,1,2\n", "sounds of the sequence s0"),
        ("sequence,sound,start_s,end_s\ns0,clatter,1,2000\n", "sounds within the sequence"),
        ("sequence,sound,start_s,end_s\ns0,clatter,3,2\n", "an end after the start"),
        ("sound,from\nclatter,1\n", "columns sound, start_s, end_s"),
    ):
        sounds.write_text(text)
        assert main(asked) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert said in printed.err


def _days(days: int) -> str:
    rows = ["start,end,activity"]
    for day in range(1, days + 1):
        for hour, name in (
            (7, "breakfast"),
            (8, "toilet"),
            (12, "lunch"),
            (13, "nap"),
            (18, "dinner"),
            (20, "television"),
            (23, "sleep"),
        ):
            rows.append(
                f"2024-03-{day:02d} {hour:02d}:{day % 9:02d}:00,2024-03-{day:02d} {hour:02d}:{30 + day % 7}:00,{name}"
            )
    return "\n".join(rows) + "\n"


def test_a_log_of_days_tells_what_follows_out_of_habit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.csv"
    log.write_text(_days(9))
    assert main(["anticipate", str(log), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["engine"] == "routine"
    assert answer["forecast"][0]["activity"] == "breakfast"
    low, high = answer["forecast"][0]["interval_s"]
    since = (answer["forecast"][0]["start_s"] - (8 * 24 + 23 - 7) * 3600) / 3600
    assert 6 < since < 10  # eight hours of sleep after 23:30 of the ninth day
    assert low <= answer["forecast"][0]["start_s"] <= high
    log.write_text(_days(2))
    assert main(["anticipate", str(log), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "cannot_tell"


def test_homes_as_published_are_refused_where_a_line_is_wrong(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for home, said in (("A", "line 71: expected an end after the start"), ("B", "an overlap")):
        assert main(["anticipate", str(data_dir / "anticipation" / "ordonez_adl" / f"user{home}_adls.csv")]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert said in printed.err
        assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("source", "more", "said"),
    [
        ("sitting 60, walking 30", ["--observe", "1"], "between 0 and 1"),
        ("sitting 60, walking 30", ["--observe", "0.8", "--horizon", "0.5"], "what is left"),
        ("sitting 60, walking 30", ["--engine", "markov_1"], "a segment file"),
        ("sitting 60, walking 30", ["--horizon", "0.5"], "at least 1 second"),
    ],
)
def test_shares_of_anything_else_are_checked_too(
    capsys: pytest.CaptureFixture[str], source: str, more: list[str], said: str
) -> None:
    assert main(["anticipate", source, *more]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_segments_out_of_order_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for rows, said in (
        (("walk,0,10", "sit,8,20"), "an overlap of 2 s"),
        (("walk,10,0", "sit,10,20"), "an end after the start"),
    ):
        path = tmp_path / "timeline.csv"
        path.write_text("activity,start_s,end_s\n" + "\n".join(rows) + "\n")
        assert main(["anticipate", str(path)]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert said in printed.err


def test_the_first_share_of_a_timeline_is_all_that_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for rest in ("sit_to_stand 3, standing 60", "sit_to_lie 4, lying 59"):
        assert (
            main(["anticipate", f"standing 20, stand_to_sit 3, sitting 40, {rest}", "--observe", "0.4", "--json"]) == 0
        )
        said.append(json.loads(capsys.readouterr().out))
    assert said[0]["forecast"] == said[1]["forecast"]
    assert said[0]["status"] == "answered"
    assert said[0]["engine"] == "transitions_and_lengths"
    assert said[0]["forecast"][0]["duration_interval_s"]
