"""anticipate: what comes after the recording's end, or nothing where that cannot be told."""

from __future__ import annotations

import time

from langgraph.runtime import Runtime

from agents.annotate.context import Context
from agents.annotate.state import State
from agents.anticipation import Anticipator


def anticipate(state: State, runtime: Runtime[Context]) -> State:
    """Forecasts from the episodes so far; none where there is too little ("cannot tell")."""
    began = time.perf_counter()
    context = runtime.context
    llm = None if context.settings.fusion == "never" else context.llm
    forecast = Anticipator.shipped(llm).forecast(state["episodes"], horizon_s=context.settings.forecast_horizon_s)
    context.report("anticipate", 0.75)
    return {"forecast": [one.plain() for one in forecast], "timings": {"anticipate_s": time.perf_counter() - began}}
