"""What learned models say when they are asked: the stretches that words describe, and what a window of motion shows."""

from __future__ import annotations

from agents.questions import episodes as ep
from agents.questions.about_activities import when
from agents.questions.citing import MOST_SPANS
from agents.questions.context import Sources
from agents.questions.findings import Finding, Statement, Status, queried
from agents.questions.query import Query
from agents.wording.read import described_sentence, window_answers, window_sentence
from recordings import Span, UserError
from tools import NoData, ask_llasa, explain_window, search_windows

_FIND = "search_windows"


def find(query: Query, sources: Sources) -> Finding:
    """The stretches that the question's words describe, by the word model; the episodes of a known activity without one."""
    # The answer repeats them between quotes, which they must not close.
    words = (query.words or "").replace('"', "")
    if sources.bench.words is None:
        if query.activity is not None and query.activity.known:
            return when(query, sources)
        return _nothing(_FIND, "no word model is open; `--experts motion,sensorlm` opens one", words, "no_data")
    try:
        found = search_windows(sources.bench, sources.recording_id, words, most=MOST_SPANS)
    except NoData as nothing:
        return _nothing(_FIND, nothing.reason, words, "cannot_tell")
    except UserError as refused:
        return _nothing(_FIND, f"{refused.found}; {refused.cure}", words, "needs_clarification")
    if query.span is not None:
        found = [f for f in found if f.start_s < query.span[1] and f.end_s > query.span[0]]
    record = queried("search_windows", [[f.start_s, f.end_s] for f in found], words=words)
    if not found:
        return _nothing(_FIND, "nothing in the recording fits these words", words, "cannot_tell")
    statements = [Statement(described_sentence(f, sources.start), str(f.value), None, (f.id,)) for f in found]
    return Finding(tuple(statements), (record,), tuple(found), focus=(found[0].start_s, found[0].end_s))


def look(query: Query, sources: Sources) -> Finding:
    """What a model that reads windows answers about the six seconds in the middle of what is asked about, every sentence
    checked; a measured caption where none is open."""
    span = _looked_at(query, sources)
    words = query.words or ""
    try:
        if sources.bench.llasa is None:
            found = explain_window(sources.bench, sources.recording_id, span)
        else:
            found = ask_llasa(sources.bench, sources.recording_id, span, words)
    except NoData as nothing:
        asked = "explain_window" if sources.bench.llasa is None else "ask_llasa"
        return _nothing(asked, nothing.reason, words, "no_data")
    record = queried(found[0].tool, str(found[0].value), question=words, from_s=span.start_s, to_s=span.end_s)
    statements = []
    for fact in found:
        statements.append(Statement(window_sentence(fact, sources.start), None, None, (fact.id,)))
        statements += [Statement(text, None, None, (fact.id,)) for text in window_answers(fact)]
    return Finding(tuple(statements), (record,), tuple(found), focus=(span.start_s, span.end_s))


def _looked_at(query: Query, sources: Sources) -> Span:
    """The question's span, its activity's longest episode, or the whole recording."""
    if query.span is not None and query.span[1] > query.span[0]:
        return Span(*query.span)
    if query.span is not None:
        return Span(max(0.0, query.span[0] - 3.0), min(sources.duration_s, query.span[0] + 3.0))
    if query.activity is not None:
        chosen = ep.of(sources.timeline.episodes, query.activity.labels)
        if chosen:
            longest = ep.extreme(chosen, "longest")
            return Span(longest.start_s, longest.end_s)
    return Span(0.0, sources.duration_s)


def _nothing(tool: str, reason: str, words: str, status: Status) -> Finding:
    # The reason may hold words of the user's: it states nothing about the samples.
    return Finding(
        (Statement(f"No answer: {reason}.", plain=True),), (queried(tool, None, words=words),), status=status
    )
