"""`telltale anticipate`: what comes next."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command()
def anticipate(
    source: Annotated[
        str,
        typer.Argument(
            metavar="RECORDING|SEQUENCE",
            help="A recording; a timeline that annotate wrote (JSON or CSV); or activities with seconds: 'sitting 60, walking 30'.",
        ),
    ],
    horizon_s: Annotated[
        float, typer.Option("--horizon", metavar="SECONDS", min=1.0, help="How far ahead is worth saying.")
    ] = 300.0,
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
    """Tell which activity comes next, when and for how long, from what happened so far; or that it cannot be told."""
    from agents.anticipation import Anticipator
    from apps.console import progress, results
    from apps.sequences import sequence_of
    from apps.settings import load_settings
    from apps.timeline_text import print_forecast
    from apps.workbench import Workbench

    settings = load_settings(
        config, data=data, llm=llm, fusion=fusion, motion_model=motion_model, audio_model=audio_model, exemplars=exemplars,
        exclude_subject=exclude_subject, units=units, rate=rate, position=position,
    )  # fmt: skip
    so_far = sequence_of(source)
    with progress(quiet) as report:
        bench = Workbench(settings, report)
        if so_far is None:
            timeline = bench.annotate(bench.open(source), horizon_s)
            forecast = timeline.forecast
        else:
            forecast = Anticipator.shipped(bench.llm).forecast(so_far, horizon_s=horizon_s)
    if as_json:
        rows = [one.model_dump(mode="json") for one in forecast]
        status = "answered" if rows else "cannot_tell"
        typer.echo(json.dumps({"source": source, "status": status, "forecast": rows}, indent=1, ensure_ascii=False))
    else:
        print_forecast(results(), forecast)
