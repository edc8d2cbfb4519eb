"""Help is instant, complete, and loads nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from apps.cli import Commands
from apps.lazy import load
from evals.registry import TaskOptions
from evals.tasks.startup import HEAVY, run

# Running anything but --help makes typer itself look for pydantic.
_HEAVY_IN_A_COMMAND = set(HEAVY) - {"pydantic"}


def loaded_by(*arguments: str) -> tuple[int, str, list[str]]:
    """(exit code, stdout, heavy modules loaded) of a fresh process."""
    code = (
        "import contextlib, io, json, sys\nfrom apps.cli import main\nout = io.StringIO()\n"
        f"with contextlib.redirect_stdout(out):\n    code = main({list(arguments)!r})\n"
        f"print(json.dumps([code, out.getvalue(), [m for m in {HEAVY!r} if m in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    result: tuple[int, str, list[str]] = tuple(json.loads(done.stdout))
    return result


def test_help_lists_every_command_and_loads_nothing_heavy() -> None:
    code, text, heavy = loaded_by("--help")
    assert (code, heavy) == (0, [])
    for name, entry in Commands.entries.items():
        assert f"\n  {name} " in text
        assert entry.summary.split()[0] in text


def test_nothing_named_is_answered_with_the_help() -> None:
    code, text, heavy = loaded_by()
    assert code == 0
    assert not set(heavy) & _HEAVY_IN_A_COMMAND
    assert "Usage: telltale" in text


@pytest.mark.parametrize(
    ("command", "shown"),
    [("annotate", "--fusion"), ("report", "--fusion"), ("train", "actionllm"), ("train motion", "--epochs")],
)
def test_a_commands_own_help_is_light(command: str, shown: str) -> None:
    code, text, heavy = loaded_by(*command.split(), "--help")
    assert code == 0
    assert shown in text
    assert not set(heavy) & _HEAVY_IN_A_COMMAND


@pytest.mark.parametrize("name", list(Commands.entries))
def test_every_entry_loads_and_documents_itself(name: str) -> None:
    command = load(name, Commands.entries[name])
    assert command.name == name
    assert command.help


def test_the_benchmark_measures_this_program() -> None:
    result = run(TaskOptions(limit=1))
    (system,) = result["systems"]  # type: ignore[misc]
    assert 0 < system["metrics"]["user_cpu_s"]["value"] < 30
    assert result["leak_audit"]["checks"][0]["passed"]  # type: ignore[index]
