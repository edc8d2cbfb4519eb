"""`annotate` from a file to its files, with tiny models and the real graph."""

from __future__ import annotations

import csv
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agents.timeline import TimelineRecord
from apps.cli import main
from apps.timeline_files import COLUMNS

Write = Callable[[Path, int], Path]


def test_a_files_timeline_in_every_form(
    tmp_path: Path, tiny: list[str], write_csv: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_csv(tmp_path / "walk.csv", 0)
    assert main(["annotate", str(source), "--position", "wrist", "--json", "-o", str(tmp_path / "out"), *tiny]) == 0
    out, err = capsys.readouterr()
    printed = TimelineRecord.model_validate_json(out)
    assert printed.recording.source == str(source)
    assert printed.verification.unsupported_printed == 0
    assert "read_s" in printed.timings
    assert [line.startswith("written: ") for line in err.splitlines()].count(True) == 5

    written = {path.suffix: path for path in (tmp_path / "out").iterdir()}
    assert sorted(written) == [".csv", ".json", ".parquet", ".png", ".svg"]
    kept = TimelineRecord.model_validate_json(written[".json"].read_bytes())
    assert kept.episodes == printed.episodes
    assert not any(name.endswith("_s") for name in kept.timings)
    with written[".csv"].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    table = pq.read_table(written[".parquet"]).to_pylist()
    assert [row["episode"] for row in table] == [row["episode"] for row in rows] == [e.id for e in kept.episodes]

    before = {path.name: path.read_bytes() for path in written.values()}
    assert main(["annotate", str(source), "--position", "wrist", "-o", str(tmp_path / "out"), *tiny]) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    readable = capsys.readouterr().out
    assert "[1]" in readable
    assert "Evidence" in readable
    assert "sentences verified" in readable


def test_a_full_disk_leaves_nothing_half(
    tmp_path: Path,
    tiny: list[str],
    write_csv: Write,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = write_csv(tmp_path / "walk.csv", 0)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("apps.atomic.os.fsync", full)
    assert main(["annotate", str(source), "-o", str(tmp_path / "out"), *tiny]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].endswith("found a full disk; free some space and run again")
    assert list((tmp_path / "out").iterdir()) == []


def test_ctrl_c_is_one_line(
    tmp_path: Path,
    tiny: list[str],
    write_csv: Write,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = write_csv(tmp_path / "walk.csv", 0)

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("apps.workbench.Workbench.annotate", stopped)
    assert main(["annotate", str(source), "-o", str(tmp_path / "out"), *tiny]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("telltale: stopped by Ctrl-C")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["", "time_s,acc_x,acc_y,acc_z\n"])
def test_bad_files_are_one_line(
    tmp_path: Path, tiny: list[str], content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content)
    assert main(["annotate", str(path), *tiny]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("telltale: ")
    assert "expected" in err


@pytest.mark.data
def test_a_real_recording(data_dir: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["annotate", "hapt:exp05", "--data", str(data_dir), "--json", *tiny]) == 0
    timeline = TimelineRecord.model_validate_json(capsys.readouterr().out)
    assert timeline.recording.id == "hapt-exp05"
    assert not timeline.recording.simulated
    ends = [e.end_s for e in timeline.episodes]
    assert ends[-1] == pytest.approx(timeline.recording.duration_s, abs=0.05)
    assert [e.start_s for e in timeline.episodes[1:]] == ends[:-1]
    known = {fact.id for fact in timeline.evidence}
    assert {i for e in timeline.episodes for said in e.explanation for i in said.evidence} <= known
    assert json.loads(timeline.model_dump_json())["schema_version"] == 1
