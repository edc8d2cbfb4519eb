"""Labelled windows to compare with: numeric vectors in a local Chroma store, never one's own subject when asked so."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tools.exemplars.neighbour import Neighbour, neighbour_votes

if TYPE_CHECKING:
    from tools.exemplars.adding import add_labelled_spans
    from tools.exemplars.building import build_exemplars
    from tools.exemplars.exemplar import Exemplar, ExemplarSet
    from tools.exemplars.prebuilt import load_prebuilt, save_prebuilt
    from tools.exemplars.store import ExemplarStore
    from tools.exemplars.vectors import Scaling

_HOME = {
    "Exemplar": "exemplar",
    "ExemplarSet": "exemplar",
    "ExemplarStore": "store",
    "Scaling": "vectors",
    "add_labelled_spans": "adding",
    "build_exemplars": "building",
    "load_prebuilt": "prebuilt",
    "save_prebuilt": "prebuilt",
}

__all__ = [
    "Exemplar",
    "ExemplarSet",
    "ExemplarStore",
    "Neighbour",
    "Scaling",
    "add_labelled_spans",
    "build_exemplars",
    "load_prebuilt",
    "neighbour_votes",
    "save_prebuilt",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"tools.exemplars.{_HOME[name]}"), name)
    raise AttributeError(f"module 'tools.exemplars' has no attribute {name!r}")
