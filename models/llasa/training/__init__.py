"""Training of LLaSA."""

from models.llasa.training.loop import LlasaSummary, Recipe, train_llasa

__all__ = ["LlasaSummary", "Recipe", "train_llasa"]
