"""Lies and truths from real recordings: a small run of the verifier's task, and the scan that counts printed numbers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from agents.timeline import SentenceRecord, TimelineRecord
from agents.verification import Facts
from agents.wording import episode_sentence, statistic_sentence
from evals.tasks.verification import count_unsupported_numbers, unsupported_numbers
from evals.tasks.verification.generate import STATEMENTS, lies, true_sentences
from evals.tasks.verification.run import judged
from evals.tasks.verification.sources import held_out_keys, labelled
from evals.tasks.verification.world import World
from recordings.datasets import dataset
from tools import Bench

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def real(data_dir: Path) -> tuple[list[World], list[Facts]]:
    bench, worlds, facts = Bench(), [], []
    for key in held_out_keys(data_dir)[:2]:
        recording = dataset("hapt").open(key, data_dir)
        bench.add(recording)
        timeline, known = labelled(bench, recording)
        worlds.append(World(timeline, bench))
        facts.append(known)
    return worlds, facts


def test_lies_are_caught_and_truths_pass(real: tuple[list[World], list[Facts]]) -> None:
    worlds, facts = real
    found = judged(worlds, facts, 200, random.Random(20))
    assert found["lies_caught"] == 1.0, found["missed_lies"]
    assert found["true_sentences_passed"] == 1.0, found["refused_truths"]


def test_a_verifier_that_believes_everything_would_fail(real: tuple[list[World], list[Facts]]) -> None:
    """The lies are lies: none reads like a true sentence about the same episode."""
    worlds, _ = real
    rng = random.Random(3)
    truths = {(s.world, s.text, s.span) for s in true_sentences(worlds, 300, rng)}
    planted = list(lies(worlds, 200, rng))
    assert not {(s.world, s.text, s.span) for s in planted} & truths
    assert {s.kind for s in planted} >= {
        "number",
        "unit",
        "time",
        "label",
        "direction",
        "count",
        "comparison",
        "ordinal",
        "negation",
    }


def test_wordings_are_many_and_mostly_not_the_product_s() -> None:
    forms = [form for s in STATEMENTS for form in s.forms]
    assert len(forms) == len(set(forms)) > 80


def test_the_same_seed_gives_the_same_sentences(real: tuple[list[World], list[Facts]]) -> None:
    worlds, _ = real
    assert list(lies(worlds, 40, random.Random(5))) == list(lies(worlds, 40, random.Random(5)))


def _explained(timeline: TimelineRecord, *sentences: SentenceRecord) -> TimelineRecord:
    first = timeline.episodes[0].model_copy(update={"explanation": list(sentences)})
    return timeline.model_copy(update={"episodes": [first, *timeline.episodes[1:]]})


def test_the_scan_counts_what_no_fact_bears(real: tuple[list[World], list[Facts]]) -> None:
    timeline = real[0][0].timeline
    fact = next(e for e in timeline.evidence if e.quantity == "mean")
    honest = SentenceRecord(sentence=episode_sentence(timeline.episodes[0]), evidence=[], verdict="template")
    measured = SentenceRecord(sentence=statistic_sentence(fact), evidence=[fact.id], verdict="template")
    assert unsupported_numbers(_explained(timeline, honest, measured)) == []
    lie = SentenceRecord(
        sentence="The activity from 9:58 to 9:59 (41.7 s) is walking, with 12.34 %.", evidence=[], verdict="supported"
    )
    assert count_unsupported_numbers([_explained(timeline, honest, lie)]) == 4
