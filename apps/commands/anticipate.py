"""`telltale anticipate`: what comes next."""

from __future__ import annotations

import json
from pathlib import Path
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
            help="A recording; a timeline that annotate wrote (JSON or CSV); activities with seconds: 'sitting 60, walking 30'; or, with --observe, a CSV of segments.",
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
        typer.Option("--observe", metavar="SHARE", help="Only this first share of a segment file has been seen: 0.3."),
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
        typer.Option("--model", metavar="DIR", help="What `telltale train actionllm` wrote, for --engine actionllm."),
    ] = None,
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
    from recordings import UserError

    if observe is not None or learn_from is not None or sequence is not None:
        from apps.segment_files import anticipate_segments

        with progress(quiet) as report:
            answer = anticipate_segments(
                Path(source),
                observe,
                horizon,
                sequence,
                learn_from,
                engine,
                checkpoint=model,
                open_llm=lambda: Workbench(load_settings(config, llm=llm), report).open_llm(),
                progress=report,
            )
        if as_json:
            typer.echo(json.dumps(answer.as_json(source), indent=1, ensure_ascii=False))
        else:
            results().print(answer.heading, style="bold")
            print_forecast(results(), answer.forecast)
        return
    if engine or model is not None:
        raise UserError("--engine", expected="a segment file and --observe", found="none", cure="give --observe SHARE")
    horizon_s = 300.0 if horizon is None else horizon
    if horizon_s < 1:
        raise UserError(
            "--horizon",
            expected="at least 1 second",
            found=f"{horizon_s:g}",
            cure="a share needs --observe and a segment file",
        )
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
