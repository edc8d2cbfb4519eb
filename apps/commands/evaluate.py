"""`telltale eval`: measure, keep every answer in a run folder, print the table; and what is done with runs afterwards."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

from apps import options
from apps.lazy import Entry, LazyGroup

_WHAT, _RUN = "What is measured", "Where it is kept"
_TASK = "task"


class Evaluations(LazyGroup):
    """`eval TASK` measures; `eval compare|publish|score|export|all` work on runs. A task needs no word before its name."""

    entries: ClassVar[dict[str, Entry]] = {
        "compare": Entry("apps.commands.eval_compare", "Is one run better than another?", ""),
        "publish": Entry("apps.commands.eval_publish", "Make a run the claim behind the tables.", ""),
        "score": Entry("apps.commands.eval_score", "Score a run again from its kept answers.", ""),
        "export": Entry("apps.commands.eval_export", "Write a run's answers for other programs.", ""),
        "all": Entry("apps.commands.eval_all", "Run the acceptance list in order.", ""),
    }

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The first word is one of the entries, or the whole line is `eval TASK`'s."""
        named = args if args and args[0] in self.entries else [_TASK, *args]
        super().parse_args(ctx, named[:1])
        ctx.args = named[1:]
        return named[1:]

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if args[0] == _TASK:
            # An empty name: the path of the command stays `telltale eval`.
            return "", self.commands[_TASK], args[1:]
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=Evaluations, add_completion=False)


@app.callback()
def evaluations() -> None:
    """Measure how good Telltale is, on data you can name."""


@app.command(_TASK, epilog="Also: telltale eval compare | publish | score | export | all, each with its own --help.")
def evaluate(
    task: Annotated[str | None, typer.Argument(metavar="TASK", help="What to measure; see --list.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Say which tasks there are.")] = False,
    protocol: Annotated[
        str,
        typer.Option(
            metavar="SPLIT",
            rich_help_panel=_WHAT,
            help="Who trains and who tests: fixed, groups:K, loso, cross:SETS, beside:SETS, budget:K.",
        ),
    ] = "",
    systems: Annotated[
        str, typer.Option(metavar="A,B", rich_help_panel=_WHAT, help="Only these systems; all that apply otherwise.")
    ] = "",
    quick: Annotated[
        bool, typer.Option("--quick", rich_help_panel=_WHAT, help="A small form in minutes (said in the result).")
    ] = False,
    seed: Annotated[int, typer.Option(rich_help_panel=_WHAT, help="Seed of everything drawn at random.")] = 0,
    seeds: Annotated[
        int, typer.Option(min=1, rich_help_panel=_WHAT, help="How many seeds, where something is trained or drawn.")
    ] = 3,
    limit: Annotated[
        int | None,
        typer.Option(min=1, rich_help_panel=_WHAT, help="Only so many items (for a quick look; said in the result)."),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(metavar="MODEL", rich_help_panel=_WHAT, help="Grades open answers; none does otherwise."),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_WHAT,
            help="Another program's answers (id, prediction), scored as one more system.",
        ),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(
            "--run",
            metavar="DIR",
            rich_help_panel=_RUN,
            help="The run's folder; otherwise the newest unfinished one of the same options, or runs/<time>-<task>.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", rich_help_panel=_RUN, help="Write the JSON result here too."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", rich_help_panel=_RUN, help="Replace a finished run or result.")
    ] = False,
    data: options.Data = None,
    llm: options.Llm = None,
    config: options.Config = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Measure how good Telltale is. The result names its data, split, versions and what it stands beside.

    Every answer is kept as it comes: a run that was stopped goes on when the same command is given again.
    """
    from agents.language.access import endpoint_access
    from apps.atomic import write_text
    from apps.console import say
    from apps.evaluation import finish, listed, measuring
    from apps.settings import load_settings
    from evals.registry import TaskOptions
    from evals.registry import task as task_named
    from evals.runs.execute import execute
    from evals.runs.outcome import json_text
    from recordings.errors import UserError

    if listing or task is None:
        if not listing:
            raise typer.BadParameter("name a TASK or say --list")
        return listed(as_json)
    if output is not None and output.exists() and not overwrite:
        raise UserError(
            output, expected="no result there yet", found="a finished one", cure="name another -o or add --overwrite"
        )
    task_named(task)
    settings = load_settings(config, data=data, llm=llm)
    chosen = tuple(name.strip() for name in systems.split(",") if name.strip())
    with measuring(quiet) as counted:
        asked = TaskOptions(
            data_dir=settings.data,
            output=output,
            llm=settings.llm,
            seed=seed,
            limit=limit,
            progress=counted,
            protocol=protocol,
            systems=chosen,
            quick=quick,
            seeds=seeds,
            judge=judge,
        )
        with endpoint_access(settings.llm, settings.api_key()):
            result, folder = execute(task, asked, command_line(), run, overwrite=overwrite, answers=predictions)
    if output is not None:
        write_text(output, json_text(result))
        say(f"written: {output}")
    say(f"run: {folder} (report.html shows it)")
    return finish(result, as_json)


def command_line() -> str:
    """What was typed, the data's place left out: a result must not name somebody's folders."""
    from evals.folders import without_folders

    words = ["telltale", *sys.argv[1:]]
    shown: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
            continue
        if word in ("--data", "--run", "-o", "--output", "--config"):
            skip = True
            shown += [word, "DIR"] if word == "--data" else []
        elif word.startswith(("--data=", "--run=", "--output=", "--config=")):
            shown += ["--data", "DIR"] if word.startswith("--data=") else []
        elif word not in ("--json", "--quiet", "-q", "--overwrite"):
            shown.append(without_folders(word))
    return shlex.join(shown)
