"""The product's own wording of one measured, cited fact: the template and the fact are the proof, there is nothing to parse.

Wider than the grammar (a percentile, an energy, a dominant frequency), and as strict: the sentence must equal, letter by
letter, what `agents.wording` makes of a fact that the sentence cites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.verification.facts import Facts, Finding
from agents.wording.measurements import event_sentence, measurement_sentence, statistic_sentence, trend_sentence
from agents.wording.phrases import TREND_WORDS
from agents.wording.read import described_sentence, window_answers, window_sentence
from agents.wording.sentences import followed_sentence

_MEASURED = frozenset({"measure", "describe_statistics", "detect_events", "caption_trend", "anticipate"})
# What a model said of a stretch, attributed to it; its tool has found every sentence of a window's answer in the samples.
_SAID = frozenset({"ask_llasa", "explain_window", "search_windows"})
# A stream's name comes from the user's file: one plain word, so that a name can carry no claim of its own.
_PLAIN_NAME = re.compile(r"[A-Za-z]{1,24}")


def own_wording(sentence: str, facts: Facts, evidence_ids: Sequence[str]) -> bool:
    """Whether the sentence is the template of one of the cited facts. Facts come from tools, never from a model's text."""
    cited = [facts.evidence[i] for i in evidence_ids]
    measured = [f for f in cited if f.tool in _MEASURED | _SAID and _PLAIN_NAME.fullmatch(f.stream)]
    return any(sentence == text for fact in measured for text in _wordings(fact, facts))


def _wordings(fact: Finding, facts: Facts) -> Iterator[str]:
    if fact.tool in _SAID:
        if fact.quantity == "described_by":
            yield described_sentence(fact, facts.start)
        if fact.quantity == "window_answer":
            yield window_sentence(fact, facts.start)
            yield from window_answers(fact)
        return
    if fact.tool == "anticipate":
        if fact.quantity == "followed":
            yield followed_sentence(fact)
        return
    if isinstance(fact.value, str):
        if fact.value in TREND_WORDS:
            yield trend_sentence(fact, facts.start)
        return
    yield measurement_sentence(fact, facts.start)
    yield event_sentence(fact, facts.start)
    yield statistic_sentence(fact, facts.start)
