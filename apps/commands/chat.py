"""`telltale chat`: questions and follow-ups about one recording after another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from apps.frame import Reading, reading

app = typer.Typer(add_completion=False)

HELP = "Ask in plain words. :open RECORDING changes the recording, :turns lists what was asked, :quit (or Ctrl-D) ends."


@app.command()
@reading
def chat(
    asked: Reading,
    recordings: Annotated[
        list[str] | None, typer.Argument(metavar="RECORDING…", help="What to talk about; demo when none is named.")
    ] = None,
    name: Annotated[
        str, typer.Option("--name", help="Name of the conversation; the same name goes on where it stopped.")
    ] = "default",
    database: Annotated[
        Path | None, typer.Option("--database", metavar="FILE", help="SQLite file that keeps conversations.")
    ] = None,
) -> None:
    """Talk about a recording; follow-up questions ("and standing?", "why?") welcome."""
    from apps.conversation import Talk

    kept = database or asked.settings.home / "conversations.sqlite"
    talk = Talk(asked.workbench(), kept, name, as_json=asked.as_json, quiet=asked.quiet)
    talk.run(recordings or ["demo"], sys.stdin, HELP)
