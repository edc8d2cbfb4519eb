"""`telltale`: the command line. Commands live in `apps/commands`, one file each, imported when run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, ClassVar

import typer

from apps.lazy import Entry, LazyGroup

READ, STUDY, KEEP = "Read a recording", "Learn and measure", "Look after Telltale"


class Commands(LazyGroup):
    entries: ClassVar[dict[str, Entry]] = {
        "ask": Entry("apps.commands.ask", "Answer one question about a recording, with the evidence underneath.", READ),
        "annotate": Entry("apps.commands.annotate", "Tell what happened when: an explained, verified timeline.", READ),
        "chat": Entry("apps.commands.chat", "Talk about a recording; follow-up questions welcome.", READ),
        "report": Entry("apps.commands.report", "One page a recording and an index; continues where it stopped.", READ),
        "anticipate": Entry("apps.commands.anticipate", "Tell what comes next, or that it cannot be told.", READ),
        "search": Entry("apps.commands.search", "Find the stretches of recordings that a sentence describes.", READ),
        "describe": Entry("apps.commands.describe", "Describe a stretch, or a day, in captions of three levels.", READ),
        "eval": Entry("apps.commands.evaluate", "Measure how good Telltale is, on data you can name.", STUDY),
        "train": Entry("apps.commands.train", "Train a model again, from data you have.", STUDY),
        "exemplars": Entry(
            "apps.commands.exemplars", "Build, extend and search the store of labelled examples.", STUDY
        ),
        "models": Entry("apps.commands.models", "List the models: revision, licence, size, where from.", KEEP),
        "doctor": Entry("apps.commands.doctor", "What works on this machine, and why what does not does not.", KEEP),
    }


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"telltale {version('telltale')}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    pretty_exceptions_enable=False,  # a bug keeps its plain traceback
    invoke_without_command=True,
    rich_markup_mode=None,  # for this page only; the commands' own help keeps it
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="RECORDING is a file, a folder, a zip, a data-set key such as hapt:exp05, or demo. "
    "Exit codes: 0 done, 1 a mistake you can cure, 2 usage, 3 finished with failed items.",
)


@app.callback()
def telltale(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")] = False,
) -> None:
    """Reads what wearables recorded and tells what a person was doing, why it thinks so, and what comes next."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code; every expected failure becomes one line on stderr."""
    from apps.failures import run

    return run(lambda: app(arguments, prog_name="telltale", standalone_mode=False))


if __name__ == "__main__":
    sys.exit(main())
