"""One task from its options to a finished folder: collect, score, audit, report."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from evals.measure import Score
from evals.registry import TASKS, Result, TaskOptions, task
from evals.runs.answers import add_answers, read_answers
from evals.runs.folder import RUNS, existing_run, open_run
from evals.runs.outcome import METRICS, completed, metrics_text, now, write_outcome
from evals.runs.run import Run
from evals.runs.sample import JsonValue
from recordings.errors import UserError


def execute(
    name: str,
    options: TaskOptions,
    command: str,
    folder: Path | None = None,
    *,
    base: Path = RUNS,
    overwrite: bool = False,
    answers: Path | None = None,
) -> tuple[Result, Path]:
    """The result of a task and the folder it lies in. answers: a file of another program's answers, scored as one more system.

    An interrupted run of the same options goes on. UserError for what the user can cure.
    """
    measured = task(name)
    if TASKS[name].needs_data and options.data_dir is None:
        raise UserError(
            f"eval {name}",
            expected="a folder with the public data sets",
            found="none",
            cure="add --data DIR (or TELLTALE_DATA)",
        )
    if TASKS[name].needs_data and options.data_dir is not None and not options.data_dir.is_dir():
        raise UserError(
            options.data_dir, expected="a folder with the public data sets", found="none", cure="check --data"
        )
    given = read_answers(answers) if answers else None
    run = open_run(name, identity(options), command, folder, base=base, overwrite=overwrite)
    assert run.folder is not None
    started = cast("str", run.header.get("started") or now())
    try:
        if options.progress is not None:
            run.report = options.progress
        result = measured(dataclasses.replace(options, run=run))
        if given is not None and answers is not None:
            add_answers(run, answers.stem, given, answers)
            result = scorer(name)(run)
        whole = completed(run, result)
        from evals.report import write_report

        write_report(run, whole, options.data_dir, run.folder / "report.html")
        return write_outcome(run, result, started), run.folder
    finally:
        run.close()


def score_again(folder: Path) -> tuple[Result, str, bool | None]:
    """The result out of the kept answers alone, its `metrics.json`, and whether that is what the folder holds (None: nothing)."""
    run = existing_run(folder)
    name = str(run.header.get("task"))
    if not run.count():
        raise UserError(
            folder, expected="answers to score", found=f"none: {name} keeps its figures alone", cure="measure it again"
        )
    result = completed(run, scorer(name)(run))
    text = metrics_text(result)
    kept = folder / METRICS
    return result, text, kept.read_text(encoding="utf-8") == text if kept.is_file() else None


def scorer(name: str) -> Score:
    """The `score` of a task. UserError for one that keeps no answers."""
    task(name)
    found = getattr(importlib.import_module(TASKS[name].module), "score", None)
    if found is None:
        raise UserError(
            name,
            expected="a task that keeps every answer",
            found="one that keeps its figures alone",
            cure="measure it again",
        )
    return cast("Score", found)


def identity(options: TaskOptions) -> Mapping[str, JsonValue]:
    """The options that change an answer: two runs may be one only where all of these are the same."""
    return {
        "protocol": options.protocol,
        "systems": list(options.systems),
        "quick": options.quick,
        "seed": options.seed,
        "seeds": options.seeds,
        "limit": options.limit,
        "llm": options.llm,
        "judge": options.judge,
    }


def small(run: Run) -> bool:
    """Whether the run was a quick look."""
    options = run.header.get("options")
    return isinstance(options, dict) and bool(options.get("quick") or options.get("limit"))
