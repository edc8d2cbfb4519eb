"""Sentences that the language model words, from the template sentences alone: it sees no samples and adds no numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.annotate.context import Context
from agents.annotate.state import Draft
from agents.language import LanguageModelFailure
from agents.prompts import load_prompt
from agents.timeline import EpisodeRecord
from agents.wording import activity_phrase

MAX_TOKENS = 80


def lead(context: Context, episode: EpisodeRecord, facts: Sequence[str]) -> str | None:
    """The model's opening sentence for an episode that it decided; None where it did not, may not write, or fails."""
    if context.settings.explain != "llm" or episode.decided_by != "llm":
        return None
    return _written(context, activity_phrase(episode.activity), facts)


def again(context: Context, draft: Draft) -> str | None:
    """Another wording of a rejected sentence, from its template alone; None without a model or when it fails."""
    return _written(context, "as stated", [draft.template])


def _written(context: Context, activity: str, facts: Sequence[str]) -> str | None:
    if context.llm is None:
        return None
    system, user = load_prompt("explanation").messages(activity=activity, facts=list(facts))
    try:
        text = context.llm.write(system, user, max_tokens=MAX_TOKENS)
    except LanguageModelFailure:
        return None
    return first_sentence(text)


def first_sentence(text: str) -> str | None:
    """The first sentence on one line; a decimal point ends none. None where nothing was written."""
    line = " ".join(text.split())
    found = re.match(r".+?[.!?](?=\s|$)", line)
    return (found.group(0) if found else line) or None
