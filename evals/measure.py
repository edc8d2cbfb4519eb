"""Collect answers, then score them: two steps, so that a killed run goes on and a stranger can score again."""

from __future__ import annotations

from collections.abc import Callable

from evals.registry import Result, TaskOptions
from evals.runs import Run

Collect = Callable[[TaskOptions, Run], None]
Score = Callable[[Run], Result]


def measure(task: str, options: TaskOptions, collect: Collect, score: Score) -> Result:
    """The result of `task`, whose answers go into `options.run` (in memory when there is none)."""
    run = options.run or Run(header={"task": task})
    if options.progress is not None:
        run.report = options.progress
    collect(options, run)
    return score(run)
