"""A command group that imports a command only when it is run, so that `telltale --help` stays instant."""

from __future__ import annotations

import importlib
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives and the one line that `telltale --help` says about it.

    module: holds `app`, a `typer.Typer` with one command (a command) or with several (a group).
    """

    module: str
    summary: str
    panel: str


class LazyGroup(TyperGroup):
    """Lists its commands from `entries` without importing them; imports the one that is invoked.

    Help asks every command for its one line and gets a placeholder; running one (also `COMMAND --help`) resolves it.
    """

    entries: ClassVar[dict[str, Entry]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        # The "did you mean" of a mistyped command looks here.
        listed: MutableMapping[str, Any] = self.commands
        for name, entry in self.entries.items():
            listed[name] = TyperCommand(name, help=entry.summary, rich_help_panel=entry.panel)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands under their panels' names, as plain text: rich's help costs 0.15 s, half of what a help may cost."""
        for panel in dict.fromkeys(entry.panel for entry in self.entries.values()):
            with formatter.section(panel):
                formatter.write_dl(
                    [(name, entry.summary) for name, entry in self.entries.items() if entry.panel == panel]
                )

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.entries)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, found, rest = super().resolve_command(ctx, args)
        entry = self.entries.get(name or "")
        return name, found if entry is None else load(name or "", entry), rest


def load(name: str, entry: Entry) -> Any:
    """The real command behind an entry, imported now."""
    command = typer.main.get_command(importlib.import_module(entry.module).app)
    command.name = name
    return command
