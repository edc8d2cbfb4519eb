"""verify: no sentence leaves unless its numbers, times and labels are found in the evidence or the samples."""

from __future__ import annotations

import time
from collections.abc import Mapping

from langgraph.runtime import Runtime

from agents.annotate import written
from agents.annotate.context import Context
from agents.annotate.state import Draft, State
from agents.timeline import SentenceRecord
from agents.verification import Draft as Claimed
from agents.verification import Facts, verification_record, verify_sentences
from recordings import Span


def verify(state: State, runtime: Runtime[Context]) -> State:
    """Each draft checked, rewritten once where a model wrote it, else replaced by its template, else left out."""
    began = time.perf_counter()
    context = runtime.context
    facts = Facts.build(
        context.recording(state["recording_id"]),
        episodes=state["episodes"],
        evidence=list(state["evidence"].values()),
        forecast=state["forecast"],
        bench=context.bench,
    )
    episodes = []
    printed: list[SentenceRecord] = []
    for episode, drafts in zip(state["episodes"], state["drafts"], strict=True):
        span = Span(episode.start_s, episode.end_s)
        templates = {draft.sentence: draft for draft in drafts}

        def rewrite(claimed: Claimed, reason: str, templates: Mapping[str, Draft] = templates) -> str | None:
            draft = templates[claimed.sentence]
            return None if draft.sentence == draft.template else written.again(context, draft)

        def template(claimed: Claimed, templates: Mapping[str, Draft] = templates) -> str:
            return templates[claimed.sentence].template

        claims = [Claimed(draft.sentence, draft.evidence, span) for draft in drafts]
        sentences = verify_sentences(claims, facts, rewrite, template)
        episodes.append(episode.model_copy(update={"explanation": sentences}))
        printed += sentences
    asked = sum(len(drafts) for drafts in state["drafts"])
    context.report("verify", 0.95)
    return {
        "episodes": episodes,
        "verification": verification_record(asked, printed),
        "timings": {"verify_s": time.perf_counter() - began},
    }
