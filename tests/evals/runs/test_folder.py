"""Which folder a run takes, which it leaves alone, and what is said where it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.runs import Run, Sample
from evals.runs.folder import existing_run, is_finished, open_run
from evals.runs.outcome import write_outcome
from recordings import UserError

ASKED = {"protocol": "", "seed": 0}


def answered(run: Run, count: int = 3) -> Run:
    run.add_all(Sample(f"w{i}", "forest", "hapt", "2", "walking", "sitting" if i else "walking") for i in range(count))
    return run


def finish(run: Run) -> None:
    result = {"task": "har", "protocol": {}, "systems": [], "versions": {}}
    write_outcome(run, result, "2026-01-01T00:00:00+00:00")
    run.close()


def test_the_newest_unfinished_run_of_the_same_options_goes_on(tmp_path: Path) -> None:
    first = answered(open_run("har", ASKED, "telltale eval har", base=tmp_path))
    first.close()
    other = open_run("har", ASKED | {"seed": 1}, "telltale eval har --seed 1", base=tmp_path)
    other.close()
    again = open_run("har", ASKED, "telltale eval har", base=tmp_path)
    assert again.folder == first.folder and again.count() == 3
    finish(again)
    assert open_run("har", ASKED, "telltale eval har", base=tmp_path).folder not in (first.folder, other.folder)


def test_a_folder_that_another_process_works_on_is_not_taken(tmp_path: Path) -> None:
    first = open_run("har", ASKED, "telltale eval har", base=tmp_path)
    second = open_run("har", ASKED, "telltale eval har", base=tmp_path)
    assert first.folder != second.folder
    with pytest.raises(UserError, match="another process"):
        open_run("har", ASKED, "telltale eval har", first.folder)


def test_a_finished_run_is_left_alone_unless_told_otherwise(tmp_path: Path) -> None:
    finish(answered(open_run("har", ASKED, "telltale eval har", tmp_path / "a")))
    with pytest.raises(UserError, match="--overwrite"):
        open_run("har", ASKED, "telltale eval har", tmp_path / "a")
    again = open_run("har", ASKED, "telltale eval har", tmp_path / "a", overwrite=True)
    assert again.count() == 0 and not is_finished(tmp_path / "a")


def test_a_foreign_folder_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "photos.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="other files"):
        open_run("har", ASKED, "telltale eval har", tmp_path)
    with pytest.raises(UserError, match=r"no run\.json"):
        existing_run(tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        existing_run(tmp_path / "nowhere")


def test_other_options_are_named(tmp_path: Path) -> None:
    open_run("har", ASKED, "telltale eval har", tmp_path / "a").close()
    with pytest.raises(UserError, match="seed 0 instead of 7"):
        open_run("har", ASKED | {"seed": 7}, "telltale eval har", tmp_path / "a")


@pytest.mark.parametrize("damage", [b"{not json}\n", b"\x00\x00\x00\n", b'["a list"]\n', b'{"kind": "poem"}\n'])
def test_a_damaged_line_is_named_with_its_cure(tmp_path: Path, damage: bytes) -> None:
    answered(Run(tmp_path)).close()
    journal = tmp_path / "samples.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(lines[0] + damage + b"".join(lines[2:]))
    with pytest.raises(UserError, match=r"line 2: .*sed -i 2d"):
        Run(tmp_path)
    journal.write_bytes(lines[0] + b"".join(lines[2:]))  # what the cure does
    again = answered(Run(tmp_path))
    assert again.count() == 3


def test_the_parquet_file_alone_is_the_whole_run(tmp_path: Path) -> None:
    run = answered(open_run("har", ASKED, "telltale eval har", tmp_path / "a"))
    run.note("classes", ["walking", "sitting"])
    run.finish("forest", "hapt", revision="300 trees", seconds=2.5)
    finish(run)
    (tmp_path / "b").mkdir()
    for name in ("run.json", "samples.parquet"):
        (tmp_path / "b" / name).write_bytes((tmp_path / "a" / name).read_bytes())
    alone = existing_run(tmp_path / "b")
    assert list(alone.samples()) == list(existing_run(tmp_path / "a").samples())
    assert alone.facts("forest", "hapt") == {"revision": "300 trees", "seconds": 2.5}
    assert alone.header["classes"] == ["walking", "sitting"]


_MEMORY = """
import sys
from pathlib import Path
from evals.runs import Run, Sample
def resident_mb():
    return int(next(l for l in open('/proc/self/status') if l.startswith('VmRSS')).split()[1]) / 1024
run, shares, before = Run(Path(sys.argv[1])), {f'activity {i}': 0.0556 for i in range(18)}, resident_mb()
for part in range(8):
    run.add_all(Sample(f'{i}', 'forest', f'{part}', '2', 'a', 'b', 0.5, detail={'probabilities': shares}) for i in range(5000))
added = resident_mb() - before
assert sum(1 for _ in run.samples()) == run.count() == 40_000
sys.stdout.write(f'{added} {resident_mb() - before}')
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="resident memory is read from /proc")
def test_answers_stay_on_the_disk(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _MEMORY, str(tmp_path)], capture_output=True, text=True, check=True)
    added, read = map(float, done.stdout.split())
    assert (tmp_path / "samples.jsonl").stat().st_size > 20e6
    # Where each lies, not what it says (measured: 15 MB and 89 MB for 100,000).
    assert added < 40
    assert read < 160


def test_reading_touches_nothing(tmp_path: Path) -> None:
    answered(open_run("har", ASKED, "telltale eval har", tmp_path / "a")).close()
    journal = tmp_path / "a" / "samples.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"half a li')  # another process may be writing it just now
    before = {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in (tmp_path / "a").iterdir()}
    run = existing_run(tmp_path / "a")
    assert run.count() == 3 and len(list(run.samples())) == 3
    run.note("seen", True)
    assert {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in (tmp_path / "a").iterdir()} == before
    with pytest.raises(ValueError, match="to be read"):
        run.add(Sample("new", "forest", "hapt", "2", "walking", "walking"))


def test_the_header_says_what_made_the_run(tmp_path: Path) -> None:
    open_run("har", ASKED, "telltale eval har --data DIR", tmp_path / "a").close()
    header = json.loads((tmp_path / "a" / "run.json").read_text(encoding="utf-8"))
    assert header["command"] == "telltale eval har --data DIR"
    assert header["options"] == {"task": "har", **ASKED}
    assert header["versions"]["python"] and len(header["revisions"][0]) == 12
