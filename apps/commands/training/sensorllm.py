"""`telltale train sensorllm`: its options, checked and put to the stage that they are for."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from apps import options
from apps.training import Summary, TrainingRun, only_for, training

if TYPE_CHECKING:
    from models.sensorllm import AlignmentPlan, TuningPlan
    from models.sensorllm.data import ValueKind

app = typer.Typer(add_completion=False)


@app.command()
@training()
def sensorllm(
    run: TrainingRun,
    stage: Annotated[
        Literal["align", "tune"], typer.Option(help="align: language to channels; tune: activities of windows.")
    ] = "align",
    dataset: Annotated[
        str | None, typer.Option(metavar="SET", help="tune: the set, such as hapt. align: leave out for all.")
    ] = None,
    aligned: options.Aligned = None,
    backbone: options.Backbone = "embedded",
    encoder: Annotated[
        str | None, typer.Option(metavar="MODEL", help="A Chronos-T5 folder or hub id, not the shipped.")
    ] = None,
    examples: Annotated[
        int | None, typer.Option(min=1, help="align: segments a set; tune: windows to learn from.")
    ] = None,
    longest_samples: Annotated[
        int | None, typer.Option(min=5, max=512, help="align: samples of a segment at most.", show_default="100")
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            metavar="A,B", help="align: of trend, merged, frequency, periodicity, correlation.", show_default="trend"
        ),
    ] = None,
    longest_answer: Annotated[
        int | None,
        typer.Option(min=1, help="align: tokens of an answer; of longer ones only the rows.", show_default="600"),
    ] = None,
    hidden: Annotated[
        str | None,
        typer.Option(
            metavar="N[,N]",
            help="Widths inside the alignment MLP, one or two layers (tune: fresh ones).",
            show_default="512",
        ),
    ] = None,
    read_rows: Annotated[
        bool | None,
        typer.Option(
            "--read-rows/--no-read-rows", help="align: a word at every row as well.", show_default="read-rows"
        ),
    ] = None,
    text: Annotated[
        bool | None, typer.Option("--text/--no-text", help="tune: statistics and a question.", show_default="text")
    ] = None,
    pooled_rows: Annotated[
        int | None, typer.Option(min=1, max=32, help="tune: sensor rows made one, to save time.", show_default="1")
    ] = None,
    layers: Annotated[
        int | None, typer.Option(min=1, help="tune: first layers of the backbone, to save time.", show_default="all")
    ] = None,
    by_value: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=4096,
            help="tune: width of a layer that reads numbers of the channels by value.",
            show_default="none",
        ),
    ] = None,
    values: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="tune: which, of statistics, frequency, periodicity, upright, bands (with --by-value).",
            show_default="statistics",
        ),
    ] = None,
    turned: Annotated[
        float | None,
        typer.Option(
            "--turned",
            metavar="DEGREES",
            min=0,
            max=180,
            help="tune: training windows turned by up to so much, for people who wear the sensor askew.",
            show_default="0",
        ),
    ] = None,
    beside: Annotated[
        str | None,
        typer.Option(
            metavar="SET,SET",
            help="tune: other sets whose training windows are learnt from too, of usc_had, hapt, motionsense.",
            show_default="none",
        ),
    ] = None,
    warm_steps: Annotated[
        int | None,
        typer.Option(min=0, help="tune: first turn rows towards the names of classes.", show_default="0"),
    ] = None,
    micro_batch: Annotated[int | None, typer.Option(min=1, max=32, help="Examples in memory at once.")] = None,
    batch: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Examples a step (the paper's 32; fewer for more steps in the same time)."),
    ] = None,
    epochs: options.Epochs = None,
) -> Summary:
    """A language model that reads channels, then whole windows of motion.

    Two stages, a run each: align (a channel of up to 512 samples and its trends), then tune (all channels of a window).
    """
    from models.sensorllm import train_alignment, train_tuning
    from recordings import UserError

    aligning: dict[str, object] = {
        "longest_samples": longest_samples,
        "kinds": kinds,
        "longest_answer": longest_answer,
        "read_rows": read_rows,
    }
    tuning: dict[str, object] = {
        "aligned": aligned,
        "text": text,
        "pooled_rows": pooled_rows,
        "layers": layers,
        "by_value": by_value,
        "values": values,
        "turned": turned,
        "beside": beside,
        "warm_steps": warm_steps,
    }
    only_for(stage, aligning | tuning, **dict.fromkeys(aligning, "align"), **dict.fromkeys(tuning, "tune"))
    sizes = None if hidden is None else _widths(hidden, aligned)
    if stage == "align":
        return train_alignment(
            run.data,
            run.output,
            plan=_alignment(
                dataset,
                examples,
                kinds,
                sizes,
                longest_samples=longest_samples,
                longest_answer=longest_answer,
                read=read_rows,
            ),
            backbone=backbone,
            encoder=encoder,
            micro_batch=micro_batch,
            batch=batch,
            epochs=epochs,
            **run.how,
        )
    if dataset is None:
        raise UserError(
            "--dataset", expected="the set to tune on", found="none", cure="add --dataset hapt, for example"
        )
    return train_tuning(
        run.data,
        run.output,
        dataset=_known(dataset),
        aligned=aligned,
        projector_sizes=sizes or (512,),
        plan=_tuning(
            examples,
            text=text,
            pooled_rows=pooled_rows,
            backbone_layers=layers,
            by_value=by_value,
            value_kinds=_numbers(values, by_value),
            turned_deg=turned,
            beside=None if beside is None else tuple(piece.strip() for piece in beside.split(",") if piece.strip()),
            warm_steps=warm_steps,
        ),
        backbone=backbone,
        encoder=encoder,
        micro_batch=micro_batch,
        batch=batch,
        epochs=epochs,
        **run.how,
    )


def _alignment(
    dataset: str | None,
    examples: int | None,
    kinds: str | None,
    sizes: tuple[int, ...] | None,
    *,
    read: bool | None,
    **lengths: int | None,
) -> AlignmentPlan:
    """The default plan but for what was given. examples: segments a set. UserError for a set or kind of text that there is not."""
    from models.sensorllm import AlignmentPlan
    from models.sensorllm.data import KINDS, MOTION_SETS, Kind
    from recordings import UserError

    given: dict[str, Any] = {name: value for name, value in lengths.items() if value is not None}
    if kinds is not None:
        named = tuple(kind.strip() for kind in kinds.split(",") if kind.strip())
        unknown = sorted(set(named) - set(KINDS))
        if unknown or not named:
            raise UserError(
                "--kinds", expected=", ".join(KINDS), found=", ".join(unknown) or "none", cure="name some of them"
            )
        given["kinds"] = cast("tuple[Kind, ...]", named)
    if sizes is not None:
        given["projector_sizes"] = sizes
    if read is False:
        given["step_weight"] = 0.0
    plan = AlignmentPlan(sets=MOTION_SETS if dataset is None else (_known(dataset),), **given)
    if examples is None:
        return plan
    return dataclasses.replace(plan, segments=examples, validation_segments=min(plan.validation_segments, examples))


def _tuning(examples: int | None, **chosen: Any) -> TuningPlan:
    """The default plan but for what was given. examples: windows."""
    from models.sensorllm import TuningPlan

    plan = TuningPlan(**{name: value for name, value in chosen.items() if value is not None})
    if examples is None:
        return plan
    return dataclasses.replace(
        plan,
        pool=examples,
        windows_per_epoch=min(plan.windows_per_epoch, examples),
        validation_windows=min(plan.validation_windows, examples),
    )


def _widths(text: str, aligned: object) -> tuple[int, ...]:
    """`512` or `512,544`. UserError for anything else, and beside an aligned checkpoint, which has its own."""
    from recordings import UserError

    if aligned is not None:
        raise UserError(
            "--hidden", expected="a fresh MLP", found="--aligned, which brings its own", cure="give one of the two"
        )
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) > 2 or not all(p.isdecimal() and 0 < int(p) <= 4096 for p in pieces):
        raise UserError("--hidden", expected="one or two widths of 1 to 4096", found=text, cure="write 512 or 512,544")
    return tuple(int(piece) for piece in pieces)


def _numbers(values: str | None, by_value: int | None) -> tuple[ValueKind, ...] | None:
    """`statistics,frequency`. UserError for an unknown name, and without the layer that would read them."""
    from models.sensorllm.data import VALUE_KINDS, known_kinds
    from recordings import UserError

    if values is None:
        return None
    if by_value is None:
        raise UserError("--values", expected="--by-value N beside it", found="none", cure="add --by-value 256")
    try:
        return known_kinds([piece.strip() for piece in values.split(",") if piece.strip()])
    except ValueError as problem:
        raise UserError(
            "--values", expected=f"some of {', '.join(VALUE_KINDS)}, each once", found=values, cure="name some of them"
        ) from problem


def _known(name: str) -> str:
    from models.sensorllm.data import MOTION_SETS
    from recordings import UserError

    if name not in MOTION_SETS:
        raise UserError("--dataset", expected=", ".join(MOTION_SETS), found=name, cure="name one of them")
    return name
