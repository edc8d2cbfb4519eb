"""kill -9 in the middle, the same command again: the same figures to the byte."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from evals.registry import TaskOptions
from evals.runs.execute import execute
from evals.runs.folder import is_finished

TASK = Path(__file__).with_name("gravity_task.py")
PATIENCE_S = 120.0


def lines_of(journal: Path) -> int:
    return journal.read_bytes().count(b"\n") if journal.is_file() else 0


def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(data_dir: Path, finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    journal = folder / "samples.jsonl"
    whole = lines_of(finished / "samples.jsonl")
    left = []
    for aim in (whole // 5, whole // 2):
        process = subprocess.Popen([sys.executable, str(TASK), str(data_dir), str(folder), "0.002"])
        deadline = time.monotonic() + PATIENCE_S
        while lines_of(journal) < aim and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        left.append(journal.read_bytes())
        assert aim <= left[-1].count(b"\n") < whole and not is_finished(folder)
    assert left[1].startswith(left[0][: left[0].rindex(b"\n") + 1])  # nothing that was kept is asked again
    journal.write_bytes(left[1] + b'{"detail": {}, "id": "half a li')  # as a kill in the middle of a write leaves it
    execute("gravity", TaskOptions(data_dir), "telltale eval gravity --data DIR", folder)
    assert is_finished(folder)
    assert (folder / "metrics.json").read_bytes() == (finished / "metrics.json").read_bytes()
    ours, theirs = (sorted(f.read_bytes().splitlines()) for f in (journal, finished / "samples.jsonl"))
    assert ours == theirs
