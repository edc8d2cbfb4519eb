"""`telltale ask`: one question, one verified answer."""

from __future__ import annotations

from typing import Annotated

import typer

from apps import options
from apps.frame import Reading, reading

app = typer.Typer(add_completion=False)


@app.command()
@reading
def ask(
    asked: Reading,
    recording: options.RecordingArgument,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In plain words, in quotes.")],
) -> None:
    """Answer one question about a recording by computation, with the evidence underneath."""
    from apps.answer_text import print_answer
    from apps.console import progress, results

    with progress(asked.quiet) as report:
        bench = asked.workbench(report)
        timeline = bench.annotate(bench.open(recording))
        report("answering", 1.0)
        from agents.questions import ask as answered

        answer = answered(question, timeline, bench.bench, bench.llm)
    if asked.as_json:
        typer.echo(answer.model_dump_json(indent=1))
    else:
        if timeline.recording.simulated:
            results().print("simulated recording", style="yellow")
        print_answer(results(), answer)
