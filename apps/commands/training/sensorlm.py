"""`telltale train sensorlm`: its options as a plan."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Literal

import typer

from apps import options
from apps.training import Summary, TrainingRun, training

app = typer.Typer(add_completion=False)


@app.command()
@training()
def sensorlm(
    run: TrainingRun,
    objective: Annotated[
        Literal["sigmoid", "softmax", "coca"],
        typer.Option(help="Contrastive alone, or with a decoder that writes captions (coca)."),
    ] = "sigmoid",
    text_tower: Annotated[
        Literal["sentences", "tokens"],
        typer.Option(help="Over frozen sentence vectors, or words from scratch."),
    ] = "sentences",
    levels: Annotated[
        Literal["all", "semantic", "semantic+statistical", "semantic+structural"],
        typer.Option(help="Which captions are learnt from."),
    ] = "all",
    without_class: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="Never show this activity; again.")
    ] = None,
    decoder_of: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Only a captioning decoder, for this checkpoint (or `shipped`), whose towers stay as they are.",
        ),
    ] = None,
    without_set: Annotated[
        list[str] | None, typer.Option(metavar="SET", help="Never open this data set; again.")
    ] = None,
    epochs: options.Epochs = None,
) -> Summary:
    """Windows of motion and sentences in one space, for search.

    A tower over 2 to 5.12 s of 12 signals at 50 Hz, and one over captions, which are written anew for every window.
    """
    from models.motion import GROUPS, LEAVES
    from models.sensorlm.training import LEVEL_PLANS, SETS, default_config, train_sensorlm
    from recordings import UserError

    without_classes, without_sets = tuple(without_class or ()), tuple(without_set or ())
    if decoder_of is not None:
        from models.sensorlm.training import train_decoder

        given = (objective, text_tower, levels, without_classes, without_sets)
        if given != ("sigmoid", "sentences", "all", (), ()):
            raise UserError(
                "--decoder-of",
                expected="no other option of what is learnt: they are the checkpoint's",
                found="--objective, --text-tower, --levels or --without-… beside it",
                cure="leave these out",
            )
        start = None if decoder_of == "shipped" else Path(decoder_of)
        return train_decoder(run.data, run.output, start, epochs=epochs, **run.how)
    for option, found, known in (
        ("--without-class", without_classes, (*LEAVES, *GROUPS)),
        ("--without-set", without_sets, SETS),
    ):
        unknown = [name for name in found if name not in known]
        if unknown:
            raise UserError(option, expected=f"of {', '.join(known)}", found=", ".join(unknown), cure="name known ones")
    return train_sensorlm(
        run.data,
        run.output,
        epochs=epochs,
        config=default_config(objective, text_tower),
        plan=dataclasses.replace(LEVEL_PLANS[levels], without_classes=without_classes, without_sets=without_sets),
        **run.how,
    )
