"""The README prints what was published, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.table_specs import SPECS, TableSpec
from evals.tables import PUBLISHED, filled, render, table

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("page", ["README.md", "docs/evaluation.md"])
def test_the_pages_hold_the_published_tables(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert filled(text) == text, "run `python -m evals.tables README.md docs/evaluation.md`"


def test_every_published_result_is_in_the_full_tables() -> None:
    full = render(PUBLISHED)
    for file in PUBLISHED.glob("*.json"):
        if file.stem not in ("spine", "startup"):
            assert f"`{json.loads(file.read_text(encoding='utf-8'))['command']}`" in full


def result(systems: list[dict[str, object]], **more: object) -> dict[str, object]:
    return {"task": "x", "protocol": {}, "systems": systems, "published": [], "command": "telltale eval x"} | more


def system(name: str, part: str, value: float, **metrics: object) -> dict[str, object]:
    return {
        "name": name,
        "part": part,
        "metrics": {"macro_f1": {"value": value, "ci95": [0.1, 0.9]}} | metrics,
        "n_windows": 7,
    }


def test_protocols_are_tables_of_their_own_and_the_readme_has_the_papers() -> None:
    spec = next(s for s in SPECS if s.task == "har")
    rows = [
        system(n, f"{s}/{p}", v)
        for p in ("fixed", "groups:5")
        for s in ("hapt", "usc_had")
        for n, v in (("telltale motion", 0.9), ("forest", 0.8))
    ]
    whole, short = table(result(rows), spec), table(result(rows), spec, short=True)
    assert whole.count("| system | hapt | usc_had |") == 2 and "groups:5" in whole
    assert short.count("| system |") == 1 and "groups:5" not in short
    assert "| telltale motion | 90.0 [10.0, 90.0] | 90.0 [10.0, 90.0] |" in short
    assert "| *items* | *7* | *7* |" in short and "No baseline is ahead." in short


def test_a_baseline_that_is_ahead_is_named() -> None:
    spec = next(s for s in SPECS if s.task == "har")
    rows = [system("telltale motion", "hapt/fixed", 0.8), system("forest", "hapt/fixed", 0.9)]
    assert "A baseline is ahead on hapt/fixed (forest)." in table(result(rows), spec)


def test_seeds_stand_in_the_table_of_systems_and_in_no_other() -> None:
    several = result(
        [system("a", "p", 0.5) | {"macro_f1_by_seed": [0.4, 0.6]}, system("b", "p", 0.5) | {"macro_f1_by_seed": [0.5]}]
    )
    text = table(several, TableSpec("x", "X", columns=SPECS[0].columns[:1]))
    assert "| a | 50.0 [10.0, 90.0] (40.0, 60.0) |" in text and "| b | 50.0 [10.0, 90.0] |" in text
    assert "(40.0" not in table(several, TableSpec("x", "X", "parts", SPECS[0].columns[:1]))


def test_a_task_without_columns_shows_what_it_has() -> None:
    rows = [system("a", "", 0.5, latency_s={"value": 0.25}, calls={"value": 3}, words={"value": "many"})]
    text = table(result(rows, quick=True), TableSpec("new", "New"))
    assert "**New (a quick look)**" in text
    assert "| system | macro f1 | latency s | calls |" in text and "| a | 50.0 [10.0, 90.0] | 0.25 | 3 |" in text


def test_a_bar_in_a_name_does_not_break_the_table() -> None:
    text = table(result([system("p(a|b)", "", 0.5)]), TableSpec("new", "New"))
    assert all(line.count("|") == 3 for line in text.splitlines() if line.startswith("|"))


@pytest.mark.parametrize("file", sorted(PUBLISHED.glob("*.json")), ids=lambda f: f.stem)
def test_a_published_file_says_how_it_was_made(file: Path) -> None:
    result = json.loads(file.read_text(encoding="utf-8"))
    assert result["command"].startswith("telltale eval ")
    assert result["versions"]["python"]
    assert {"task", "protocol", "systems", "published", "seeds"} <= result.keys()


def test_a_changed_figure_changes_the_tables(tmp_path: Path) -> None:
    source = PUBLISHED / "timeline.json"
    if not source.is_file():
        pytest.fail("evals/published/timeline.json is missing")
    (tmp_path / "timeline.json").write_text(
        source.read_text(encoding="utf-8").replace('"macro_f1"', '"macro_f2"'), encoding="utf-8"
    )
    assert render(tmp_path) != render(PUBLISHED)


def test_many_kinds_of_part_are_rows_of_one_table() -> None:
    spec = next(s for s in SPECS if s.task == "few_shot")
    rows = [system("probe", f"{at}/other:{k}", 0.1 * k) for k in (1, 2, 5, 9) for at in ("hapt", "usc_had")]
    text = table(result(rows), spec)
    assert text.count("|  | system | hapt | usc_had |") == 1
    assert "| other:5 | probe | 50.0 [10.0, 90.0] | 50.0 [10.0, 90.0] |" in text


def test_what_a_row_adds_to_another_stands_in_it() -> None:
    spec = next(s for s in SPECS if s.task == "late_fusion")
    rows = [
        system("pool", "labels+motion/zero/closed", 0.5),
        system("pool + model", "labels+motion/zero/closed", 0.51)
        | {"beside": "pool", "difference": {"value": 0.0102, "ci95": [-0.004, 0.02], "p": 0.21}},
    ]
    assert "| +1.0 [-0.4, +2.0], p 0.21 (pool) |" in table(result(rows), spec)


def test_what_others_published_is_printed_once(tmp_path: Path) -> None:
    rows = [
        {"system": f"theirs {n}", "value": n / 10, "source": "a paper", "comparable": "no", "why": "else"}
        for n in (1, 2, 3)
    ]
    for name, kept in (("one", rows[:2]), ("two", rows[:2]), ("three", rows)):
        made = result([system("ours", "p", 0.5)], published=kept) | {"command": f"telltale eval {name}"}
        (tmp_path / f"{name}.json").write_text(json.dumps(made), encoding="utf-8")
    text = render(tmp_path)
    assert [text.count(f"theirs {n} |") for n in (1, 2, 3)] == [1, 1, 1]
    assert text.count("Published beside it") == 2
    assert text.count("Published too, rows printed above: under *One*.") == 1
    assert text.count("Published, rows printed above: under *One*.") == 1
