"""`telltale ask`: one question, one verified answer."""

from __future__ import annotations

from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command()
def ask(
    recording: options.RecordingArgument,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In plain words, in quotes.")],
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
    """Answer one question about a recording by computation, with the evidence underneath."""
    from apps.answer_text import print_answer
    from apps.console import progress, results
    from apps.settings import load_settings
    from apps.workbench import Workbench

    settings = load_settings(
        config, data=data, llm=llm, fusion=fusion, motion_model=motion_model, audio_model=audio_model, exemplars=exemplars,
        exclude_subject=exclude_subject, units=units, rate=rate, position=position,
    )  # fmt: skip
    with progress(quiet) as report:
        bench = Workbench(settings, report)
        timeline = bench.annotate(bench.open(recording))
        report("answering", 1.0)
        from agents.questions import ask as answered

        answer = answered(question, timeline, bench.bench, bench.llm)
    if as_json:
        typer.echo(answer.model_dump_json(indent=1))
    else:
        if timeline.recording.simulated:
            results().print("simulated recording", style="yellow")
        print_answer(results(), answer)
