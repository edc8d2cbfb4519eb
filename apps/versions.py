"""Which versions made a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

# What a timeline's bytes can depend on.
PACKAGES = ("telltale", "torch", "transformers", "numpy", "scipy", "chromadb", "langgraph", "matplotlib")


def version_of(package: str) -> str | None:
    """The installed version, None where it is not installed; nothing is imported."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def versions() -> dict[str, str]:
    found = {name: version_of(name) for name in PACKAGES}
    return {"python": platform.python_version(), **{name: said or "absent" for name, said in found.items()}}
