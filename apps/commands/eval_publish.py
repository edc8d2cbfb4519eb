"""`telltale eval publish RUN`: the claim behind a table, once nothing speaks against it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def publish(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A finished run's folder.")],
    name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Of the file; the task's own otherwise.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Publish a quick look; the file says that it is one.")] = False,
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR", help="Instead of evals/published.")] = None,
) -> None:
    """Write evals/published/<task>.json out of a run: refused where a leak check failed or the run is not whole."""
    from apps.console import say
    from evals.publish import PUBLISHED
    from evals.publish import publish as published
    from recordings.errors import UserError

    if name is not None and not name.replace("_", "").replace("-", "").isalnum():
        raise UserError("--as", expected="a plain file name", found=name, cure="letters, digits, - and _ only")
    path = published(run, name, quick=quick, into=into or PUBLISHED)
    typer.echo(path)
    say("then: python -m evals.tables README.md docs/evaluation.md")
