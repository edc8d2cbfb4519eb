"""The question graph: understand → query → answer, and nothing is printed that the verifier has not passed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import cast

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agents.language import LanguageModel, SentenceEmbedder
from agents.questions.compute import compute as compute_query
from agents.questions.context import Sources
from agents.questions.findings import merged
from agents.questions.query import Query
from agents.questions.records import finding_from, finding_to
from agents.questions.reply import reply
from agents.questions.state import Context, Json, QuestionState, Turn
from agents.questions.understand import understand_all
from agents.timeline import AnswerRecord, TimelineRecord
from models.motion import MotionClassifier
from recordings import UserError
from tools import Bench

LONGEST_QUESTION = 2000


def understand(state: QuestionState, runtime: Runtime[Context]) -> QuestionState:
    """The question as a computable query, with the conversation so far."""
    turns = state.get("turns", [])
    # A turn that nobody understood is not what "and that?" means.
    last = next((turn for turn in reversed(turns) if turn["query"].get("intent") != "unclear"), None)
    focus = last["focus"] if last else None
    queries = understand_all(
        state["question"],
        runtime.context.sources,
        llm=runtime.context.llm,
        embedder=runtime.context.embedder,
        before=Query.model_validate(last["query"]) if last else None,
        focus=(focus[0], focus[1]) if focus else None,
        labels=tuple(last["labels"]) if last else (),
    )
    return {"queries": [query.model_dump(mode="json") for query in queries]}


def query(state: QuestionState, runtime: Runtime[Context]) -> QuestionState:
    """Exact computation over episodes, evidence and samples."""
    queries = [Query.model_validate(data) for data in state["queries"]]
    found = merged([compute_query(query, runtime.context.sources) for query in queries])
    return {"finding": finding_to(found)}


def verify(state: QuestionState, runtime: Runtime[Context]) -> QuestionState:
    """Every statement is checked against the samples; the answer is what passed."""
    finding = finding_from(state["finding"])
    answer = reply(state["question"], finding, runtime.context.sources)
    turn: Turn = {
        "question": state["question"],
        "query": state["queries"][-1],
        "answer": answer.answer,
        "focus": list(finding.focus) if finding.focus else None,
        "labels": list(finding.labels),
    }
    return {"answer": cast("Json", answer.model_dump(mode="json")), "turns": [turn]}


QuestionGraph = CompiledStateGraph[QuestionState, Context, QuestionState, QuestionState]


def question_graph(checkpointer: BaseCheckpointSaver[str] | None = None) -> QuestionGraph:
    graph = StateGraph(QuestionState, context_schema=Context)
    graph.add_node("understand", understand)
    graph.add_node("query", query)
    graph.add_node("verify", verify)
    graph.add_edge(START, "understand")
    graph.add_edge("understand", "query")
    graph.add_edge("query", "verify")
    graph.add_edge("verify", END)
    return graph.compile(checkpointer=checkpointer)


def vocabulary_of(timeline: TimelineRecord, bench: Bench) -> tuple[str, ...]:
    """Every activity that the models can say about this recording, and those that the timeline says."""
    labels: list[str] = []
    for stream in timeline.recording.streams:
        if stream.modality == "motion" and isinstance(bench.motion, MotionClassifier):
            labels += bench.motion.labels_for(stream.position)
    labels += [e.activity for e in timeline.episodes]
    labels += [a.activity for e in timeline.episodes for a in e.alternatives]
    return tuple(dict.fromkeys(labels))


def sources_for(timeline: TimelineRecord, bench: Bench) -> Sources:
    """UserError when the bench does not hold the timeline's recording."""
    bench.recording(timeline.recording.id)
    return Sources(timeline, bench, vocabulary_of(timeline, bench))


def checked_question(question: str) -> str:
    text = question.strip()
    if not text or len(text) > LONGEST_QUESTION:
        raise UserError(
            "question",
            expected=f"1 to {LONGEST_QUESTION} characters",
            found="nothing" if not text else f"{len(text)} characters",
            cure='ask one question, such as "How long was I walking?"',
        )
    return text


def ask(
    question: str,
    timeline: TimelineRecord,
    bench: Bench,
    llm: LanguageModel | None = None,
    history: Sequence[Turn] = (),
    embedder: SentenceEmbedder | None = None,
) -> AnswerRecord:
    """One verified answer. history: earlier turns of the same conversation, oldest first. UserError on an empty question."""
    context = Context(sources_for(timeline, bench), embedder or SentenceEmbedder(), llm)
    began = time.perf_counter()
    state = question_graph().invoke({"question": checked_question(question), "turns": list(history)}, context=context)
    answer = AnswerRecord.model_validate(state["answer"])
    return answer.model_copy(update={"timings": {"answer_s": round(time.perf_counter() - began, 3)}})
