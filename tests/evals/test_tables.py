"""The README prints what was published, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.tables import PUBLISHED, filled, render

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_holds_the_published_tables() -> None:
    text = README.read_text(encoding="utf-8")
    assert filled(text) == text, "run `python -m evals.tables README.md`"


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
