"""The acceptance figures are read out of the tasks' own results."""

from __future__ import annotations

import json

import pytest

from evals.tables import PUBLISHED
from evals.tasks.spine import KEYS, PARTS, figures


def test_the_published_figures_are_those_of_the_parts() -> None:
    results = {name: json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8")) for name in PARTS}
    published = json.loads((PUBLISHED / "spine.json").read_text(encoding="utf-8"))
    found = figures(results)
    assert set(found) == set(KEYS) | {"har_macro_f1"}
    assert {key: published[key] for key in found} == found


def test_a_part_without_its_figure_is_named() -> None:
    empty = {name: {"systems": []} for name in PARTS}
    with pytest.raises(KeyError, match="timeline has no timeline_macro_f1"):
        figures(empty)  # type: ignore[arg-type]
