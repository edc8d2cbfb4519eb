"""The acceptance figures are read out of the tasks' own results."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from evals.tables import PUBLISHED
from evals.tasks.spine import KEYS, PARTS, figures, refresh


def test_the_published_figures_are_those_of_the_parts() -> None:
    results = {name: json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8")) for name in PARTS}
    published = json.loads((PUBLISHED / "spine.json").read_text(encoding="utf-8"))
    found = figures(results)
    assert set(found) == set(KEYS) | {"har_macro_f1"}
    assert {key: published[key] for key in found} == found


def test_publishing_a_part_refreshes_the_collection(tmp_path: Path) -> None:
    for name in (*PARTS, "spine"):
        shutil.copy(PUBLISHED / f"{name}.json", tmp_path)
    before = (tmp_path / "spine.json").read_bytes()
    assert refresh(tmp_path) and (tmp_path / "spine.json").read_bytes() == before
    part = tmp_path / "startup.json"
    startup = json.loads(part.read_text(encoding="utf-8"))
    startup["systems"][0]["metrics"]["user_cpu_s"]["value"] = 0.111
    part.write_text(json.dumps(startup), encoding="utf-8")
    assert refresh(tmp_path)
    assert json.loads((tmp_path / "spine.json").read_text(encoding="utf-8"))["help_user_cpu_s"] == 0.111
    part.unlink()
    assert not refresh(tmp_path)


def test_a_part_without_its_figure_is_named() -> None:
    empty = {name: {"systems": []} for name in PARTS}
    with pytest.raises(KeyError, match="timeline has no timeline_macro_f1"):
        figures(empty)  # type: ignore[arg-type]
