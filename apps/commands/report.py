"""`telltale report`: a page a recording and an index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command()
def report(
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
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    data: options.Data = None,
    config: options.Config = None,
    llm: options.Llm = None,
    fusion: options.Fusion = None,
    motion_model: options.MotionModel = None,
    audio_model: options.AudioModel = None,
    exemplars: options.Exemplars = None,
    exclude_subject: options.ExcludeSubject = None,
    units: options.Units = None,
    rate: options.Rate = None,
    position: options.Position = None,
) -> None:
    """One page a recording and an index. A recording that fails is named, the others go on (exit code 3)."""
    from apps.console import progress, say
    from apps.failures import PARTLY
    from apps.reporting import report as run
    from apps.reporting import targets
    from apps.settings import load_settings
    from apps.workbench import Workbench

    settings = load_settings(
        config, data=data, llm=llm, fusion=fusion, motion_model=motion_model, audio_model=audio_model, exemplars=exemplars,
        exclude_subject=exclude_subject, units=units, rate=rate, position=position,
    )  # fmt: skip
    found = targets(paths, settings.data)
    with progress(quiet) as bar:
        outcome = run(found, output, Workbench(settings), bar)
    for entry in outcome.entries:
        if entry.status != "done":
            say(f"{entry.status}: {entry.source}: {entry.reason}")
    done = sum(entry.status == "done" for entry in outcome.entries)
    say(f"{done} of {len(outcome.entries)} recordings done ({outcome.kept} already were), {len(outcome.failed)} failed")
    if as_json:
        typer.echo((output / "manifest.json").read_text("utf-8"), nl=False)
    else:
        typer.echo(output / "index.html")
    if outcome.failed:
        raise typer.Exit(PARTLY)
