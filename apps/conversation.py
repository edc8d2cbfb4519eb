"""The loop of a conversation in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from apps.answer_text import print_answer
from apps.console import progress, results, say, talk
from apps.workbench import Workbench
from recordings import UserError, plain

if TYPE_CHECKING:
    from agents.questions import Conversation


class Talk:
    """One terminal's conversations; every recording has its own, kept in the database."""

    def __init__(self, bench: Workbench, database: Path, name: str, *, as_json: bool, quiet: bool) -> None:
        self.bench = bench
        self.database = database
        self.name = name
        self.as_json = as_json
        self.quiet = quiet
        self._open: dict[str, Conversation] = {}
        self._current: Conversation | None = None

    def run(self, sources: list[str], lines: TextIO, hint: str) -> None:
        """Opens the sources (the last is talked about) and answers line after line until `:quit` or the end."""
        try:
            for source in sources:
                self.open(source)
            say(hint)
            while (line := self._next(lines)) is not None:
                self._take(line)
        finally:
            for conversation in self._open.values():
                conversation.close()

    def open(self, source: str) -> None:
        if source not in self._open:
            from agents.questions import Conversation

            with progress(self.quiet) as report:
                self.bench.progress = report
                recording = self.bench.open(source)
                timeline = self.bench.annotate(recording)
            self._open[source] = Conversation(timeline, self.bench.bench, self.database, self.name, self.bench.llm)
            kind = " (simulated)" if recording.simulated else ""
            say(
                f"{recording.id}{kind}: {len(timeline.episodes)} episodes; {len(self._open[source].turns)} questions asked before"
            )
        self._current = self._open[source]

    def _next(self, lines: TextIO) -> str | None:
        """The next line, None at the end or at `:quit`. The prompt is talk, not a result: stderr."""
        if lines.isatty():
            talk().print("[bold]you>[/bold] ", end="")
        line = lines.readline()
        if not line or line.strip() in (":quit", ":q", ":exit"):
            return None
        return line.strip()

    def _take(self, line: str) -> None:
        """One line. A mistake in it is said and the conversation goes on."""
        try:
            if line.startswith(":open "):
                self.open(line.removeprefix(":open ").strip())
            elif line == ":turns":
                for turn in self._current.turns if self._current else []:
                    say(plain(turn["question"]))
            elif line.startswith(":"):
                raise UserError(
                    line,
                    expected=":open RECORDING, :turns or :quit",
                    found="another command",
                    cure="ask in plain words without a colon",
                )
            elif line and self._current is not None:
                answer = self._current.ask(line)
                if self.as_json:
                    typer.echo(answer.model_dump_json())
                else:
                    print_answer(results(), answer)
        except UserError as mistake:
            say(f"telltale: {mistake}")
