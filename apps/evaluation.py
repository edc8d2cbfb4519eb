"""What the `eval` commands share: the list, the progress line, the printed result with its exit code."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from apps.failures import DONE, MISTAKE, PARTLY

if TYPE_CHECKING:
    from evals.registry import TaskOptions

Counted = Callable[[str, int, int], None]
# Where nobody watches a bar (a log file), one line so often.
LINE_EVERY_S = 60.0


def listed(as_json: bool) -> int:
    """`--list`: every task that is installed."""
    from apps.console import results
    from apps.tables import table
    from evals.registry import TASKS, available

    ready = [entry for entry in TASKS.values() if available(entry.name)]
    if as_json:
        keys = ("question", "protocols", "systems", "needs", "needs_data")
        typer.echo(json.dumps([{"task": e.name, **{k: getattr(e, k) for k in keys}} for e in ready], indent=1))
        return DONE
    rows = [[e.name, e.question, e.protocols or "its own", e.systems or "its own", e.needs or ("public sets" if e.needs_data else "nothing")] for e in ready]  # fmt: skip
    results().print(table("", ["task", "asks", "--protocol", "--systems", "needs"], rows))
    return DONE


@contextmanager
def measuring(quiet: bool, before: str = "") -> Iterator[Counted]:
    """One line of progress with the time left: a bar on a terminal, a line a minute elsewhere."""
    from apps.console import progress, say, talk

    if quiet or talk().is_terminal:
        with progress(quiet) as report:
            yield lambda stage, done, total: report(before + stage, min(1.0, done / total) if total else 0.0)
        return
    pace = Pace()
    told = time.monotonic()

    def line(stage: str, done: int, total: int) -> None:
        nonlocal told
        left = pace.left((before + stage).partition(":")[0], done / total if total else 0.0)
        if time.monotonic() - told >= LINE_EVERY_S:
            told = time.monotonic()
            say(
                f"{before}{stage}: {done} of {total}"
                + ("" if left is None or done >= total else f", about {spoken(left)} left")
            )

    yield line


class Pace:
    """The time that a piece of work still needs, from its measured pace alone; a fraction that falls is a new piece."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._of = ""
        self._reached = self._first = 0.0
        self._began = clock()

    def left(self, of: str, fraction: float) -> float | None:
        """Seconds; None until a fiftieth of it is done."""
        if of != self._of or fraction < self._reached:
            self._of, self._first, self._began = of, fraction, self._clock()
        self._reached = fraction
        done = fraction - self._first
        return None if done < 0.02 else (self._clock() - self._began) * (1 - fraction) / done


def spoken(seconds: float) -> str:
    """ "40 s", "3 min", "1 h 20 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def finish(result: Mapping[str, object], as_json: bool) -> int:
    """The result on stdout; 1 where a leak check failed, for then its figures are no claim."""
    from apps.console import results, say
    from apps.tables import published_table, result_table
    from evals.runs.outcome import failed_checks, json_text

    failed = failed_checks(result)
    if as_json:
        typer.echo(json_text(result), nl=False)
    else:
        results().print(result_table(result))
        if result.get("published"):
            results().print(published_table(result))
    for name in failed:
        say(f"telltale: void: the leak check “{name}” failed; these figures are no claim and will not be published")
    return MISTAKE if failed else DONE


def acceptance(asked: TaskOptions, folder: Path | None, only: tuple[str, ...], quiet: bool) -> int:
    """The acceptance list: 0 when all are done, 3 when some are not, 1 when a figure is void."""
    from apps.console import results, say
    from apps.tables import table
    from evals.acceptance import Done, Step, headline, run_all, steps

    chosen = steps(only)
    base = (
        folder
        or _newest_list(asked)
        or Path("runs") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-all{'-quick' if asked.quick else ''}"
    )
    base.mkdir(parents=True, exist_ok=True)
    say(f"runs: {base}")
    total = sum(step.share for step in chosen)
    before = 0.0
    done: list[Done] = []
    rows: list[list[object]] = []
    with measuring(quiet, "all: ") as counted:

        def options(step: Step) -> TaskOptions:
            stages, last = 0, 0.0

            def part(stage: str, number: int, of: int) -> None:
                nonlocal stages, last
                now = min(1.0, number / of) if of else 0.0
                stages += now < last
                last = now
                # Nobody knows how many stages a task has: each takes half of what the ones before have left.
                within = 1 - 0.5**stages * (1 - now / 2)
                counted(f"{step.name} – {stage}", round(1000 * (before + step.share * within)), round(1000 * total))

            return dataclasses.replace(asked, protocol=step.protocol, progress=part)

        def command(step: Step) -> str:
            words = ["telltale", "eval", step.task, "--data", "DIR"]
            words += ["--protocol", step.protocol] if step.protocol else []
            words += ["--quick"] if asked.quick else []
            words += ["--seed", str(asked.seed)] if asked.seed else []
            return " ".join(words)

        for one in run_all(options, chosen, base, command):
            done.append(one)
            before += one.step.share
            say(f"{one.step.name}: {one.status}{f' ({one.reason})' if one.reason else ''}, {spoken(one.seconds)}")
            rows.append([one.step.name, one.status, spoken(one.seconds), headline(one.step, one.result), one.reason])
    results().print(table("acceptance list", ["task", "status", "took", "headline", ""], rows))
    if any(one.status == "void" for one in done):
        return MISTAKE
    return DONE if all(one.status in ("done", "there") for one in done) else PARTLY


def _newest_list(asked: TaskOptions) -> Path | None:
    """The newest folder of such a list whose tasks are not all finished."""
    from evals.acceptance import STEPS
    from evals.runs.folder import RUNS, is_finished

    ending = "-all-quick" if asked.quick else "-all"
    for folder in sorted(RUNS.iterdir(), reverse=True) if RUNS.is_dir() else ():
        if folder.name.endswith(ending) and not all(is_finished(folder / step.name) for step in STEPS):
            return folder
    return None
