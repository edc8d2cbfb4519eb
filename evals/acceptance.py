"""The tasks that the claims rest on, in the order they are run, and how their time adds up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.registry import TASKS, Result, TaskOptions, available
from evals.runs.execute import execute
from evals.runs.folder import is_finished
from evals.runs.outcome import RESULT, failed_checks
from recordings.errors import UserError


@dataclass(frozen=True, slots=True)
class Step:
    """task under protocol. share: minutes of the quick form on two cores; only how they compare matters.

    headline: (system, part, metric) of the figure that is printed when the step is done; "" for the first part that there is.
    """

    task: str
    protocol: str = ""
    share: float = 3.0
    headline: tuple[str, str, str] = ("", "", "")

    @property
    def name(self) -> str:
        return f"{self.task}-{self.protocol.replace(':', '')}" if self.protocol else self.task


MOTION = "telltale motion"
STEPS = (
    # har's own protocol is both: the papers' subjects, and leave one group out.
    Step("har", "", 5.0, (MOTION, "hapt/fixed", "macro_f1")),
    Step("timeline", "", 0.7, ("timeline, fusion auto", "", "macro_f1")),
    Step("late_fusion", "", 7.0, ("telltale, labelled sounds", "", "macro_f1")),
    Step("captions", "", 5.0, ("exact captioner", "", "label_accuracy")),
    Step("qa", "", 0.2, ("telltale ask (rules + MiniLM router)", "", "questions_exact")),
    Step("few_shot", "", 4.0, ("linear probe, embeddings", "usc_had/other:5", "macro_f1")),
    Step("retrieval", "", 1.2, ("embedding", "", "recall_at_1")),
    Step("calibration", "", 2.0, (MOTION, "hapt/fixed", "ece")),
    Step("robustness", "", 3.0, (MOTION, "hapt/half_rate", "macro_f1")),
    Step("perf", "", 2.0, ("fusion auto", "", "recording_s_per_s")),
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


def headline(step: Step, result: Result | None) -> str:
    """`system, part: metric value` of the step's headline; of the first row where a run was narrowed to other systems."""
    rows = (result or {}).get("systems")
    if not isinstance(rows, list) or not rows:
        return ""
    system, part, wanted = step.headline
    mine = [row for row in rows if row.get("name") == system and part in ("", row.get("part"))]
    row = (mine or rows)[0]
    metrics = row.get("metrics") or row
    if wanted not in metrics:
        wanted = next((name for name, value in metrics.items() if isinstance(value, Mapping | float)), "")
    value = metrics.get(wanted)
    value = value.get("value") if isinstance(value, Mapping) else value
    where = f", {row['part']}" if row.get("part") else ""
    return f"{row.get('name')}{where}: {wanted} {value}" if wanted else str(row.get("name"))


def _kept(folder: Path) -> Result | None:
    import json

    path = folder / RESULT
    found: Result | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found
