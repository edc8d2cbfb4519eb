"""`telltale annotate`: what happened when, and why we think so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command()
def annotate(
    recording: options.RecordingArgument,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write JSON, CSV, Parquet and a plot (SVG, PNG) here."),
    ] = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    data: options.Data = None,
    config: options.Config = None,
    llm: options.Llm = None,
    fusion: options.Fusion = None,
    motion_model: options.MotionModel = None,
    audio_model: options.AudioModel = None,
    experts: options.Experts = None,
    sensorllm_model: options.SensorllmModel = None,
    llasa_model: options.LlasaModel = None,
    sensorlm_model: options.SensorlmModel = None,
    exemplars: options.Exemplars = None,
    exclude_subject: options.ExcludeSubject = None,
    units: options.Units = None,
    rate: options.Rate = None,
    position: options.Position = None,
) -> None:
    """Tell what happened when: an explained, verified timeline."""
    from apps.console import progress, results, say
    from apps.settings import load_settings
    from apps.timeline_files import timeline_json, write_timeline
    from apps.timeline_text import print_timeline
    from apps.workbench import Workbench

    settings = load_settings(
        config, data=data, llm=llm, fusion=fusion, motion_model=motion_model, audio_model=audio_model, experts=experts,
        sensorllm_model=sensorllm_model, llasa_model=llasa_model, sensorlm_model=sensorlm_model, exemplars=exemplars,
        exclude_subject=exclude_subject, units=units, rate=rate, position=position,
    )  # fmt: skip
    with progress(quiet) as report:
        bench = Workbench(settings, report)
        opened = bench.open(recording)
        timeline = bench.annotate(opened)
    if output is not None:
        for path in write_timeline(output, opened, timeline):
            say(f"written: {path}")
    if as_json:
        typer.echo(timeline_json(timeline), nl=False)
    else:
        print_timeline(results(), timeline)
