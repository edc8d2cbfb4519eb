"""Reading an answer to the class question strictly: the demanded lead-in, then one of the options, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.llasa.data.questions import LEAD_IN
from models.llasa.data.words import activity

_MARKS = re.compile(r"[^\w\s-]")


def parse_class_answer(text: str, labels: Sequence[str]) -> str | None:
    """The label, or None ("unclear"): as the original, punctuation is stripped, case ignored, anything else is unclear."""
    words = " ".join(_MARKS.sub(" ", text).lower().split())
    lead = LEAD_IN.lower()
    if not words.startswith(f"{lead} "):
        return None
    said = words.removeprefix(f"{lead} ")
    return next((label for label in labels if activity(label) == said), None)
