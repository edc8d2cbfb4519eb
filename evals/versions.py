"""Which versions a figure was made with."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version


def versions(*names: str) -> dict[str, str]:
    """python, telltale and these packages, those that are installed."""
    found = {"python": platform.python_version()}
    for name in ("telltale", *names):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
