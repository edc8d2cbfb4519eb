"""Training of LLaSA."""

from models.llasa.training.batches import Item
from models.llasa.training.card import LlasaSummary
from models.llasa.training.items import text_item
from models.llasa.training.loop import Further, train_llasa
from models.llasa.training.recipe import ON_A_PROCESSOR, Recipe

__all__ = ["ON_A_PROCESSOR", "Further", "Item", "LlasaSummary", "Recipe", "text_item", "train_llasa"]
