"""`telltale chat`: questions and follow-ups about one recording after another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False)

HELP = "Ask in plain words. :open RECORDING changes the recording, :turns lists what was asked, :quit (or Ctrl-D) ends."


@app.command()
def chat(
    recordings: Annotated[
        list[str] | None, typer.Argument(metavar="RECORDING…", help="What to talk about; demo when none is named.")
    ] = None,
    name: Annotated[
        str, typer.Option("--name", help="Name of the conversation; the same name goes on where it stopped.")
    ] = "default",
    database: Annotated[
        Path | None, typer.Option("--database", metavar="FILE", help="SQLite file that keeps conversations.")
    ] = None,
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
    """Talk about a recording; follow-up questions ("and standing?", "why?") welcome."""
    from apps.conversation import Talk
    from apps.settings import load_settings
    from apps.workbench import Workbench

    settings = load_settings(
        config, data=data, llm=llm, fusion=fusion, motion_model=motion_model, audio_model=audio_model, exemplars=exemplars,
        exclude_subject=exclude_subject, units=units, rate=rate, position=position,
    )  # fmt: skip
    talk = Talk(
        Workbench(settings), database or settings.home / "conversations.sqlite", name, as_json=as_json, quiet=quiet
    )
    talk.run(recordings or ["demo"], sys.stdin, HELP)
