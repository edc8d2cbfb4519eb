"""Scores of trend texts: exact on exact texts, low on wrong ones, the libraries' own numbers for words."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from evals.text_scores import overlap, structure, told_by
from evals.text_scores.overlap import common_subsequence
from evals.text_scores.structure import _boundary_f1
from models.sensorllm.data import draw_style, merged_answer, merged_facts, trend_answer, trend_facts
from models.sensorllm.data.trend import TrendSegment
from tools.trend import exact_segments, summary, trend_text

RATE_HZ = 50.0
SENSOR = "x-axis accelerometer"


def _walk(seed: int, samples: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).integers(-2, 3, size=samples).cumsum().astype(np.float32)


@pytest.mark.parametrize("seed", range(6))
def test_an_exact_text_has_exact_scores_whoever_worded_it(seed: int) -> None:
    x = _walk(seed)
    truth = trend_facts(x, RATE_HZ, SENSOR)
    segments = exact_segments(x, RATE_HZ)
    texts = [
        trend_answer(truth, draw_style(np.random.default_rng(seed))),
        trend_text(segments, summary(segments, x), SENSOR),
    ]
    for text in texts:
        found = structure(truth, told_by(text), len(x), RATE_HZ)
        assert (found.boundary_f1, found.label_accuracy, found.overall_right) == (1.0, 1.0, True)
        assert found.count_error == 0 and found.total_error_s == pytest.approx(0.0)
        assert found.parsed and found.tiles and found.consistent


def test_single_segment_of_the_tools_caption_is_read() -> None:
    x = np.arange(10.0)
    segments = exact_segments(x, RATE_HZ)
    text = trend_text(segments, summary(segments, x), SENSOR)
    found = structure(trend_facts(x, RATE_HZ, SENSOR), told_by(text), len(x), RATE_HZ)
    assert found.parsed and found.consistent and found.overall_right and found.label_accuracy == 1.0


def test_a_wrong_number_is_seen() -> None:
    x = np.array([0.0, 1.0, 2.0, 1.0, 0.0, 1.0])
    truth = trend_facts(x, RATE_HZ, SENSOR)
    style = dataclasses.replace(draw_style(np.random.default_rng(0)), pair=("rising", "falling"))
    text = trend_answer(truth, style)
    swapped = text.replace("rising", "#").replace("falling", "rising").replace("#", "falling")
    found = structure(truth, told_by(swapped), len(x), RATE_HZ)
    assert (found.boundary_f1, found.label_accuracy, found.overall_right) == (1.0, 0.0, False)
    assert found.count_error == pytest.approx(2 / 3) and found.consistent
    shown = f"{truth.total_s[0][1]:.2f}"
    lied = told_by(text.replace(f"{shown} seconds", "9.99 seconds"))
    assert lied.parsed and not lied.consistent
    assert structure(truth, lied, len(x), RATE_HZ).total_error_s > 1.0


@pytest.mark.parametrize("text", ["", "It rises a lot.", "0.0 s to 0.02 s: rising", "\n\n\n", "0.0 to 1e9 s: rising"])
def test_what_is_no_answer_scores_low_and_never_raises(text: str) -> None:
    x = _walk(1)
    found = structure(trend_facts(x, RATE_HZ, SENSOR), told_by(text), len(x), RATE_HZ)
    assert not found.parsed and not found.consistent and found.label_accuracy < 0.2 and found.boundary_f1 < 0.1


def test_boundaries_match_one_to_one_within_a_sample() -> None:
    def tiles(*ends: int) -> list[TrendSegment]:
        edges = [0, *ends, 20]
        return [TrendSegment(a / 10, b / 10, "rising") for a, b in pairwise(edges)]

    assert _boundary_f1(tiles(5, 10), tiles(6, 9), 21, 10.0) == 1.0
    assert _boundary_f1(tiles(5, 10), tiles(7, 10), 21, 10.0) == 0.5
    assert _boundary_f1(tiles(5), tiles(4, 6), 21, 10.0) == pytest.approx(2 / 3)
    assert _boundary_f1(tiles(), tiles(), 21, 10.0) == 1.0
    assert _boundary_f1(tiles(5), tiles(), 21, 10.0) == 0.0


def test_a_merged_text_parses_but_is_not_the_exact_rule() -> None:
    x = _walk(3, 120) + np.float32(0.1) * _walk(4, 120)
    rng = np.random.default_rng(0)
    told = told_by(merged_answer(merged_facts(x, RATE_HZ, SENSOR), draw_style(rng), rng))
    found = structure(trend_facts(x, RATE_HZ, SENSOR), told, len(x), RATE_HZ)
    assert told.parsed and told.tiles and told.consistent
    assert found.label_accuracy < 1.0


def test_word_overlap_is_the_libraries() -> None:
    rouge_scorer = pytest.importorskip("rouge_score.rouge_scorer")
    metrics = pytest.importorskip("sacrebleu.metrics")
    scorer = rouge_scorer.RougeScorer(["rouge1", "rougeL"])
    for seed in range(5):
        style = draw_style(np.random.default_rng(seed))
        other = draw_style(np.random.default_rng(seed + 100))
        a, b = (trend_answer(trend_facts(_walk(seed), RATE_HZ, SENSOR), s) for s in (style, other))
        found, theirs = overlap(a, b), scorer.score(b, a)
        assert found.rouge1 == pytest.approx(theirs["rouge1"].fmeasure)
        assert found.rouge_l == pytest.approx(theirs["rougeL"].fmeasure)
        bleu = metrics.BLEU(max_ngram_order=1, effective_order=True)
        assert found.bleu1 == pytest.approx(bleu.sentence_score(a, [b]).score / 100)
        assert overlap(a, a).bleu1 == pytest.approx(1.0) and overlap(a, a).chrf == pytest.approx(1.0)
        assert found.bleu1_wordings == pytest.approx(found.bleu1)
        assert overlap(a, b, [a]).bleu1_wordings == pytest.approx(1.0)
    assert overlap("", "anything").bleu1 == 0.0


def test_common_subsequence() -> None:
    assert common_subsequence(list("abcbdab"), list("bdcaba")) == 4
    assert common_subsequence([], ["a"]) == 0
