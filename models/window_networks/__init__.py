"""Networks of the literature that SensorLLM is measured against: DeepConvLSTM, a PatchTST-style transformer, Chronos + MLP."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.window_networks.mean_rows import MeanRows
    from models.window_networks.networks import NETWORKS
    from models.window_networks.training import FittedNetwork, NetworkRecipe, fit_network

# torch and transformers take seconds to import: only on first use.
_LAZY = {
    "FittedNetwork": "training",
    "MeanRows": "mean_rows",
    "NETWORKS": "networks",
    "NetworkRecipe": "training",
    "fit_network": "training",
}

__all__ = ["NETWORKS", "FittedNetwork", "MeanRows", "NetworkRecipe", "fit_network"]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
