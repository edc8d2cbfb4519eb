"""When, how long, how often, what share, at all: answers from the episodes of one activity."""

from __future__ import annotations

from agents.questions import episodes as ep
from agents.questions.citing import MOST_SPANS, labels_of, named, statement
from agents.questions.context import Sources
from agents.questions.findings import Finding, Statement, queried
from agents.questions.query import Mention, Query
from agents.timeline import EpisodeRecord, QueryRecord
from agents.wording import (
    absent_sentence,
    activities_sentence,
    count_sentence,
    distinct_sentence,
    present_sentence,
    share_sentence,
    total_sentence,
    when_sentence,
    which_sentence,
    within_sentence,
)  # fmt: skip


def absent(mention: Mention, queries: tuple[QueryRecord, ...]) -> Finding:
    """An activity that no episode carries: "no", and a word about vocabularies when no model could have said it."""
    label = labels_of(mention)[0] if len(labels_of(mention)) == 1 else mention.text.replace(" ", "_")
    statements = [Statement(absent_sentence(label), False, None)]
    if not mention.known:
        statements.append(
            Statement(
                "It is not among the activities that can be told from this recording's sensors and placement, so this says only that no episode carries that name.",
                plain=True,
            )
        )
    return Finding(tuple(statements), queries, labels=labels_of(mention))


def when(query: Query, sources: Sources) -> Finding:
    mention, everything = named(query), sources.timeline.episodes
    chosen = ep.of(everything, labels_of(mention), query.span)
    record = queried(
        "episodes.spans", [[e.start_s, e.end_s] for e in chosen], activity=labels_of(mention), **span_arguments(query)
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
        statements.append(statement(when_sentence(label, shown, sources.start), len(own), "episodes", shown))
        if len(own) > len(shown):
            statements.append(
                Statement("These are the earliest; `telltale annotate --json` lists every one.", plain=True)
            )
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[-1].end_s), labels=labels_of(mention))


def how_long(query: Query, sources: Sources) -> Finding:
    mention, everything = named(query), sources.timeline.episodes
    chosen = ep.of(everything, labels_of(mention), query.span)
    total = ep.total_s(chosen, query.span)
    record = queried("episodes.total_duration_s", total, activity=labels_of(mention), **span_arguments(query))
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
        statements.append(statement(text, length, "s", own))
        if query.span is None and len(own) <= MOST_SPANS:
            statements.append(statement(when_sentence(label, own, sources.start), len(own), "episodes", own))
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[-1].end_s), labels=labels_of(mention))


def how_many(query: Query, sources: Sources) -> Finding:
    if query.activity is None:
        return distinct(query, sources)
    mention = named(query)
    chosen = ep.of(sources.timeline.episodes, labels_of(mention), query.span)
    record = queried("episodes.count", len(chosen), activity=labels_of(mention), **span_arguments(query))
    if not chosen:
        return _absent_within(query, sources, (record,))
    statements = []
    for label in dict.fromkeys(e.activity for e in chosen):
        own = [e for e in chosen if e.activity == label]
        if query.span is None:
            statements.append(statement(count_sentence(label, len(own)), len(own), "episodes", own))
        else:
            # An episode is one event: it is named whole even where the question's span cuts it.
            shown = list(own[:MOST_SPANS])
            statements.append(statement(when_sentence(label, shown, sources.start), len(own), "episodes", own))
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[-1].end_s), labels=labels_of(mention))


def distinct(query: Query, sources: Sources) -> Finding:
    chosen = [e for e in ep.known(sources.timeline.episodes) if query.span is None or ep.inside_s(e, query.span) > 0]
    labels = ep.labels_in_order(chosen)
    record = queried("episodes.distinct_activities", labels, **span_arguments(query))
    if not labels:
        return Finding((Statement(activities_sentence([]), 0, None),), (record,), status="cannot_tell")
    return Finding((statement(distinct_sentence(labels), len(labels), "activities", chosen),), (record,))


def share(query: Query, sources: Sources) -> Finding:
    mention = named(query)
    chosen = ep.of(sources.timeline.episodes, labels_of(mention))
    part = ep.total_s(chosen) / sources.duration_s
    record = queried("episodes.share", round(part, 6), activity=labels_of(mention))
    if not chosen:
        return absent(mention, (record,))
    statements = []
    for label in dict.fromkeys(e.activity for e in chosen):
        own = [e for e in chosen if e.activity == label]
        fraction = ep.total_s(own) / sources.duration_s
        statements.append(statement(share_sentence(label, fraction), round(fraction * 100, 6), "%", own))
    return Finding(tuple(statements), (record,), labels=labels_of(mention))


def did_i(query: Query, sources: Sources) -> Finding:
    mention = named(query)
    chosen = ep.of(sources.timeline.episodes, labels_of(mention), query.span)
    record = queried("episodes.any", bool(chosen), activity=labels_of(mention), **span_arguments(query))
    if not chosen:
        return _absent_within(query, sources, (record,))
    statements = []
    for label in dict.fromkeys(e.activity for e in chosen):
        own = [e for e in chosen if e.activity == label]
        if query.span is None:
            statements.append(statement(present_sentence(label, len(own)), True, None, own))
        else:
            # How much of the span, not in how many episodes: one may reach beyond it.
            length = ep.total_s(own, query.span)
            yes = "" if statements else "Yes. "
            text = within_sentence(label, length, query.span, sources.start)
            statements.append(statement(f"{yes}{text}", length, "s", own))
        if len(own) <= MOST_SPANS:
            statements.append(statement(when_sentence(label, own, sources.start), len(own), "episodes", own))
    return Finding(tuple(statements), (record,), focus=(chosen[0].start_s, chosen[-1].end_s), labels=labels_of(mention))


def _absent_within(query: Query, sources: Sources, queries: tuple[QueryRecord, ...]) -> Finding:
    """No such activity; where the question set a span and the activity lies outside it, that is said."""
    mention = named(query)
    elsewhere = ep.of(sources.timeline.episodes, labels_of(mention)) if query.span else []
    if not elsewhere or query.span is None:
        return absent(mention, queries)
    text = within_sentence(elsewhere[0].activity, 0.0, query.span, sources.start)
    whole = when_sentence(
        elsewhere[0].activity, [e for e in elsewhere if e.activity == elsewhere[0].activity][:MOST_SPANS], sources.start
    )
    return Finding(
        (Statement(text, False, None), statement(whole, None, None, elsewhere)), queries, labels=labels_of(mention)
    )


def _ordinal(query: Query, chosen: list[EpisodeRecord], sources: Sources, queries: tuple[QueryRecord, ...]) -> Finding:
    n = query.ordinal or 1
    if abs(n) > len(chosen):
        label = chosen[0].activity
        return Finding(
            (statement(count_sentence(label, len(chosen)), len(chosen), "episodes", chosen),), queries, labels=(label,)
        )
    if n < 0:
        return _which("last", chosen[-1], sources, queries)
    return _which(n, chosen[n - 1], sources, queries)


def _which(which: int | str, episode: EpisodeRecord, sources: Sources, queries: tuple[QueryRecord, ...]) -> Finding:
    text = which_sentence(episode.activity, which, episode, sources.start)
    length = round(episode.end_s - episode.start_s, 6)
    return Finding(
        (statement(text, length, "s", [episode]),),
        queries,
        focus=(episode.start_s, episode.end_s),
        labels=(episode.activity,),
    )


def span_arguments(query: Query) -> dict[str, float | None]:
    return {} if query.span is None else {"from_s": query.span[0], "to_s": query.span[1]}
