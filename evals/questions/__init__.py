"""Questions with known answers, generated from real timelines and samples, and how an answer is scored."""

from evals.questions.absent import absent_items
from evals.questions.generate import present_items
from evals.questions.item import Item, invented, is_exact

__all__ = ["Item", "absent_items", "invented", "is_exact", "present_items"]
