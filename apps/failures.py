"""From an exception to one line on stderr and an exit code. What is not listed here is a bug and keeps its traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

import typer

DONE, MISTAKE, USAGE, PARTLY, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 130, 141

# What the parser raises about the command line itself; typer exports only this child of it.
_UsageError = typer.BadParameter.__mro__[1]

_FULL = {errno.ENOSPC, errno.EDQUOT}


def say(line: str) -> None:
    """One line on stderr; silent when nobody is there to read it."""
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def run(command: Callable[[], object]) -> int:
    """Runs `command` and returns the exit code of `architecture`'s contract (0, 1, 2, 3), or 130 and 141 as shells do."""
    try:
        result = command()
        sys.stdout.flush()
        code = result if isinstance(result, int) else DONE
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else DONE
        if isinstance(leaving.__context__, BrokenPipeError):  # typer has met it first
            code = PIPE_CLOSED
    except BaseException as failure:
        code = _explained(failure)
    if code == INTERRUPTED:
        say("telltale: stopped by Ctrl-C; results finished before it are kept, nothing is left half written")
    if code == PIPE_CLOSED:
        # The reader went away (`| head`): Python must not complain about the last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _explained(failure: BaseException) -> int:
    """The exit code of an expected failure, its line printed. A bug is raised again."""
    # Here and not above: `--help` fails nowhere and must not pay for numpy.
    from recordings.errors import UserError, plain

    if isinstance(failure, (KeyboardInterrupt, typer.Abort)):
        return INTERRUPTED
    if isinstance(failure, BrokenPipeError):
        return PIPE_CLOSED
    if isinstance(failure, typer.Exit):
        return failure.exit_code
    if isinstance(failure, UserError):
        say(f"telltale: {failure}")
        return MISTAKE
    if isinstance(failure, _UsageError):
        context = getattr(failure, "ctx", None)
        path = context.command_path if context is not None else "telltale"
        message = plain(failure.format_message(), 400).rstrip(".")  # type: ignore[attr-defined]
        if not message:  # a group without a command has printed its help
            return USAGE
        say(f"telltale: {path.removeprefix('telltale').strip() or 'command line'}: {message}; see {path} --help")
        return USAGE
    if isinstance(failure, OSError) and failure.errno in _FULL:
        say(
            f"telltale: {plain(failure.filename or 'the disk')}: expected room to write, found a full disk; free some and run again"
        )
        return MISTAKE
    raise failure
