"""The tasks that the claims rest on, in the order they are run, and how their time adds up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.registry import TASKS, Result, TaskOptions, available
from evals.runs.execute import execute
from evals.runs.folder import is_finished
from evals.runs.outcome import RESULT, failed_checks
from recordings.errors import UserError


@dataclass(frozen=True, slots=True)
class Step:
    """task under protocol. share: minutes of the quick form on two cores; only how they compare matters."""

    task: str
    protocol: str = ""
    share: float = 3.0

    @property
    def name(self) -> str:
        return f"{self.task}-{self.protocol.replace(':', '')}" if self.protocol else self.task


STEPS = (
    Step("har", "", 18.0),  # its own protocol is both: the papers' subjects, and leave one group out
    Step("timeline", "", 6.0),
    Step("late_fusion", "", 10.0),
    Step("captions", "", 2.0),
    Step("qa", "", 4.0),
    Step("few_shot", "", 4.0),
    Step("retrieval", "", 2.0),
    Step("calibration", "", 3.0),
    Step("robustness", "", 4.0),
    Step("perf", "", 4.0),
)


@dataclass(frozen=True, slots=True)
class Done:
    """status: done, void (a leak check failed), failed (reason says why), missing (not installed), there (finished before)."""

    step: Step
    status: str
    reason: str
    seconds: float
    result: Result | None = None


def steps(only: Sequence[str] = ()) -> tuple[Step, ...]:
    """The list, or those of it that are named. UserError for a name that is not in it."""
    known = {step.task for step in STEPS} | {step.name for step in STEPS}
    strange = [name for name in only if name not in known]
    if strange:
        raise UserError(
            ", ".join(strange),
            expected=f"tasks of the list: {', '.join(sorted(known))}",
            found="others",
            cure="correct --only",
        )
    return tuple(s for s in STEPS if not only or s.task in only or s.name in only)


def run_all(
    asked: Callable[[Step], TaskOptions], chosen: Sequence[Step], base: Path, command: Callable[[Step], str]
) -> Iterator[Done]:
    """Each step in `base/<name>`; what is finished there is left. A mistake that the user can cure is a row, a bug is one too."""
    for step in chosen:
        began = time.monotonic()
        folder = base / step.name
        if step.task not in TASKS or not available(step.task):
            yield Done(step, "missing", "not installed", 0.0)
            continue
        if is_finished(folder):
            yield Done(step, "there", "finished before", 0.0, _kept(folder))
            continue
        try:
            result, _ = execute(step.task, asked(step), command(step), folder)
        except UserError as mistake:
            yield Done(step, "failed", str(mistake), time.monotonic() - began)
        except Exception as bug:  # the others must not pay for it; its line says what to report
            yield Done(step, "failed", f"{type(bug).__name__}: {bug}", time.monotonic() - began)
        else:
            failed = failed_checks(result)
            yield Done(step, "void" if failed else "done", "; ".join(failed), time.monotonic() - began, result)


def _kept(folder: Path) -> Result | None:
    import json

    path = folder / RESULT
    found: Result | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found
