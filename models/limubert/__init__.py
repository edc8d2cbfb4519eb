"""LIMU-BERT: a small encoder of raw motion windows, pretrained without labels; LLaSA's eyes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from models.limubert.windows import RATE_HZ, SAMPLES, WINDOW_S, LabelledWindow, read_windows, window_at, windows_of

if TYPE_CHECKING:
    from models.limubert.configuration_limubert import LimuBertConfig
    from models.limubert.modeling_limubert import LimuBertForReconstruction, LimuBertModel
    from models.limubert.training import train_limubert

_LAZY = {
    "LimuBertConfig": "models.limubert.configuration_limubert",
    "LimuBertForReconstruction": "models.limubert.modeling_limubert",
    "LimuBertModel": "models.limubert.modeling_limubert",
    "train_limubert": "models.limubert.training",
}

__all__ = [
    "RATE_HZ",
    "SAMPLES",
    "WINDOW_S",
    "LabelledWindow",
    "LimuBertConfig",
    "LimuBertForReconstruction",
    "LimuBertModel",
    "read_windows",
    "train_limubert",
    "window_at",
    "windows_of",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
