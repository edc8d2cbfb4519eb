"""Where a run lies, and whether to go on with one that was cut off, begin anew, or leave a finished one alone."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from filelock import FileLock, Timeout

from evals.runs.revision import code_revision, versions
from evals.runs.run import HEADER, JOURNAL, Run, read_header
from evals.runs.sample import JsonValue
from recordings.errors import UserError

RUNS = Path("runs")
MANIFEST = "manifest.json"
_LOCK = ".lock"


def open_run(
    task: str,
    options: Mapping[str, JsonValue],
    command: str,
    folder: Path | None = None,
    *,
    base: Path = RUNS,
    overwrite: bool = False,
) -> Run:
    """The run to go on with, locked for this process.

    options: everything that changes an answer. folder: the one the user named; without it the newest unfinished run of the
    same task and options under `base`, or a new `base/<UTC time>-<task>`. UserError for a finished run without `overwrite`,
    a folder that is no run, one of other options, one that another process works on.
    """
    asked: dict[str, JsonValue] = {"task": task, **options}
    found = folder or _unfinished(base, asked) or _new(base, task)
    if found.exists() and not found.is_dir():
        raise UserError(found, expected="a folder", found="a file", cure="name another --run folder")
    known = not found.exists() or not any(found.iterdir()) or (found / HEADER).is_file()
    if not known:
        raise UserError(
            found,
            expected="a run's folder or an empty one",
            found="other files",
            cure="name another --run folder",
        )
    if is_finished(found):
        if not overwrite:
            raise UserError(
                found,
                expected="a run that is not finished",
                found="a finished one",
                cure="name another --run folder, or say --overwrite to measure again",
            )
        shutil.rmtree(found)
    found.mkdir(parents=True, exist_ok=True)
    lock = FileLock(found / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as busy:
        raise UserError(
            found,
            expected="a run that nobody works on",
            found="another process",
            cure="wait for it, or name another --run",
        ) from busy
    run = Run(found, {"task": task, "options": asked, "command": command, "versions": cast("JsonValue", versions())})
    run.lock = lock
    revisions = cast("list[JsonValue]", run.header.get("revisions", []))
    if code_revision() not in revisions:
        run.note("revisions", [*revisions, code_revision()])
    return run


def existing_run(folder: Path) -> Run:
    """A run to be read. UserError when `folder` is none."""
    if not (folder / HEADER).is_file():
        what = "no such folder" if not folder.exists() else "a file" if folder.is_file() else f"no {HEADER} in it"
        raise UserError(
            folder, expected="the folder of a run", found=what, cure="name a folder that telltale eval wrote"
        )
    if not (folder / JOURNAL).is_file():
        from evals.runs.parquet import from_parquet

        return from_parquet(folder)
    return Run(folder, reading=True)


def is_finished(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def _unfinished(base: Path, asked: Mapping[str, JsonValue]) -> Path | None:
    """The newest: the names begin with the time."""
    if not base.is_dir():
        return None
    for folder in sorted(base.iterdir(), reverse=True):
        header = folder / HEADER
        if not folder.is_dir() or is_finished(folder) or not header.is_file():
            continue
        if read_header(header).get("options") == asked and not _locked(folder):
            return folder
    return None


def _locked(folder: Path) -> bool:
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def _new(base: Path, task: str) -> Path:
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{task}"
    number = 1
    while (base / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return base / (name if number == 1 else f"{name}-{number}")
