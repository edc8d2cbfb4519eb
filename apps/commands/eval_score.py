"""`telltale eval score RUN`: the figures again, from the kept answers alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command()
def score(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder (its samples.jsonl or samples.parquet).")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the figures here (metrics.json's form)."),
    ] = None,
    as_json: options.Json = False,
) -> int:
    """Score a run again without data, models or clock: the same answers give the same bytes as the run's metrics.json."""
    from apps.atomic import write_text
    from apps.console import say
    from apps.evaluation import finish
    from evals.runs.execute import score_again

    result, text, same = score_again(run)
    if output is not None:
        write_text(output, text)
    if same is not None:
        say(
            "the same bytes as metrics.json" if same else "unlike metrics.json: the answers or the scoring have changed"
        )
    return max(finish(result, as_json), 1 if same is False else 0)
