"""`telltale anticipate`: what comes next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from apps.frame import Reading, reading

app = typer.Typer(add_completion=False)


@app.command()
@reading
def anticipate(
    asked: Reading,
    source: Annotated[
        str,
        typer.Argument(
            metavar="RECORDING|SEQUENCE",
            help="A recording; a timeline that annotate wrote (JSON or CSV); activities with seconds: 'sitting 60, walking 30'; a log of days (start, end, activity); or, with --observe, a CSV of segments.",
        ),
    ],
    horizon: Annotated[
        float | None,
        typer.Option(
            "--horizon",
            metavar="SECONDS|SHARE",
            help="How far ahead: seconds (300), or with --observe a share of the whole sequence (0.5, or what is left).",
        ),
    ] = None,
    observe: Annotated[
        float | None,
        typer.Option("--observe", metavar="SHARE", help="Only this first share of it has been seen: 0.3."),
    ] = None,
    sequence: Annotated[
        str | None, typer.Option("--sequence", metavar="NAME", help="Which sequence of a file that holds many.")
    ] = None,
    learn_from: Annotated[
        Path | None,
        typer.Option(
            "--learn-from", metavar="CSV", help="Sequences to learn from; by default the file's other people."
        ),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", metavar="NAME", help="Who forecasts a segment file.")] = "",
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="DIR",
            help="For --engine actionllm: what `telltale train actionllm` wrote, or 50salads-1.",
        ),
    ] = None,
    sounds: Annotated[
        Path | None,
        typer.Option("--sounds", metavar="CSV", help="Sound events beside a segment file: sound, start_s, end_s."),
    ] = None,
    wrong: Annotated[
        float,
        typer.Option(
            "--wrong", metavar="SHARE", help="How many of a segment file's observed labels may be wrong: 0.1."
        ),
    ] = 0.0,
    may_come: Annotated[
        list[str] | None,
        typer.Option(
            "--may-come",
            metavar="NAME",
            help="An activity that may come though nobody was seen to do it (a language model says when from its name); again for more.",
        ),
    ] = None,
) -> None:
    """Tell which activity comes next, when and for how long, from what happened so far; or that it cannot be told."""
    from apps.anticipating import anticipated
    from apps.console import progress, results
    from apps.segment_files import Asking

    with progress(asked.quiet) as report:
        asking = Asking(
            observe,
            horizon,
            learn_from,
            engine,
            model,
            lambda: asked.workbench(report).open_llm(),
            report,
            sounds,
            wrong,
            tuple(may_come or ()),
        )
        answer = anticipated(source, sequence, asking, lambda: asked.workbench(report))
    if asked.as_json:
        typer.echo(json.dumps(answer.as_json(), indent=1, ensure_ascii=False))
    else:
        answer.print(results())
