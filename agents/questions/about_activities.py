"""When, how long, how often, which, in what order: answers from the episodes alone."""

from __future__ import annotations

from agents.questions import episodes as ep
from agents.questions.context import Sources
from agents.questions.findings import Finding, Scalar, Statement, Status, queried
from agents.questions.query import Mention, Query
from agents.timeline import EpisodeRecord, QueryRecord
from agents.wording import (
    absent_sentence,
    activities_sentence,
    at_sentence,
    boundary_sentence,
    comparison_sentence,
    count_comparison_sentence,
    count_sentence,
    distinct_sentence,
    episode_sentence,
    order_sentence,
    present_sentence,
    ranked_sentence,
    share_sentence,
    total_sentence,
    when_sentence,
    which_sentence,
    within_sentence,
)  # fmt: skip

# Longer lists are cut, and the cut is said: a page of spans answers nobody.
MOST_SPANS = 12
MOST_MARKS = 8


def _named(query: Query) -> Mention:
    if query.activity is None:
        raise ValueError(f"a {query.intent} question names an activity")
    return query.activity


def _labels(mention: Mention) -> tuple[str, ...]:
    """The labels to look for; a word outside the vocabulary is looked for under its own name, and is not found."""
    return mention.labels or (mention.text.replace(" ", "_"),)


def _statement(
    text: str, value: float | int | str | bool | None, unit: str | None, of: list[EpisodeRecord]
) -> Statement:
    # Every episode that is counted is cited, with what its label rests on first; a few marks are enough.
    each = max(1, MOST_MARKS // max(1, len(of)))
    cited = [i for episode in of for i in ep.evidence_ids([episode])[:each]]
    return Statement(text, value, unit, tuple(dict.fromkeys(cited))[: max(MOST_MARKS, len(of))])


def absent(mention: Mention, queries: tuple[QueryRecord, ...]) -> Finding:
    """An activity that no episode carries: "no", and a word about vocabularies when no model could have said it."""
    label = _labels(mention)[0] if len(_labels(mention)) == 1 else mention.text.replace(" ", "_")
    statements = [Statement(absent_sentence(label), False, None)]
    if not mention.known:
        statements.append(
            Statement(
                "It is not among the activities that can be told from this recording's sensors and placement, so this says only that no episode carries that name.",
                plain=True,
            )
        )
    return Finding(tuple(statements), queries, labels=_labels(mention))


def when(query: Query, sources: Sources) -> Finding:
    mention, everything = _named(query), sources.timeline.episodes
    chosen = ep.of(everything, _labels(mention), query.span)
    record = queried(
        "episodes.spans", [[e.start_s, e.end_s] for e in chosen], activity=_labels(mention), **_span(query)
    )
    if not chosen:
        return _absent_within(query, sources, (record,))
    if query.ordinal is not None:
        return _ordinal(query, chosen, sources, (record,))
    if query.extreme is not None:
        return _which(query.extreme, ep.extreme(chosen, query.extreme), sources, (record,))
    statements = []
    for label in dict.fromkeys(e.activity for e in chosen):
        own = [e for e in chosen if e.activity == label]
        shown = own[:MOST_SPANS]
        statements.append(_statement(when_sentence(label, shown, sources.start), len(own), "episodes", shown))
        if len(own) > len(shown):
            statements.append(
                Statement("These are the earliest; `telltale annotate --json` lists every one.", plain=True)
            )
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[-1].end_s), labels=_labels(mention))


def how_long(query: Query, sources: Sources) -> Finding:
    mention, everything = _named(query), sources.timeline.episodes
    chosen = ep.of(everything, _labels(mention), query.span)
    total = ep.total_s(chosen, query.span)
    record = queried("episodes.total_duration_s", total, activity=_labels(mention), **_span(query))
    if not chosen:
        return _absent_within(query, sources, (record,))
    if query.ordinal is not None:
        return _ordinal(query, chosen, sources, (record,))
    if query.extreme is not None:
        return _which(query.extreme, ep.extreme(chosen, query.extreme), sources, (record,))
    statements = []
    for label in dict.fromkeys(e.activity for e in chosen):
        own = [e for e in chosen if e.activity == label]
        length = ep.total_s(own, query.span)
        text = (
            total_sentence(label, length, len(own))
            if query.span is None
            else within_sentence(label, length, query.span, sources.start)
        )
        statements.append(_statement(text, length, "s", own))
        if query.span is None and len(own) <= MOST_SPANS:
            statements.append(_statement(when_sentence(label, own, sources.start), len(own), "episodes", own))
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[-1].end_s), labels=_labels(mention))


def how_many(query: Query, sources: Sources) -> Finding:
    if query.activity is None:
        return distinct(query, sources)
    mention = _named(query)
    chosen = ep.of(sources.timeline.episodes, _labels(mention), query.span)
    record = queried("episodes.count", len(chosen), activity=_labels(mention), **_span(query))
    if not chosen:
        return _absent_within(query, sources, (record,))
    statements = []
    for label in dict.fromkeys(e.activity for e in chosen):
        own = [e for e in chosen if e.activity == label]
        if query.span is None:
            statements.append(_statement(count_sentence(label, len(own)), len(own), "episodes", own))
        else:
            # An episode is one event: it is named whole even where the question's span cuts it.
            shown = list(own[:MOST_SPANS])
            statements.append(_statement(when_sentence(label, shown, sources.start), len(own), "episodes", own))
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[-1].end_s), labels=_labels(mention))


def distinct(query: Query, sources: Sources) -> Finding:
    chosen = [e for e in ep.known(sources.timeline.episodes) if query.span is None or ep.inside_s(e, query.span) > 0]
    labels = ep.labels_in_order(chosen)
    record = queried("episodes.distinct_activities", labels, **_span(query))
    if not labels:
        return Finding((Statement(activities_sentence([]), 0, None),), (record,), status="cannot_tell")
    return Finding((_statement(distinct_sentence(labels), len(labels), "activities", chosen),), (record,))


def share(query: Query, sources: Sources) -> Finding:
    mention = _named(query)
    chosen = ep.of(sources.timeline.episodes, _labels(mention))
    part = ep.total_s(chosen) / sources.duration_s
    record = queried("episodes.share", round(part, 6), activity=_labels(mention))
    if not chosen:
        return absent(mention, (record,))
    statements = []
    for label in dict.fromkeys(e.activity for e in chosen):
        own = [e for e in chosen if e.activity == label]
        fraction = ep.total_s(own) / sources.duration_s
        statements.append(_statement(share_sentence(label, fraction), round(fraction * 100, 6), "%", own))
    return Finding(tuple(statements), (record,), labels=_labels(mention))


def compare(query: Query, sources: Sources) -> Finding:
    first, second = _named(query), query.other
    if second is None:
        raise ValueError("a comparison names two activities")
    a, b = ep.of(sources.timeline.episodes, _labels(first)), ep.of(sources.timeline.episodes, _labels(second))
    a_s, b_s = ep.total_s(a), ep.total_s(b)
    record = queried(
        "episodes.compare",
        {first.text: [len(a), a_s], second.text: [len(b), b_s]},
        first=_labels(first),
        second=_labels(second),
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
        a[0].activity if len(_labels(first)) == 1 else None,
        b[0].activity if len(_labels(second)) == 1 else None,
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
        return Finding((_statement(text, value, unit, a + b),), (record,))
    text = comparison_sentence(one, a_s, other, b_s)
    return Finding((_statement(text, round(abs(a_s - b_s), 6), "s", a + b),), (record,))


def extreme(query: Query, sources: Sources) -> Finding:
    """The longest, shortest, first or last episode, of one activity or of all."""
    if query.activity is not None:
        return when(query, sources)
    which = query.extreme or "longest"
    chosen = [e for e in ep.known(sources.timeline.episodes) if query.span is None or ep.inside_s(e, query.span) > 0]
    if not chosen:
        return distinct(query, sources)
    found = ep.extreme(chosen, which)
    record = queried(f"episodes.{which}", [found.activity, found.start_s, found.end_s], **_span(query))
    statement = _statement(ranked_sentence(which, found, sources.start), found.activity, None, [found])
    return Finding((statement,), (record,), focus=(found.start_s, found.end_s), labels=(found.activity,))


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
        tuple(_statement(t, v, u, own) for t, (v, u) in zip(texts, values, strict=True)), (record,), labels=(label,)
    )


def neighbour(query: Query, sources: Sources) -> Finding:
    """What came directly before or after an activity: once an episode, or of the one that is asked for."""
    mention, relation = _named(query), query.relation or "after"
    everything = sources.timeline.episodes
    chosen = ep.of(everything, _labels(mention))
    if not chosen:
        return absent(mention, (queried("episodes.count", 0, activity=_labels(mention)),))
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
        statements.append(_statement(text, other.activity, None, [episode, other]))
    record = queried(f"episodes.directly_{relation}", result, activity=_labels(mention))
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
            _statement(text, None, None, [edge]),
            Statement(f"Nothing was recorded {relation} it.", plain=True),
        ]
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[0].end_s), labels=_labels(mention))


def order(query: Query, sources: Sources) -> Finding:
    """Whether one activity began before (or after) another: their first episodes decide."""
    first, second, relation = _named(query), query.other, query.relation or "before"
    if second is None:
        raise ValueError("an order question names two activities")
    a, b = ep.of(sources.timeline.episodes, _labels(first)), ep.of(sources.timeline.episodes, _labels(second))
    for mention, found in ((first, a), (second, b)):
        if not found:
            return absent(mention, (queried("episodes.count", 0, activity=_labels(mention)),))
    one, other = (a[0], b[0]) if relation == "before" else (a[-1], b[0])
    holds = one.start_s < other.start_s if relation == "before" else one.start_s > other.start_s
    record = queried("episodes.order", holds, first=_labels(first), second=_labels(second), relation=relation)
    which = "first" if relation == "before" else "last"
    statements = (
        Statement("Yes." if holds else "No.", holds, None, plain=True),
        _statement(boundary_sentence(one.activity, which, "started", one.start_s, sources.start), holds, None, [one]),
        _statement(
            boundary_sentence(other.activity, "first", "started", other.start_s, sources.start),
            other.start_s,
            "s",
            [other],
        ),
    )
    return Finding(statements, (record,), focus=(one.start_s, one.end_s), labels=_labels(first))


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
        statements = [_statement(at_sentence(lo, found, sources.start), found.activity, None, [found])]
        if found.status != "no_data":
            statements.append(_statement(episode_sentence(found, sources.start), found.activity, None, [found]))
        status: Status = "no_data" if found.status == "no_data" else "answered"
        return Finding(
            tuple(statements), (record,), status=status, focus=(found.start_s, found.end_s), labels=(found.activity,)
        )
    inside = [e for e in sources.timeline.episodes if ep.inside_s(e, query.span) > 0]
    record = queried("episodes.in", [[e.activity, e.start_s, e.end_s] for e in inside], start_s=lo, end_s=hi)
    statements = [_statement(episode_sentence(e, sources.start), e.activity, None, [e]) for e in inside[:MOST_SPANS]]
    if len(inside) > MOST_SPANS:
        statements.append(Statement("More followed; ask for a shorter span to see every one.", plain=True))
    only_gaps = all(e.status == "no_data" for e in inside)
    return Finding(tuple(statements), (record,), status="no_data" if only_gaps else "answered", focus=query.span)


def did_i(query: Query, sources: Sources) -> Finding:
    mention = _named(query)
    chosen = ep.of(sources.timeline.episodes, _labels(mention), query.span)
    record = queried("episodes.any", bool(chosen), activity=_labels(mention), **_span(query))
    if not chosen:
        return _absent_within(query, sources, (record,))
    statements = []
    for label in dict.fromkeys(e.activity for e in chosen):
        own = [e for e in chosen if e.activity == label]
        everywhere = ep.of(sources.timeline.episodes, [label])
        statements.append(_statement(present_sentence(label, len(everywhere)), True, None, own))
        if len(own) <= MOST_SPANS:
            statements.append(_statement(when_sentence(label, own, sources.start), len(own), "episodes", own))
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[-1].end_s), labels=_labels(mention))


def summary(query: Query, sources: Sources) -> Finding:
    """What was done in all: activities by their share of the time."""
    chosen = ep.known(sources.timeline.episodes)
    if query.span is not None:
        return at_time(query, sources)
    if not chosen:
        return distinct(query, sources)
    totals = {label: ep.total_s(ep.of(chosen, [label])) for label in ep.labels_in_order(chosen)}
    record = queried("episodes.totals_s", totals)
    statements = [_statement(distinct_sentence(list(totals)), len(totals), "activities", chosen)]
    for label in sorted(totals, key=lambda name: -totals[name])[:MOST_SPANS]:
        own = ep.of(chosen, [label])
        statements.append(_statement(total_sentence(label, totals[label], len(own)), totals[label], "s", own))
    return Finding(tuple(statements), (record,))


def _absent_within(query: Query, sources: Sources, queries: tuple[QueryRecord, ...]) -> Finding:
    """No such activity; where the question set a span and the activity lies outside it, that is said."""
    mention = _named(query)
    elsewhere = ep.of(sources.timeline.episodes, _labels(mention)) if query.span else []
    if not elsewhere or query.span is None:
        return absent(mention, queries)
    text = within_sentence(elsewhere[0].activity, 0.0, query.span, sources.start)
    whole = when_sentence(
        elsewhere[0].activity, [e for e in elsewhere if e.activity == elsewhere[0].activity][:MOST_SPANS], sources.start
    )
    return Finding(
        (Statement(text, False, None), _statement(whole, None, None, elsewhere)), queries, labels=_labels(mention)
    )


def _ordinal(query: Query, chosen: list[EpisodeRecord], sources: Sources, queries: tuple[QueryRecord, ...]) -> Finding:
    n = query.ordinal or 1
    if abs(n) > len(chosen):
        label = chosen[0].activity
        return Finding(
            (_statement(count_sentence(label, len(chosen)), len(chosen), "episodes", chosen),), queries, labels=(label,)
        )
    if n < 0:
        return _which("last", chosen[-1], sources, queries)
    return _which(n, chosen[n - 1], sources, queries)


def _which(which: int | str, episode: EpisodeRecord, sources: Sources, queries: tuple[QueryRecord, ...]) -> Finding:
    text = which_sentence(episode.activity, which, episode, sources.start)
    length = round(episode.end_s - episode.start_s, 6)
    return Finding(
        (_statement(text, length, "s", [episode]),),
        queries,
        focus=(episode.start_s, episode.end_s),
        labels=(episode.activity,),
    )


def _span(query: Query) -> dict[str, float | None]:
    return {} if query.span is None else {"from_s": query.span[0], "to_s": query.span[1]}
