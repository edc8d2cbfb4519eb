"""`telltale report`: a page a recording and an index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apps.frame import Reading, reading

app = typer.Typer(add_completion=False)


@app.command()
@reading
def report(
    asked: Reading,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH…",
            help="Files, folders (each recording inside), zips, keys such as hapt:exp05, hapt:* or hapt:held-out.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="DIR", help="Where the report goes; a stopped run continues there."),
    ],
) -> None:
    """One page a recording and an index. A recording that fails is named, the others go on (exit code 3)."""
    from apps.console import progress, say
    from apps.failures import PARTLY
    from apps.reporting import report as run
    from apps.reporting import targets

    found = targets(paths, asked.settings.data)
    with progress(asked.quiet) as bar:
        outcome = run(found, output, asked.workbench(), bar)
    for entry in outcome.entries:
        if entry.status != "done":
            say(f"{entry.status}: {entry.source}: {entry.reason}")
    done = sum(entry.status == "done" for entry in outcome.entries)
    say(f"{done} of {len(outcome.entries)} recordings done ({outcome.kept} already were), {len(outcome.failed)} failed")
    if asked.as_json:
        typer.echo((output / "manifest.json").read_text("utf-8"), nl=False)
    else:
        typer.echo(output / "index.html")
    if outcome.failed:
        raise typer.Exit(PARTLY)
