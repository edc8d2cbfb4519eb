"""`telltale train actionllm`: a fold of a benchmark, or the user's own table of segments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from apps import options
from apps.training import Summary, TrainingRun, training

app = typer.Typer(add_completion=False)


@app.command()
@training(or_else="--sequences CSV")
def actionllm(
    run: TrainingRun,
    dataset: Annotated[
        str | None, typer.Option(metavar="SET", help="50salads or breakfast; the first otherwise.")
    ] = None,
    fold: Annotated[str, typer.Option(help="The fold whose training people teach.")] = "1",
    protocol: Annotated[str, typer.Option(help="Which folds: the literature's, or lea (50 Salads).")] = "",
    sequences: Annotated[Path | None, typer.Option(metavar="CSV", help="Your own segments instead of a fold.")] = None,
    features: Annotated[
        Path | None, typer.Option(metavar="DIR", help="I3D files, one a video, for the feature stream.")
    ] = None,
    layers: Annotated[
        int | None, typer.Option(min=0, help="The language model's first so many layers; 0 for all.")
    ] = None,
    backbone: options.Backbone = "embedded",
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any setting of docs/actionllm.md; again."),
    ] = None,
    epochs: options.Epochs = None,
) -> Summary:
    """Which activities come next, and for how many seconds.

    A frozen language model with trained adapters, taught by the videos of a fold or by --sequences (start and end in s).
    """
    settings = _settings(changes or (), layers, backbone)
    if sequences is not None:
        from recordings.sequences import read_sequences

        known = read_sequences(sequences)
        from models.actionllm import train_on_sequences

        return train_on_sequences(
            known,
            run.output,
            learnt_from=sequences.name,
            features=features,
            settings=settings,
            epochs=epochs,
            **run.how,
        )
    dataset, data = _benchmark(dataset), run.data
    from models.actionllm import train_actionllm

    return train_actionllm(
        data,
        run.output,
        dataset=dataset,
        fold=fold,
        protocol=protocol,
        features=features,
        settings=settings,
        epochs=epochs,
        **run.how,
    )


def _benchmark(named: str | None) -> str:
    """The set whose fold is learnt from, the first where none is named. UserError for one that there is not."""
    from recordings import UserError
    from recordings.sequences import BENCHMARKS

    if named is not None and named not in BENCHMARKS:
        raise UserError("--dataset", expected=", ".join(BENCHMARKS), found=named, cure="name one of them")
    return named or next(iter(BENCHMARKS))


def _settings(changes: Sequence[str], layers: int | None, backbone: str) -> dict[str, str | int]:
    """What --set, --layers and --backbone change. UserError for a change that is no NAME=VALUE."""
    from recordings import UserError

    found: dict[str, str | int] = {}
    for change in changes:
        name, sign, value = change.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise UserError(
                "--set", expected="NAME=VALUE, such as interaction=self", found=repr(change), cure="correct it"
            )
        found[name.strip()] = value.strip()
    if layers is not None:
        found["layers"] = layers
    if backbone != "embedded":
        found["backbone"] = backbone
    return found
