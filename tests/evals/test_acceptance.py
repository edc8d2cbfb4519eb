"""What `eval all` prints of each step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.acceptance import STEPS, Step, headline

PUBLISHED = Path(__file__).resolve().parents[2] / "evals" / "published"


@pytest.mark.parametrize("step", [s for s in STEPS if s.task != "qa"], ids=lambda step: step.task)
def test_a_headline_is_of_the_system_that_the_step_names(step: Step) -> None:
    """Every named system, part and metric is one that the published result of that task holds."""
    result = json.loads((PUBLISHED / f"{step.task}.json").read_text(encoding="utf-8"))
    system, part, metric = step.headline
    said = headline(step, result)
    assert said.startswith(system) and f": {metric} " in said and part in said


def test_a_run_of_other_systems_has_the_headline_of_its_first() -> None:
    step = Step("har", headline=("ours", "", "macro_f1"))
    rows = [{"name": "majority", "part": "hapt/fixed", "metrics": {"accuracy": {"value": 0.2}}}]
    assert headline(step, {"systems": rows}) == "majority, hapt/fixed: accuracy 0.2"
    assert headline(step, {"systems": []}) == headline(step, None) == ""
