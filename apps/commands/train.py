"""`telltale train`: train a shipped model again, on data you have."""

from __future__ import annotations

import dataclasses
import json
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command()
def train(
    model: Annotated[Literal["motion", "audio"], typer.Argument(metavar="MODEL", help="motion or audio.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Checkpoint, card and the state to resume from.")
    ],
    data: options.Data = None,
    seed: Annotated[int, typer.Option(help="Seed of weights, batches and augmentation.")] = 0,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training data.")] = None,
    budget_minutes: Annotated[
        float | None, typer.Option("--budget-minutes", min=0.1, help="Choose the epochs by the time they take here.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume/--no-resume", help="Go on where a stopped run in DIR was.")] = True,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "auto",
    config: options.Config = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a model; the held-out subjects are never seen. Ends with the numbers that go into its card."""
    from apps.console import progress, say
    from apps.settings import load_settings
    from recordings import UserError

    settings = load_settings(config, data=data)
    if settings.data is None:
        raise UserError(
            f"train {model}",
            expected="a folder with the public data sets",
            found="none",
            cure="add --data DIR (or TELLTALE_DATA)",
        )
    with progress(quiet) as report:
        if model == "motion":
            from models.motion import train_motion

            summary = train_motion(
                settings.data,
                output,
                seed=seed,
                epochs=epochs,
                budget_minutes=budget_minutes,
                resume=resume,
                progress=report,
                device=device,
            )
            facts = dataclasses.asdict(summary)
        else:
            from models.audio import train_audio

            run = train_audio if epochs is None else partial(train_audio, epochs=epochs)
            heard = run(
                settings.data,
                output,
                seed=seed,
                budget_minutes=budget_minutes,
                resume=resume,
                progress=report,
                device=device,
            )
            facts = dataclasses.asdict(heard)
    text = json.dumps(facts, indent=1, ensure_ascii=False, default=str)
    if as_json:
        typer.echo(text)
    else:
        for name, value in facts.items():
            typer.echo(f"{name}: {value}")
        say(f"written: {output}")
