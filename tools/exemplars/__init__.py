"""Labelled windows to compare with: numeric vectors in a local Chroma store, never one's own subject when asked so."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tools.exemplars.neighbour import Neighbour, neighbour_votes

if TYPE_CHECKING:
    from tools.exemplars.building import build_exemplars
    from tools.exemplars.store import Exemplar, ExemplarStore

_HOME = {"Exemplar": "store", "ExemplarStore": "store", "build_exemplars": "building"}

__all__ = ["Exemplar", "ExemplarStore", "Neighbour", "build_exemplars", "neighbour_votes"]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"tools.exemplars.{_HOME[name]}"), name)
    raise AttributeError(f"module 'tools.exemplars' has no attribute {name!r}")
