"""The house has no circles: whoever reads a file can first read what it builds on."""

from __future__ import annotations

import tomllib
from graphlib import TopologicalSorter

import grimp
import pytest


def test_no_file_imports_itself_in_a_circle(pytestconfig: pytest.Config) -> None:
    """Imports for types alone count too. A circle raises CycleError, whose message names its files."""
    settings = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text(encoding="utf-8"))
    graph = grimp.build_graph(*settings["tool"]["importlinter"]["root_packages"], cache_dir=None)
    order = TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules})
    assert len(tuple(order.static_order())) == len(graph.modules) > 500
