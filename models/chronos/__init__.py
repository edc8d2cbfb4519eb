"""SensorLLM's time-series embedder: a Chronos-architecture encoder over z-scored, binned samples, and its pretraining."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.chronos.binning import StandardisedUniformBins, token_ids
    from models.chronos.card import ChronosSummary
    from models.chronos.embedder import ChronosEmbedder
    from models.chronos.training import train_chronos

# torch and chronos-forecasting take seconds to import: only on first use.
_LAZY = {
    "ChronosEmbedder": "models.chronos.embedder",
    "ChronosSummary": "models.chronos.card",
    "StandardisedUniformBins": "models.chronos.binning",
    "token_ids": "models.chronos.binning",
    "train_chronos": "models.chronos.training",
}

SHIPPED = Path(__file__).parent / "checkpoints" / "base"

__all__ = [
    "ChronosEmbedder",
    "ChronosSummary",
    "StandardisedUniformBins",
    "has_shipped_encoder",
    "token_ids",
    "train_chronos",
]


def has_shipped_encoder() -> bool:
    """Whether an encoder travels with Telltale; without one, a Chronos-T5 folder or hub id must be named."""
    return (SHIPPED / "model.safetensors").is_file()


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
