"""The row of a language model alone in `qa`: same questions, its own words, its own score."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from openai_server import serving

from evals.registry import TaskOptions
from evals.tasks.qa import SYSTEM, run


@pytest.mark.data
def test_it_is_asked_and_scored_beside_ours(data_dir: Path) -> None:
    with serving("This cannot be told.") as endpoint:
        options = TaskOptions(
            data_dir=data_dir, llm=f"{endpoint.url}#small-model", systems=("language_model",), limit=12, seed=3
        )
        result = run(options)
    ours, alone = cast("list[dict[str, Any]]", result["systems"])
    assert ours["name"] == SYSTEM and alone["name"] == "small-model alone"
    assert ours["metrics"]["questions_exact"]["value"] == 1.0
    assert alone["metrics"]["questions_exact"]["value"] == 0.0
    assert 0 < alone["metrics"]["questions_exact"]["n"] <= 12
    assert alone["metrics"]["invented"] == {"value": 0, "n": 4}
