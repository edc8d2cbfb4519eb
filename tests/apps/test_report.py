"""A report goes on where it was stopped, names what failed, and is the same bytes whether it was stopped or not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TINY

from apps.cli import main
from apps.reporting import Manifest

Write = Callable[[Path, int], Path]


def recordings(folder: Path, write_csv: Write, n: int = 4) -> Path:
    for number in range(n):
        write_csv(folder / f"walk{number}.csv", number)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Everything but the clock's file and the lock."""
    inside = (path for path in folder.rglob("*") if path.is_file() and path.name not in ("manifest.json", ".lock"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in inside}


def test_killed_half_way_and_run_again(tmp_path: Path, write_csv: Write, capsys: pytest.CaptureFixture[str]) -> None:
    source, out, straight = recordings(tmp_path / "in", write_csv), tmp_path / "out", tmp_path / "straight"
    command = ["report", str(source), "-o", str(out), *TINY]
    run = subprocess.Popen(
        [sys.executable, "-m", "apps.cli", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while not (out / "manifest.json").is_file() and run.poll() is None:
        time.sleep(0.005)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    first = Manifest.read(out)
    assert first is not None
    finished = {entry.name: entry.finished for entry in first.recordings}
    assert 1 <= len(finished) < 4
    # What a kill in the middle of writing would leave.
    (out / ".telltale-unfinished-x.json").write_text("{")

    assert main(command) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(out / "index.html")
    assert f"4 of 4 recordings done ({len(finished)} already were), 0 failed" in said.err
    second = Manifest.read(out)
    assert second is not None
    assert [entry.status for entry in second.recordings] == ["done"] * 4
    assert {e.name: e.finished for e in second.recordings if e.name in finished} == finished

    assert main(["report", str(source), "-o", str(straight), *TINY]) == 0
    assert files(out) == files(straight)
    for entry in second.recordings:
        assert set(entry.outputs) == {
            f"{entry.name}/{part}"
            for part in ("timeline.json", "timeline.parquet", "plots/timeline.svg", "report.html")
        }


def test_what_changed_is_done_again_and_failures_are_named(
    tmp_path: Path, write_csv: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = recordings(tmp_path / "in", write_csv, 2), tmp_path / "out"
    (source / "empty.csv").touch()
    (source / "notes.md").write_text("no recording")
    (source / "walk0-copy.csv").write_bytes((source / "walk0.csv").read_bytes())
    assert main(["report", str(source), "-o", str(out), *TINY]) == 3
    assert "failed: " in capsys.readouterr().err
    manifest = Manifest.read(out)
    assert manifest is not None
    status = {Path(entry.source).name: entry.status for entry in manifest.recordings}
    assert status["empty.csv"] == "failed"
    assert status["notes.md"] == "skipped"
    assert status["walk0.csv"] == status["walk1.csv"] == "done"
    assert "empty.csv" in (out / "index.html").read_text()
    rows = (out / "summary.csv").read_text().splitlines()
    assert len(rows) == 1 + len(manifest.recordings)

    (source / "empty.csv").unlink()
    write_csv(source / "walk1.csv", 9)
    page = next(out.glob("walk0-*/report.html")) if not (out / "walk0").is_dir() else out / "walk0" / "report.html"
    page.write_text("damaged")
    assert main(["report", str(source), "-o", str(out), "--json", *TINY]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["recordings"][-1]["status"] == "done"
    assert "empty.csv" not in (out / "index.html").read_text()
    assert page.read_text() != "damaged"


def test_somebody_elses_manifest_is_left_alone(
    tmp_path: Path, write_csv: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = recordings(tmp_path / "in", write_csv, 1), tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text('{"name": "a web page"}')
    assert main(["report", str(source), "-o", str(out), *TINY]) == 1
    assert "the manifest of a Telltale report" in capsys.readouterr().err
    assert (out / "manifest.json").read_text() == '{"name": "a web page"}'
