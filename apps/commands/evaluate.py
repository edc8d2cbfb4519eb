"""`telltale eval`: measure, write the JSON, print the table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command()
def evaluate(
    task: Annotated[str | None, typer.Argument(metavar="TASK", help="What to measure; see --list.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Say which tasks there are.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the JSON result here.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a result that is there.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of everything drawn at random.")] = 0,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many items (for a quick look; said in the result).")
    ] = None,
    data: options.Data = None,
    llm: options.Llm = None,
    config: options.Config = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure how good Telltale is. The result names its data, split, versions and what it stands beside."""
    from apps.atomic import write_text
    from apps.console import progress, results, talk
    from apps.settings import load_settings
    from evals.registry import TASKS, TaskOptions, available
    from evals.registry import task as task_named
    from recordings.errors import UserError

    if listing or task is None:
        if not listing:
            raise typer.BadParameter("name a TASK or say --list")
        ready = [entry for entry in TASKS.values() if available(entry.name)]
        if as_json:
            rows = [{"task": e.name, "question": e.question, "needs_data": e.needs_data} for e in ready]
            typer.echo(json.dumps(rows, indent=1))
        else:
            for entry in ready:
                typer.echo(f"{entry.name:<13} {entry.question}")
        return
    if output is not None and output.exists() and not overwrite:
        raise UserError(
            output, expected="no result there yet", found="a finished one", cure="name another -o or add --overwrite"
        )
    settings = load_settings(config, data=data, llm=llm)
    run = task_named(task)
    if TASKS[task].needs_data and settings.data is None:
        raise UserError(
            f"eval {task}",
            expected="a folder with the public data sets",
            found="none",
            cure="add --data DIR (or TELLTALE_DATA)",
        )
    with progress(quiet) as report:

        def counted(stage: str, done: int, total: int) -> None:
            report(stage, done / total if total else 0.0)

        result = run(TaskOptions(settings.data, output, settings.llm, seed, limit, counted))
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if output is not None:
        write_text(output, text)
        talk().print(f"written: {output}", markup=False)
    if as_json:
        typer.echo(text, nl=False)
    else:
        from apps.tables import result_table

        results().print(result_table(result))
