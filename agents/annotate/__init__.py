"""From a recording to an explained, verified timeline: perceive → segment → recall → fuse → anticipate → explain → verify."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from agents.annotate.settings import AnnotateSettings, FusionMode

if TYPE_CHECKING:
    from agents.annotate.context import Context, Progress
    from agents.annotate.graph import annotate, build
    from agents.annotate.segment import decoded
    from agents.annotate.state import State

# The graph's libraries are loaded when a recording is annotated, not when a command's options are listed.
_LAZY = {
    "Context": "context",
    "Progress": "context",
    "State": "state",
    "annotate": "graph",
    "build": "graph",
    "decoded": "segment",
}

__all__ = ["AnnotateSettings", "Context", "FusionMode", "Progress", "State", "annotate", "build", "decoded"]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
