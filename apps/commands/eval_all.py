"""`telltale eval all`: the acceptance list in order, one progress line, one table at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command("all")
def everything(
    quick: Annotated[bool, typer.Option("--quick", help="Every task in its small form: within an hour.")] = False,
    run: Annotated[
        Path | None,
        typer.Option(
            "--run", metavar="DIR", help="Holds a run folder a task; otherwise the newest unfinished one, or a new one."
        ),
    ] = None,
    only: Annotated[str, typer.Option(metavar="A,B", help="Only these of the list.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of everything drawn at random.")] = 0,
    data: options.Data = None,
    llm: options.Llm = None,
    config: options.Config = None,
    quiet: options.Quiet = False,
) -> int:
    """Run har, timeline, late_fusion, captions, qa, few_shot, retrieval, calibration, robustness and perf, each in its own folder.

    A task that fails is a row that says why; the others go on. The same command again goes on where it was stopped.
    """
    from agents.language.access import endpoint_access
    from apps.evaluation import acceptance
    from apps.settings import load_settings
    from evals.registry import TaskOptions

    settings = load_settings(config, data=data, llm=llm)
    asked = TaskOptions(data_dir=settings.data, llm=settings.llm, seed=seed, quick=quick)
    with endpoint_access(settings.llm, settings.api_key()):
        return acceptance(asked, run, tuple(n.strip() for n in only.split(",") if n.strip()), quiet)
