"""`telltale eval llasa`: balanced windows of held-out people, strict shares, and a score that needs the rows alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evals.runs import Run, Sample
from evals.tasks.llasa import score
from evals.tasks.llasa.asking import named_readers
from evals.tasks.llasa.closed_set import Fitted, forest, majority
from evals.tasks.llasa.open_ended import marked, questions, template_answer
from evals.tasks.llasa.windows import Sides, balanced, identity
from models.limubert import LabelledWindow, windows_of
from models.llasa.data import side_of
from recordings import UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset


@pytest.fixture(scope="module")
def windows(data_dir: Path) -> list[LabelledWindow]:
    chosen, found = dataset("hapt"), []
    keys = {chosen.subject_of(k, data_dir): k for k in chosen.keys(data_dir)}
    for who in ("1", "3", "2", "4"):
        found += list(windows_of(chosen.open(keys[who], data_dir)))
    return found


def test_a_draw_is_balanced_and_depends_on_nothing_but_ids(windows: list[LabelledWindow]) -> None:
    held = [w for w in windows if side_of(w) == "test"]
    assert {w.subject for w in held} <= HELD_OUT_SUBJECTS["hapt"]
    one = balanced(held, 5, 0)
    assert [identity(w) for w in balanced(held[::-1], 5, 0)] == [identity(w) for w in one]
    assert max(sum(w.label == label for w in one) for label in {w.label for w in one}) == 5
    assert {identity(w) for w in one} != {identity(w) for w in balanced(held, 5, 1)}


def test_what_learns_is_asked_about_others(windows: list[LabelledWindow]) -> None:
    sides = {side: [w for w in windows if side_of(w) == side] for side in ("train", "validation", "test")}
    classes = tuple(sorted({w.label for w in windows}))
    given = Fitted(sides["train"], sides["validation"], balanced(sides["test"], 6, 0), classes)
    said = forest(given).labels
    right = np.mean([a == w.label for a, w in zip(said, given.test, strict=True)])
    assert right > 0.6 > np.mean([a == w.label for a, w in zip(majority(given).labels, given.test, strict=True)])


def test_a_template_answers_with_what_holds(windows: list[LabelledWindow]) -> None:
    asked = list(questions([w for w in windows if side_of(w) == "test"][:20]))
    assert asked
    for one in asked:
        assert one.window.label.replace("_", " ") not in one.question
        row = marked("template", "hapt/open", one, template_answer(one, one.window.label))
        assert row.detail["supported"] == row.detail["sentences"], row.detail
        assert row.detail["exact"] == row.detail["numbers"]
    lie = marked("liar", "hapt/open", asked[0], "The person is dancing. It weighs 3.21 g.")
    assert lie.score == 0.0 and lie.detail["sentences"] == 2
    assert marked("mute", "hapt/open", asked[0], "").status == "invalid"


def test_an_endpoint_is_asked_and_its_answers_are_judged(windows: list[LabelledWindow], tmp_path: Path) -> None:
    """One server for both: it chooses, answers and grades; what it says that is no option is `unclear`."""
    from openai_server import serving

    from evals.tasks.llasa.run import _answered_by, _judged, _named_by

    held = [w for w in windows if side_of(w) == "test" and w.label in ("sitting", "walking")]
    sides = Sides("hapt", ("sitting", "walking"), (), (), tuple(balanced(held, 2, 0)), (), ())
    grade = '{"contradicted": [], "missing": [], "score": 4}'
    with serving("The activity is walking.") as endpoint:
        spec = f"{endpoint.url}#small-model"
        (reader,) = named_readers(("endpoint",), spec)
        run = Run(header={"quick": True, "sets": {"hapt": {"classes": ["sitting", "walking"]}}})
        _named_by(run, reader, sides, True, 0)
        _answered_by(run, reader, sides, True, 0)
        asked = str(endpoint.requests[0]["messages"])
        assert "Measured at the waist" in asked and "Which one of these activities" in asked
    with serving(grade) as endpoint:
        _judged(run, reader, sides, True, f"{endpoint.url}#small-model")
        asked = str(endpoint.requests[0]["messages"])
        assert "standard answer" in asked and "The activity is walking." in asked
        graded = len(endpoint.requests)
        _judged(run, reader, sides, True, f"{endpoint.url}#small-model")
        assert len(endpoint.requests) == graded > 0
    by_part = {(row["name"].partition(", ")[2], row["part"]): row["metrics"] for row in score(run)["systems"]}  # type: ignore[union-attr]
    strict = by_part["measurements as words, strict reading", "hapt/fixed"]
    assert strict["unclear"]["value"] == 0.0 and 0 < strict["accuracy"]["value"] < 1
    assert by_part["measurements as words", "hapt/open, judged"]["mean_grade"]["value"] == 4.0
    assert by_part["measurements as words", "hapt/open"]["supported"]["value"] < 1
    with pytest.raises(UserError, match="--systems endpoint: expected --llm"):
        named_readers(("endpoint",), "embedded")


def rows(run: Run) -> None:
    labels = ["sitting", "walking", "walking", "sitting"]
    said = ["sitting", "walking", None, "walking"]
    for i, (truth, prediction) in enumerate(zip(labels, said, strict=True)):
        run.add(
            Sample(
                f"w{i}", "LLaSA", "hapt/fixed", f"s{i % 2}", truth, prediction, status="ok" if prediction else "invalid"
            )
        )
    run.finish("LLaSA", "hapt/fixed", revision="r", seed=0)
    for i, held in enumerate((2, 0)):
        detail = {"sentences": 2, "supported": held, "numbers": 1, "exact": held // 2, "text": "…"}
        run.add(Sample(f"q{i}", "LLaSA", "hapt/open", f"s{i}", "walking", None, 0.5, detail=detail))
    run.finish("LLaSA", "hapt/open", revision="r", seed=0)


def test_a_score_is_a_function_of_the_rows() -> None:
    run = Run(header={"quick": True, "sets": {"hapt": {"classes": ["sitting", "walking"]}}})
    rows(run)
    result = score(run)
    named, told = result["systems"]  # type: ignore[misc]
    assert named["metrics"]["accuracy"]["value"] == 0.5 and named["metrics"]["unclear"]["value"] == 0.25
    # sitting: one of two found, one wrongly claimed for it nowhere; walking: one of two, one false alarm.
    assert named["metrics"]["weighted_f1"]["value"] == pytest.approx((2 / 3 + 0.5) / 2, abs=1e-3)
    assert told["metrics"]["supported"]["value"] == 0.5 and told["metrics"]["exact_numbers"]["value"] == 0.5
    assert all(row["comparable"] == "no" for row in result["published"])  # type: ignore[index,union-attr]
