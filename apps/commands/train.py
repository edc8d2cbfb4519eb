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
_SENSORLLM = "Of sensorllm and llasa"
_SENSORLM = "Of sensorlm"
_ACTIONLLM = "Of actionllm (and --dataset 50salads or breakfast, --backbone)"


@app.command()
def train(
    model: Annotated[
        Literal["motion", "audio", "chronos", "sensorllm", "sensorlm", "limubert", "llasa", "actionllm"],
        typer.Argument(
            metavar="MODEL",
            help="motion, audio, chronos (the time-series encoder), sensorllm, sensorlm, limubert or actionllm.",
        ),
    ],
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
    stage: Annotated[
        Literal["align", "tune", "data"],
        typer.Option(
            rich_help_panel=_SENSORLLM,
            help="align: language to channels; tune: activities of windows; data (llasa): the training texts as files.",
        ),
    ] = "align",
    dataset: Annotated[
        str | None,
        typer.Option(rich_help_panel=_SENSORLLM, help="tune: the set, such as hapt. align: leave out for all."),
    ] = None,
    aligned: Annotated[
        Path | None,
        typer.Option(metavar="DIR", rich_help_panel=_SENSORLLM, help="tune: start from this aligned checkpoint."),
    ] = None,
    backbone: Annotated[
        str, typer.Option(metavar="MODEL", rich_help_panel=_SENSORLLM, help="embedded, a folder or a hub id.")
    ] = "embedded",
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL", rich_help_panel=_SENSORLLM, help="A Chronos-T5 folder or hub id, not the shipped."
        ),
    ] = None,
    examples: Annotated[
        int | None,
        typer.Option(min=1, rich_help_panel=_SENSORLLM, help="align: segments a set; tune: training windows."),
    ] = None,
    longest_samples: Annotated[
        int, typer.Option(min=5, max=512, rich_help_panel=_SENSORLLM, help="align: samples of a segment at most.")
    ] = 100,
    kinds: Annotated[
        str, typer.Option(rich_help_panel=_SENSORLLM, help="align: of trend,merged,frequency,periodicity,correlation.")
    ] = "trend",
    text: Annotated[
        bool, typer.Option("--text/--no-text", rich_help_panel=_SENSORLLM, help="tune: statistics and a question.")
    ] = True,
    micro_batch: Annotated[
        int | None, typer.Option(min=1, max=32, rich_help_panel=_SENSORLLM, help="Examples in memory at once.")
    ] = None,
    fold: Annotated[str, typer.Option(rich_help_panel=_ACTIONLLM, help="The fold whose training people teach.")] = "1",
    protocol: Annotated[
        str, typer.Option(rich_help_panel=_ACTIONLLM, help="Which folds: the literature's, or lea (50 Salads).")
    ] = "",
    sequences: Annotated[
        Path | None,
        typer.Option(metavar="CSV", rich_help_panel=_ACTIONLLM, help="Your own segments instead of a fold."),
    ] = None,
    features: Annotated[
        Path | None,
        typer.Option(metavar="DIR", rich_help_panel=_ACTIONLLM, help="I3D files, one a video, for the feature stream."),
    ] = None,
    layers: Annotated[
        int | None,
        typer.Option(min=0, rich_help_panel=_ACTIONLLM, help="The language model's first so many layers; 0 for all."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", rich_help_panel=_ACTIONLLM, help="Any setting of docs/actionllm.md; again."
        ),
    ] = None,
    objective: Annotated[
        Literal["sigmoid", "softmax", "coca"],
        typer.Option(rich_help_panel=_SENSORLM, help="Contrastive alone, or with a decoder that writes captions."),
    ] = "sigmoid",
    text_tower: Annotated[
        Literal["sentences", "tokens"],
        typer.Option(rich_help_panel=_SENSORLM, help="Over frozen sentence vectors, or words from scratch."),
    ] = "sentences",
    levels: Annotated[
        Literal["all", "semantic", "semantic+statistical", "semantic+structural"],
        typer.Option(rich_help_panel=_SENSORLM, help="Which captions are learnt from."),
    ] = "all",
    without_class: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", rich_help_panel=_SENSORLM, help="Never show this activity; again."),
    ] = None,
    without_set: Annotated[
        list[str] | None,
        typer.Option(metavar="SET", rich_help_panel=_SENSORLM, help="Never open this data set; again."),
    ] = None,
    config: options.Config = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a model; the held-out subjects are never seen. Ends with the numbers that go into its card."""
    from apps.console import progress, say
    from apps.settings import load_settings
    from recordings import UserError

    settings = load_settings(config, data=data)
    if stage == "data" and model != "llasa":
        raise UserError("--stage data", expected="llasa", found=model, cure="leave the stage out, or name llasa")
    with progress(quiet) as report:
        if model == "actionllm":
            from apps.anticipation_training import AnticipationRun

            facts = AnticipationRun(
                data=settings.data,
                output=output,
                dataset=dataset,
                fold=fold,
                protocol=protocol,
                sequences=sequences,
                features=features,
                layers=layers,
                backbone=backbone,
                changes=tuple(changes or ()),
                seed=seed,
                epochs=epochs,
                budget_minutes=budget_minutes,
                resume=resume,
                device=device,
            ).run(report)
        elif settings.data is None:
            raise UserError(
                f"train {model}",
                expected="a folder with the public data sets",
                found="none",
                cure="add --data DIR (or TELLTALE_DATA)",
            )
        elif model == "motion":
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
        elif model == "chronos":
            from models.chronos import train_chronos

            encoded = train_chronos(
                settings.data,
                output,
                seed=seed,
                budget_minutes=budget_minutes,
                resume=resume,
                progress=report,
                device=device,
            )
            facts = dataclasses.asdict(encoded)
        elif model == "limubert":
            from models.limubert import train_limubert

            pretrained = train_limubert(
                settings.data,
                output,
                seed=seed,
                epochs=epochs,
                budget_minutes=budget_minutes,
                batch_size=micro_batch or 128,
                resume=resume,
                progress=report,
                device=device,
            )
            facts = dataclasses.asdict(pretrained)
        elif model == "llasa":
            from apps.llasa import LlasaRun

            facts = LlasaRun(
                data=settings.data,
                output=output,
                seed=seed,
                budget_minutes=budget_minutes,
                resume=resume,
                device=device,
                aligned=aligned,
                backbone=backbone,
                encoder=encoder,
                examples=examples,
            ).run(stage, report)
        elif model == "sensorllm":
            from apps.sensor_language import SensorLanguageRun

            facts = SensorLanguageRun(
                data=settings.data,
                output=output,
                seed=seed,
                epochs=epochs,
                budget_minutes=budget_minutes,
                resume=resume,
                device=device,
                dataset=dataset,
                aligned=aligned,
                backbone=backbone,
                encoder=encoder,
                examples=examples,
                longest_samples=longest_samples,
                kinds=tuple(kind.strip() for kind in kinds.split(",") if kind.strip()),
                text=text,
                micro_batch=micro_batch,
            ).run("tune" if stage == "tune" else "align", report)
        elif model == "sensorlm":
            from apps.sensor_text import train as train_sensor_text

            facts = train_sensor_text(
                settings.data,
                output,
                seed=seed,
                epochs=epochs,
                budget_minutes=budget_minutes,
                resume=resume,
                device=device,
                objective=objective,
                text_tower=text_tower,
                levels=levels,
                without_classes=tuple(without_class or ()),
                without_sets=tuple(without_set or ()),
                progress=report,
            )
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
    if as_json:
        typer.echo(json.dumps(facts, indent=1, ensure_ascii=False, default=str))
    else:
        for name, value in facts.items():
            typer.echo(f"{name}: {value}")
        say(f"written: {output}")
