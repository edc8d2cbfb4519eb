"""Two runs side by side: paired by item, refused where the items are not the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.compare import compare
from evals.confusion import macro_f1
from evals.runs import Run, Sample
from recordings import UserError

TRUTH = ["walking", "sitting", "lying"] * 40


def kept(folder: Path, system: str, wrong: int, task: str = "har", count: int = len(TRUTH)) -> Path:
    """A run whose every `wrong`-th answer is walking; eight people."""
    run = Run(folder, {"task": task})
    for i, truth in enumerate(TRUTH[:count]):
        said = "walking" if i % wrong == 0 else truth
        run.add(Sample(f"w{i:03}", system, "hapt/fixed", str(i % 8), truth, said, 0.5))
    run.finish(system, "hapt/fixed")
    run.close()
    return folder


def test_the_better_one_is_better_and_by_how_much(tmp_path: Path) -> None:
    a, b = kept(tmp_path / "a", "forest", 40), kept(tmp_path / "b", "forest", 5)
    rows = {row.metric: row for row in compare(a, b)}
    values = [macro_f1(TRUTH, [s.prediction for s in Run(f).samples()]) for f in (a, b)]
    f1 = rows["macro_f1"]
    assert (f1.value_a, f1.value_b) == pytest.approx(values)
    assert f1.difference is not None and f1.difference.ci95 is not None
    assert f1.difference.value == pytest.approx(values[0] - values[1])
    assert f1.difference.ci95[0] > 0 and f1.difference.method == "sign flip over 8 subjects"
    assert f1.p_holm is not None and f1.difference.p <= f1.p_holm < 0.05
    other_way = {row.metric: row for row in compare(b, a)}
    assert other_way["accuracy"].difference.value == -rows["accuracy"].difference.value  # type: ignore[union-attr]


def test_two_systems_of_one_run(tmp_path: Path) -> None:
    kept(tmp_path, "forest", 40)
    kept(tmp_path, "majority", 2)
    rows = compare(tmp_path, tmp_path, ("forest", "majority"))
    assert [(r.a, r.b, r.metric) for r in rows] == [
        ("forest", "majority", "macro_f1"),
        ("forest", "majority", "accuracy"),
    ]
    with pytest.raises(UserError, match="--systems"):
        compare(tmp_path, tmp_path, ("forest", "nobody"))


def test_other_items_are_refused_in_one_line(tmp_path: Path) -> None:
    a = kept(tmp_path / "a", "forest", 40)
    with pytest.raises(UserError, match=r"same 120 items.*found 60"):
        compare(a, kept(tmp_path / "b", "forest", 40, count=60))
    with pytest.raises(UserError, match="runs of one task"):
        compare(a, kept(tmp_path / "c", "forest", 40, task="sound"))
    with pytest.raises(UserError, match="same names"):
        compare(a, kept(tmp_path / "d", "minirocket", 40))
    file = tmp_path / "r.json"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="two folders or two files"):
        compare(a, file)
    with pytest.raises(UserError, match="JSON result"):
        compare(file, file)


def test_a_tasks_own_value_is_compared_where_it_says_so(tmp_path: Path) -> None:
    for name, better in (("a", 0.1), ("b", 0.0)):
        run = Run(tmp_path / name, {"task": "captions", "compares_scores": True})
        run.add_all(
            Sample(f"c{i}", "ours", "trend", str(i % 9), "text", f"{i}", 0.5 + better + 0.01 * (i % 3))
            for i in range(45)
        )
        run.close()
    (row,) = compare(tmp_path / "a", tmp_path / "b")
    assert row.metric == "mean score" and row.value_a - row.value_b == pytest.approx(0.1)
    assert row.difference is not None and row.difference.p == pytest.approx(2 / 2**9)


def test_result_files_are_compared_without_a_test(tmp_path: Path) -> None:
    for name, value in (("a", 0.9), ("b", 0.8)):
        result = {
            "task": "har",
            "data": {"name": "hapt"},
            "systems": [{"name": "forest", "part": "hapt", "metrics": {"macro_f1": {"value": value}}}],
        }
        (tmp_path / f"{name}.json").write_text(json.dumps(result), encoding="utf-8")
    (row,) = compare(tmp_path / "a.json", tmp_path / "b.json")
    assert (row.value_a, row.value_b, row.difference) == (0.9, 0.8, None)
    assert row.record()["paired"] is None


def test_open_texts_have_no_classes_to_average_over(tmp_path: Path) -> None:
    for name, wrong in (("a", 10), ("b", 2)):
        run = Run(tmp_path / name, {"task": "qa"})
        run.add_all(
            Sample(f"q{i}", "ours", "questions", str(i % 7), f"{i} s", f"{i} s" if i % wrong else "no")
            for i in range(70)
        )
        run.close()
    (row,) = compare(tmp_path / "a", tmp_path / "b")
    assert row.metric == "accuracy" and row.value_a == pytest.approx(0.9) and row.value_b == pytest.approx(0.5)
