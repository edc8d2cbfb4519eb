"""Figures of a run: from its samples alone, paired on what both answered, invalid answers wrong, tables of what was measured."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, cast

import pytest

from evals.runs import Run, Sample
from evals.tasks.late_fusion import asked_protocols, score
from evals.tasks.late_fusion.classes import NAMES
from evals.tasks.late_fusion.tables import filled
from recordings import UserError

PART = "label-paired-12"


def _run(folder: Path | None = None) -> Run:
    """A good system on two draws, a poor one beside it, a language model on the first draw alone, one cell of the grid."""
    run = Run(folder, {"task": "late_fusion"})
    run.note("protocols", [PART])
    run.note(PART, {"draws": 2})
    for draw in range(2):
        for i in range(120):
            truth = NAMES[i % 12]
            dice = random.Random(f"{draw}/{i}")
            pattern = ("both", "sound", "motion")[i % 3]
            wrong = NAMES[(i + 1) % 12]
            one = {"subject": f"g{i % 20}", "truth": truth, "detail": {"pattern": pattern, "guessed": False}}
            id_ = f"{draw}/{i}"
            good, poor = (truth if dice.random() < share else wrong for share in (0.9, 0.5))
            run.add(Sample(id_, "good", PART, prediction=good, score=0.9, **one))  # type: ignore[arg-type]
            run.add(Sample(id_, "poor", PART, prediction=poor, **one))  # type: ignore[arg-type]
            if draw == 0:
                run.add(Sample(id_, "good + language model", PART, prediction=good, **one))  # type: ignore[arg-type]
                answer = (truth, "ok") if i % 4 else (None, "invalid")
                cell = f"{PART}/labels+motion/zero/closed"
                run.add(Sample(id_, "lm", cell, prediction=answer[0], status=answer[1], **one))  # type: ignore[arg-type]
    for system, beside in (("good", "poor"), ("poor", None), ("good + language model", "good")):
        run.finish(system, PART, beside=beside, weights={"words": 1.0})
    run.finish("lm", f"{PART}/labels+motion/zero/closed", revision="r")
    return run


def _row(result: Any, name: str) -> Any:
    return next(row for row in result["systems"] if row["name"] == name)


def test_figures_and_paired_differences() -> None:
    result = score(_run())
    good, poor = _row(result, "good"), _row(result, "poor")
    assert 0.8 < good["metrics"]["macro_f1"]["value"] < 1.0 and good["metrics"]["macro_f1"]["draws"] == 2
    low, high = good["metrics"]["macro_f1"]["ci95"]
    assert low < good["metrics"]["macro_f1"]["value"] < high
    assert good["difference"]["value"] == pytest.approx(
        good["metrics"]["macro_f1"]["value"] - poor["metrics"]["macro_f1"]["value"], abs=0.02
    )
    assert good["difference"]["ci95"][0] > 0 and good["difference"]["p"] < 0.01
    assert good["metrics"]["above_chance"]["p"] < 0.01
    assert good["metrics"]["accuracy_both"]["n"] == 80
    assert "ece" in good["metrics"] and "ece" not in poor["metrics"]


def test_a_row_of_fewer_draws_is_compared_on_what_both_answered() -> None:
    row = _row(score(_run()), "good + language model")
    assert row["difference"]["n"] == 120
    assert row["difference"]["value"] == 0.0 and row["difference"]["p"] == 1.0


def test_invalid_answers_are_wrong_and_counted() -> None:
    row = _row(score(_run()), "lm")
    assert row["metrics"]["invalid_rate"]["value"] == 0.25
    assert row["metrics"]["accuracy"]["value"] == 0.75


def test_a_reopened_run_scores_the_same(tmp_path: Path) -> None:
    first = _run(tmp_path / "run")
    before = score(first)
    first.close()
    assert score(Run(tmp_path / "run")) == before


def test_the_page_is_filled_from_a_result() -> None:
    marks = "".join(
        f"<!-- late-fusion-{n} -->\nold\n<!-- /late-fusion-{n} -->\n" for n in ("sums", "language", "kitchens")
    )
    page = filled(marks, cast("dict[str, object]", score(_run())))
    assert "old" not in page and filled(page, cast("dict[str, object]", score(_run()))) == page
    assert "| good |" in page and "(to *poor*)" in page
    assert "25 % invalid" in page and "Not measured yet." in page


def test_an_unknown_protocol_is_one_line() -> None:
    assert asked_protocols("epic-kitchens") == ("epic-kitchens",)
    with pytest.raises(UserError, match="label-paired-12 or epic-kitchens"):
        asked_protocols("ego4d")
