"""The installed command: so small that Ctrl-C during the first imports is one line too."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs `telltale` and returns its exit code; 130 when it is stopped before anything is loaded."""
    try:
        from apps.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("telltale: stopped by Ctrl-C; nothing was begun\n")
        return 130
    return run()
