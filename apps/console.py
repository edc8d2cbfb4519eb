"""Two channels: results on stdout, talk on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from recordings import Recording, plain

# Columns of a table that goes into a pipe or a file, where nobody wraps it.
WIDE = 180
_LINE_EVERY_S = 60.0

Report = Callable[[str, float], None]
"""Called by long work with what is being done and the fraction of the whole that is done (0…1)."""


def results() -> Console:
    """stdout: what was asked for, and nothing else."""
    wide = None if sys.stdout.isatty() else WIDE
    return Console(file=sys.stdout, highlight=False, width=wide)


def talk() -> Console:
    """stderr: progress, warnings, hints."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line on stderr, as it is, without markup."""
    talk().print(plain(text, 600), markup=False)


def warn(text: str) -> None:
    talk().print(f"warning: {plain(text, 600)}", style="yellow", markup=False)


def warn_of(recording: Recording) -> None:
    """The inferences about a file that could be wrong, before anything rests on them."""
    for step in recording.warnings:
        change = f" ({step.before} → {step.after})" if step.before and step.after else ""
        warn(f"{recording.id}: {step.step}: {step.reason}{change}")


def a_line_a_minute(write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> Report:
    """What is being done and how much of it is, once a minute and not in the first. clock: seconds."""
    last_s = clock()

    def report(doing: str, fraction: float) -> None:
        nonlocal last_s
        if clock() - last_s >= _LINE_EVERY_S:
            last_s = clock()
            write(f"{doing}: {fraction:.0%}")

    return report


@contextmanager
def progress(quiet: bool = False) -> Iterator[Report]:
    """A bar on stderr while the block runs; the time left comes from the measured pace alone.

    A fraction that falls begins a new piece of work, with a clock of its own. The bar vanishes when the block ends;
    where stderr is no terminal (a log file), work of more than a minute says so in a line a minute.
    """
    console = talk()
    if quiet:
        yield lambda doing, fraction: None
        return
    if not console.is_terminal:
        yield a_line_a_minute(say)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("starting", total=1.0)
        reached = 0.0

        def report(doing: str, fraction: float) -> None:
            nonlocal reached
            if fraction < reached:
                bars.reset(task, total=1.0)
            reached = fraction
            bars.update(task, completed=fraction, description=plain(doing, 60))

        yield report
