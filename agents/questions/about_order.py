"""Which was longer, longest, first; what came before and after; what was done when and in all: answers over all episodes."""

from __future__ import annotations

from agents.questions import episodes as ep
from agents.questions.about_activities import absent, distinct, how_long, span_arguments, when
from agents.questions.citing import MOST_SPANS, labels_of, named, statement
from agents.questions.context import Sources
from agents.questions.findings import Finding, Scalar, Statement, Status, queried
from agents.questions.query import Query
from agents.wording import (
    at_sentence,
    boundary_sentence,
    comparison_sentence,
    count_comparison_sentence,
    distinct_sentence,
    episode_sentence,
    order_sentence,
    ranked_sentence,
    share_sentence,
    total_sentence,
)  # fmt: skip


def compare(query: Query, sources: Sources) -> Finding:
    first, second = named(query), query.other
    if second is None:
        raise ValueError("a comparison names two activities")
    a, b = ep.of(sources.timeline.episodes, labels_of(first)), ep.of(sources.timeline.episodes, labels_of(second))
    a_s, b_s = ep.total_s(a), ep.total_s(b)
    record = queried(
        "episodes.compare",
        {first.text: [len(a), a_s], second.text: [len(b), b_s]},
        first=labels_of(first),
        second=labels_of(second),
    )
    missing = [m for m, found in ((first, a), (second, b)) if not found]
    if missing:
        statements = [s for m in missing for s in absent(m, ()).statements]
        for mention, found in ((first, a), (second, b)):
            if found:
                statements += how_long(
                    query.model_copy(update={"intent": "how_long", "activity": mention, "span": None, "ordinal": None}),
                    sources,
                ).statements[:1]
        return Finding(tuple(statements), (record,))
    one, other = (
        a[0].activity if len(labels_of(first)) == 1 else None,
        b[0].activity if len(labels_of(second)) == 1 else None,
    )
    if (
        one is None or other is None
    ):  # a family on one side: its members are said one by one, the sum is left to the reader
        statements = []
        for mention in (first, second):
            part = query.model_copy(update={"intent": "how_long", "activity": mention, "span": None, "ordinal": None})
            statements += [s for s in how_long(part, sources).statements if s.unit == "s"]
        return Finding(tuple(statements), (record,))
    if query.comparison in {"more_often", "less_often"}:
        text, value, unit = count_comparison_sentence(one, len(a), other, len(b)), abs(len(a) - len(b)), "episodes"
        return Finding((statement(text, value, unit, a + b),), (record,))
    text = comparison_sentence(one, a_s, other, b_s)
    return Finding((statement(text, round(abs(a_s - b_s), 6), "s", a + b),), (record,))


def extreme(query: Query, sources: Sources) -> Finding:
    """The longest, shortest, first or last episode, of one activity or of all."""
    if query.activity is not None:
        return when(query, sources)
    which = query.extreme or "longest"
    chosen = [e for e in ep.known(sources.timeline.episodes) if query.span is None or ep.inside_s(e, query.span) > 0]
    if not chosen:
        return distinct(query, sources)
    found = ep.extreme(chosen, which)
    record = queried(f"episodes.{which}", [found.activity, found.start_s, found.end_s], **span_arguments(query))
    said = statement(ranked_sentence(which, found, sources.start), found.activity, None, [found])
    return Finding((said,), (record,), focus=(found.start_s, found.end_s), labels=(found.activity,))


def most(query: Query, sources: Sources) -> Finding:
    """The activity with the largest total."""
    chosen = ep.known(sources.timeline.episodes)
    if not chosen:
        return distinct(query, sources)
    totals = {label: ep.total_s(ep.of(chosen, [label])) for label in ep.labels_in_order(chosen)}
    label = max(totals, key=lambda name: totals[name])
    own = ep.of(chosen, [label])
    record = queried("episodes.totals_s", totals)
    texts = (total_sentence(label, totals[label], len(own)), share_sentence(label, totals[label] / sources.duration_s))
    values: tuple[tuple[Scalar, str | None], ...] = (
        (label, None),
        (round(totals[label] / sources.duration_s * 100, 6), "%"),
    )
    return Finding(
        tuple(statement(t, v, u, own) for t, (v, u) in zip(texts, values, strict=True)), (record,), labels=(label,)
    )


def neighbour(query: Query, sources: Sources) -> Finding:
    """What came directly before or after an activity: once an episode, or of the one that is asked for."""
    mention, relation = named(query), query.relation or "after"
    everything = sources.timeline.episodes
    chosen = ep.of(everything, labels_of(mention))
    if not chosen:
        return absent(mention, (queried("episodes.count", 0, activity=labels_of(mention)),))
    if query.ordinal is not None and abs(query.ordinal) <= len(chosen):
        chosen = [chosen[query.ordinal - 1 if query.ordinal > 0 else query.ordinal]]
    statements: list[Statement] = []
    result: list[list[object] | None] = []
    for episode in chosen[:MOST_SPANS]:
        other = ep.neighbour(everything, episode, relation)
        if other is None:
            result.append(None)
            continue
        result.append([other.activity, other.start_s, other.end_s])
        if other.status == "known":
            at_s = max(other.start_s, episode.start_s)
            text = order_sentence(other.activity, relation, episode.activity, at_s, sources.start)
        else:
            text = episode_sentence(other, sources.start)
        statements.append(statement(text, other.activity, None, [episode, other]))
    record = queried(f"episodes.directly_{relation}", result, activity=labels_of(mention))
    if not statements:
        edge = chosen[0]
        text = boundary_sentence(
            edge.activity,
            "first" if relation == "before" else "last",
            "started" if relation == "before" else "ended",
            edge.start_s if relation == "before" else edge.end_s,
            sources.start,
        )
        statements = [
            statement(text, None, None, [edge]),
            Statement(f"Nothing was recorded {relation} it.", plain=True),
        ]
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[0].end_s), labels=labels_of(mention))


def order(query: Query, sources: Sources) -> Finding:
    """Whether one activity began before (or after) another: their first episodes decide."""
    first, second, relation = named(query), query.other, query.relation or "before"
    if second is None:
        raise ValueError("an order question names two activities")
    a, b = ep.of(sources.timeline.episodes, labels_of(first)), ep.of(sources.timeline.episodes, labels_of(second))
    for mention, found in ((first, a), (second, b)):
        if not found:
            return absent(mention, (queried("episodes.count", 0, activity=labels_of(mention)),))
    one, other = (a[0], b[0]) if relation == "before" else (a[-1], b[0])
    holds = one.start_s < other.start_s if relation == "before" else one.start_s > other.start_s
    record = queried("episodes.order", holds, first=labels_of(first), second=labels_of(second), relation=relation)
    which = "first" if relation == "before" else "last"
    statements = (
        Statement("Yes." if holds else "No.", holds, None, plain=True),
        statement(boundary_sentence(one.activity, which, "started", one.start_s, sources.start), holds, None, [one]),
        statement(
            boundary_sentence(other.activity, "first", "started", other.start_s, sources.start),
            other.start_s,
            "s",
            [other],
        ),
    )
    return Finding(statements, (record,), focus=(one.start_s, one.end_s), labels=labels_of(first))


def at_time(query: Query, sources: Sources) -> Finding:
    if query.span is None:
        raise ValueError("a question about a time names it")
    lo, hi = query.span
    if lo >= sources.duration_s or hi < 0:
        record = queried("episodes.at", None, start_s=lo, end_s=hi)
        return Finding((Statement("The recording does not reach that time.", plain=True),), (record,), status="no_data")
    if lo == hi:
        found = ep.at(sources.timeline.episodes, lo)
        if found is None:
            return Finding(
                (Statement("There is no data at that time.", plain=True),),
                (queried("episodes.at", None, time_s=lo),),
                status="no_data",
            )
        record = queried("episodes.at", found.activity, time_s=lo)
        statements = [statement(at_sentence(lo, found, sources.start), found.activity, None, [found])]
        if found.status != "no_data":
            statements.append(statement(episode_sentence(found, sources.start), found.activity, None, [found]))
        status: Status = "no_data" if found.status == "no_data" else "answered"
        return Finding(
            tuple(statements), (record,), status=status, focus=(found.start_s, found.end_s), labels=(found.activity,)
        )
    inside = [e for e in sources.timeline.episodes if ep.inside_s(e, query.span) > 0]
    record = queried("episodes.in", [[e.activity, e.start_s, e.end_s] for e in inside], start_s=lo, end_s=hi)
    statements = [statement(episode_sentence(e, sources.start), e.activity, None, [e]) for e in inside[:MOST_SPANS]]
    if len(inside) > MOST_SPANS:
        statements.append(Statement("More followed; ask for a shorter span to see every one.", plain=True))
    only_gaps = all(e.status == "no_data" for e in inside)
    return Finding(tuple(statements), (record,), status="no_data" if only_gaps else "answered", focus=query.span)


def summary(query: Query, sources: Sources) -> Finding:
    """What was done in all: activities by their share of the time."""
    chosen = ep.known(sources.timeline.episodes)
    if query.span is not None:
        return at_time(query, sources)
    if not chosen:
        return distinct(query, sources)
    totals = {label: ep.total_s(ep.of(chosen, [label])) for label in ep.labels_in_order(chosen)}
    record = queried("episodes.totals_s", totals)
    statements = [statement(distinct_sentence(list(totals)), len(totals), "activities", chosen)]
    for label in sorted(totals, key=lambda name: -totals[name])[:MOST_SPANS]:
        own = ep.of(chosen, [label])
        statements.append(statement(total_sentence(label, totals[label], len(own)), totals[label], "s", own))
    return Finding(tuple(statements), (record,))
