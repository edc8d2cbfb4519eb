"""N-gram overlap of a text with its reference: BLEU-1, ROUGE-1, ROUGE-L, chrF, and METEOR where its data is installed.

The exact libraries of the field (sacrebleu, rouge-score, nltk); only ROUGE-L's longest common subsequence is computed here,
bit-parallel, because the library's table takes a second for an answer of a few hundred lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from evals.versions import versions


@dataclass(frozen=True, slots=True)
class Overlap:
    """0 … 1. bleu1: sentence BLEU with unigrams and brevity penalty, tokeniser 13a; bleu1_wordings: the same
    against the reference and all further wordings. rouge1, rouge_l: F1. chrf: character
    6-grams, β = 2. meteor: None where WordNet is not installed.
    """

    bleu1: float
    bleu1_wordings: float
    rouge1: float
    rouge_l: float
    chrf: float
    meteor: float | None


def overlap(text: str, reference: str, wordings: Sequence[str] = ()) -> Overlap:
    """wordings: further texts that say the same as the reference. ImportError when the packages of the extra `evals` are not installed."""
    bleu, chrf, rouge, tokenizer = _scorers()
    if not text.strip():
        return Overlap(0.0, 0.0, 0.0, 0.0, 0.0, 0.0 if meteor_is_here() else None)
    said, wanted = tokenizer.tokenize(text), tokenizer.tokenize(reference)
    shared = common_subsequence(said, wanted)
    return Overlap(
        bleu1=bleu.sentence_score(text, [reference]).score / 100,
        bleu1_wordings=bleu.sentence_score(text, [reference, *wordings]).score / 100,
        rouge1=float(rouge.score(reference, text)["rouge1"].fmeasure),
        rouge_l=2 * shared / (len(said) + len(wanted)) if said and wanted else 0.0,
        chrf=chrf.sentence_score(text, [reference]).score / 100,
        meteor=_meteor(text, reference),
    )


def common_subsequence(a: list[str], b: list[str]) -> int:
    """Length of the longest common subsequence (Crochemore et al., 2001: one big integer for a row of the table)."""
    places: dict[str, int] = {}
    for i, token in enumerate(a):
        places[token] = places.get(token, 0) | (1 << i)
    full = (1 << len(a)) - 1
    row = full
    for token in b:
        match = row & places.get(token, 0)
        row = ((row + match) | (row - match)) & full
    return len(a) - row.bit_count()


@cache
def _scorers() -> tuple[Any, Any, Any, Any]:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    return (
        BLEU(max_ngram_order=1, effective_order=True),
        CHRF(),
        import_module("rouge_score.rouge_scorer").RougeScorer(["rouge1"]),
        import_module("rouge_score.tokenizers").DefaultTokenizer(use_stemmer=False),
    )


@cache
def meteor_is_here() -> bool:
    """Whether nltk finds WordNet on this machine. Nothing is ever fetched."""
    find = import_module("nltk.data").find
    for place in ("corpora/wordnet", "corpora/wordnet.zip"):
        try:
            find(place)
        except LookupError:
            continue
        return True
    return False


def _meteor(text: str, reference: str) -> float | None:
    if not meteor_is_here():
        return None
    score = import_module("nltk.translate.meteor_score").meteor_score
    return float(score([reference.split()], text.split()))


def overlap_revision() -> dict[str, str]:
    return versions("sacrebleu", "rouge-score", "nltk")
