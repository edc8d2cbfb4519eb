"""`telltale annotate`: what happened when, and why we think so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apps import options
from apps.frame import Reading, reading

app = typer.Typer(add_completion=False)


@app.command()
@reading
def annotate(
    asked: Reading,
    recording: options.RecordingArgument,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write JSON, CSV, Parquet and a plot (SVG, PNG) here."),
    ] = None,
) -> None:
    """Tell what happened when: an explained, verified timeline."""
    from apps.console import progress, results, say
    from apps.timeline_files import timeline_json, write_timeline
    from apps.timeline_text import print_timeline

    with progress(asked.quiet) as report:
        bench = asked.workbench(report)
        opened = bench.open(recording)
        timeline = bench.annotate(opened)
    if output is not None:
        for path in write_timeline(output, opened, timeline):
            say(f"written: {path}")
    if asked.as_json:
        typer.echo(timeline_json(timeline), nl=False)
    else:
        print_timeline(results(), timeline)
