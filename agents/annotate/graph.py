"""The graph: perceive → segment → recall → fuse → anticipate → explain → verify."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

from langgraph.graph import END, START, StateGraph

from agents.annotate.anticipate import anticipate
from agents.annotate.context import Context, Progress
from agents.annotate.explain import explain
from agents.annotate.fuse import fuse
from agents.annotate.perceive import modalities, perceive
from agents.annotate.recall import recall
from agents.annotate.records import model_records, recording_record, referenced
from agents.annotate.segment import segment
from agents.annotate.settings import AnnotateSettings
from agents.annotate.state import State
from agents.annotate.verify import verify
from agents.language import LanguageModel
from agents.timeline import TimelineRecord
from recordings import Recording
from tools import Bench

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

# Steps of the graph, one a node and one more round through recall and fuse; far below LangGraph's own limit.
MOST_STEPS = 20


def joined(state: State) -> Literal["recall", "anticipate"]:
    """Back to recall where fuse joined neighbouring episodes of one activity: what is said about them must be asked anew."""
    return "anticipate" if "episodes" in state else "recall"


@cache
def build() -> CompiledStateGraph[State, Context, State, State]:
    """The compiled graph; it holds nothing of a recording and is built once."""
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("perceive", perceive)
    graph.add_node("segment", segment)
    graph.add_node("recall", recall)
    graph.add_node("fuse", fuse)
    graph.add_node("anticipate", anticipate)
    graph.add_node("explain", explain)
    graph.add_node("verify", verify)
    graph.add_conditional_edges(START, modalities, ["perceive"])
    graph.add_edge("perceive", "segment")
    graph.add_edge("segment", "recall")
    graph.add_edge("recall", "fuse")
    graph.add_conditional_edges("fuse", joined)
    graph.add_edge("anticipate", "explain")
    graph.add_edge("explain", "verify")
    graph.add_edge("verify", END)
    return graph.compile()


def annotate(
    recording: Recording,
    *,
    bench: Bench,
    llm: LanguageModel | None,
    settings: AnnotateSettings | None = None,
    progress: Progress | None = None,
) -> TimelineRecord:
    """The explained, verified timeline of one recording.

    The recording is put on the bench. llm None: the pool decides, as with `fusion="never"`. progress is called with what
    is being done and the fraction done. The same recording, settings and revisions give the same bytes but for `timings`
    (`TimelineRecord.without_timings`). ValueError when the settings name other windows than the bench's.
    """
    settings = settings or AnnotateSettings(window_s=bench.window_s, stride_s=bench.stride_s)
    if (settings.window_s, settings.stride_s) != (bench.window_s, bench.stride_s):
        raise ValueError(
            f"settings ask for windows of {settings.window_s} s every {settings.stride_s} s, "
            f"the bench has {bench.window_s} s every {bench.stride_s} s"
        )
    began = time.perf_counter()
    calls, tokens = (llm.calls, llm.tokens.total) if llm is not None else (0, 0)
    bench.add(recording)
    context = Context(bench=bench, settings=settings, llm=llm, progress=progress)
    context.report("perceive", 0.0)
    last = build().invoke(State(recording_id=recording.id), context=context, config={"recursion_limit": MOST_STEPS})
    context.report("done", 1.0)
    state = cast("State", last)
    episodes, evidence = state["episodes"], state.get("evidence", {})
    seconds = state["timings"]
    # The two branches ran side by side: the longer one is what the node took.
    seconds["perceive_s"] = max(seconds[f"perceive_{modality}_s"] for modality in ("motion", "sound"))
    pointed = [id_ for episode in episodes for sentence in episode.explanation for id_ in sentence.evidence]
    return TimelineRecord(
        recording=recording_record(recording),
        settings=settings.recorded(),
        models=model_records(context, state),
        episodes=episodes,
        forecast=state["forecast"],
        evidence=referenced(evidence.values(), pointed),
        verification=state["verification"],
        timings={
            **{name: round(seconds[name], 3) for name in sorted(seconds)},
            "total_s": round(time.perf_counter() - began, 3),
            "llm_calls": float(0 if llm is None else llm.calls - calls),
            "llm_tokens": float(0 if llm is None else llm.tokens.total - tokens),
            "windows": float(sum(p.windows for p in state.get("perceived", {}).values())),
        },
    )
