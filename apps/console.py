"""Two channels: results on stdout, talk on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from recordings.errors import plain

# (stage, done, total): what long work calls as it goes.
Report = Callable[[str, int, int], None]


def results() -> Console:
    """stdout: what was asked for, and nothing else."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=True)


def talk() -> Console:
    """stderr: progress, warnings, hints."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def warn(text: str) -> None:
    """One warning on stderr. `text` may hold the user's words: it is printed as it is, without markup."""
    talk().print(f"warning: {plain(text, 400)}", style="yellow", markup=False)


@contextmanager
def progress(quiet: bool = False) -> Iterator[Report]:
    """A bar a stage on stderr while the block runs. The remaining time comes from the measured pace alone.

    On a terminal the bars vanish when done; elsewhere (a log file) nothing is drawn.
    """
    console = talk()
    if quiet or not console.is_terminal:
        yield lambda stage, done, total: None
        return
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, transient=True) as bars:

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(plain(stage, 40), total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield report
