"""Sentence vectors without a hub; they live beside the other weights that come in a package, for models read words too."""

from __future__ import annotations

from models.backbone.sentences import PACKAGE, Embedder, SentenceEmbedder, minilm_directory

__all__ = ["PACKAGE", "Embedder", "SentenceEmbedder", "minilm_directory"]
