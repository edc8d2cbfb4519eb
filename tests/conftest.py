"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Waiting threads that spin make a busy machine many times slower; read by torch when it loads.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The real public data sets. Absent in a public clone (skip); a continuous-integration run must have them (fail)."""
    if not (SHARED_DATA / "hapt").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the real recordings are missing: expected {SHARED_DATA}")
        pytest.skip("the real recordings are not beside this clone")
    return SHARED_DATA
