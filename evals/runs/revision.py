"""Which code, which libraries, which weights made a result: told without git, which an installed copy does not have."""

from __future__ import annotations

import hashlib
import importlib.util
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# What can change an answer. The command line and the pages only show it.
PACKAGES = ("recordings", "models", "tools", "agents", "evals")
LIBRARIES = ("telltale", "torch", "transformers", "numpy", "scipy", "scikit-learn", "aeon", "chromadb", "langgraph")


@lru_cache(maxsize=1)
def code_revision() -> str:
    """Twelve hex digits of everything in the packages that is Python."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        found = importlib.util.find_spec(package)
        for root in sorted(found.submodule_search_locations or ()) if found else ():
            for file in sorted(Path(root).rglob("*.py")):
                digest.update(file.relative_to(root).as_posix().encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def versions() -> dict[str, str]:
    """Of Python and the libraries that a figure can depend on; one that is not installed is left out."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
