"""`telltale eval export RUN --format whar`: a run's answers as a table that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(add_completion=False)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The table: .csv or .parquet.")],
    form: Annotated[
        Literal["whar"], typer.Option("--format", help="whar: windows with y_true, y_pred and probabilities.")
    ] = "whar",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Write every answer as a row: data set, subject, fold, window, y_true, y_pred, a probability a class. See docs/evaluation.md."""
    from apps.console import say
    from evals.export import export_whar
    from recordings.errors import UserError

    if output.exists() and not overwrite:
        raise UserError(output, expected="no file there yet", found="one", cure="name another -o or add --overwrite")
    header, rows = export_whar(run, output)
    say(f"{rows} rows: {output}, described in {header}")
