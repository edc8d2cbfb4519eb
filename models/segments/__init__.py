"""A small network that reads the segments so far and says what is being done at every later moment."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from models.segments.settings import SegmentSettings

if TYPE_CHECKING:
    from models.segments.forecaster import SegmentForecaster

_HOME = {"SegmentForecaster": "forecaster"}

__all__ = ["SegmentForecaster", "SegmentSettings"]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"models.segments.{_HOME[name]}"), name)
    raise AttributeError(f"module 'models.segments' has no attribute {name!r}")
