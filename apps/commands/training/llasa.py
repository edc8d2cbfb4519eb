"""`telltale train llasa`: both stages, and the texts that they learn from as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from apps import options
from apps.training import Summary, TrainingRun, only_for, training
from recordings import UserError

if TYPE_CHECKING:
    from agents.retelling import Retelling
    from models.llasa.training import Item

app = typer.Typer(add_completion=False)
LESSONS = 200
# Lessons are longer than windows' exchanges and fewer: each is offered this often.
REPEATED = 2


@app.command()
@training()
def llasa(
    run: TrainingRun,
    stage: Annotated[
        Literal["align", "tune", "data"],
        typer.Option(help="align: rows of samples to words; tune: questions; data: the training texts as files."),
    ] = "align",
    aligned: options.Aligned = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|NAME", help="tune: go on from a tuned checkpoint, its adapter too (base: the shipped)."
        ),
    ] = None,
    backbone: options.Backbone = "embedded",
    encoder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What `telltale train limubert` wrote, not the shipped.")
    ] = None,
    texts: Annotated[
        Path | None, typer.Option(metavar="DIR", help="tune: open questions as --stage data wrote them there.")
    ] = None,
    llm: Annotated[
        str | None,
        typer.Option(
            help="data: who tells each window again, such as an endpoint's URL; what does not hold stays the grammar's.",
            show_default="nobody",
        ),
    ] = None,
    examples: Annotated[int | None, typer.Option(min=1, help="Windows to learn from, or to write about.")] = None,
) -> Summary:
    """A language model that answers questions about 6 s of motion.

    Windows (120, 6) at 20 Hz pass through LIMU-BERT. Stage align trains the projector, tune an adapter too.
    """
    given = {"aligned": aligned, "start": start, "encoder": encoder, "texts": texts, "llm": llm}
    only_for(stage, given, aligned="tune", start="tune", encoder="align tune", texts="tune", llm="data")
    if start is not None and (aligned is not None or encoder is not None):
        raise UserError(
            "--start",
            expected="a checkpoint that brings its own encoder and projector",
            found=f"--{'aligned' if aligned is not None else 'encoder'} beside it",
            cure="give one of the two",
        )
    if stage == "data":
        from models.llasa.data import write_corpus

        return write_corpus(
            run.data,
            run.output,
            seed=run.how["seed"],
            most_windows=examples,
            retell=None if llm is None else _retelling(llm, run),
            progress=run.how["progress"],
        )
    from models.llasa import train_llasa

    def lessons(tokenizer: Any) -> Sequence[Item]:
        from agents.lessons import drawn
        from apps.lessons import training_lessons
        from models.llasa.training import text_item

        run.how["progress"]("writing lessons", 0.0)
        found = drawn(training_lessons(run.data, run.how["seed"]), LESSONS, run.how["seed"])
        return [text_item(tokenizer, one.messages, one.text, one.answer) for one in found] * REPEATED

    return train_llasa(
        run.data,
        run.output,
        stage=stage,
        aligned=aligned,
        start=start,
        texts=texts,
        encoder=encoder,
        backbone=backbone,
        most_windows=examples,
        further=lessons if stage == "tune" else None,
        **run.how,
    )


def _retelling(llm: str, run: TrainingRun) -> Retelling:
    """The language model of the settings' key, patience and cache, under another name where one is given."""
    from agents.language import open_language_model
    from agents.retelling import Retelling
    from apps.settings import load_settings

    settings = load_settings(run.config, llm=llm)
    model = open_language_model(
        settings.llm,
        cache_dir=settings.cache_dir,
        api_key=settings.api_key(),
        timeout_s=settings.llm_timeout_s,
        retries=settings.llm_retries,
        progress=run.how["progress"],
    )
    run.output.mkdir(parents=True, exist_ok=True)
    return Retelling(model, run.output)
