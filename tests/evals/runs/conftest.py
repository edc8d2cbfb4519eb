"""The cheap real task, and one finished run of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.registry import TASKS, TaskOptions
from evals.runs.execute import execute

sys.path.insert(0, str(Path(__file__).parent))
import gravity_task


@pytest.fixture(autouse=True, scope="session")
def _registered() -> Iterator[None]:
    gravity_task.register()
    yield
    TASKS.pop(gravity_task.NAME, None)


@pytest.fixture(scope="session")
def finished(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, only to be read."""
    folder = tmp_path_factory.mktemp("runs") / "gravity"
    execute("gravity", TaskOptions(data_dir), "telltale eval gravity --data DIR", folder)
    return folder
