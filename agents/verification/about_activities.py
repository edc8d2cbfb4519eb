"""Claims about one activity: when, how long, how often, how sure, which share, or that it did not happen."""

from __future__ import annotations

from agents.timeline import EpisodeRecord
from agents.verification.amounts import Amount
from agents.verification.choosing import candidates, coverage_s, coverages_s, span_s
from agents.verification.clause import Carry, Clause, Outcome, fails, held
from agents.verification.facts import Facts

_ALLOWED = frozenset(
    [
        "only",
        "change",
        "again",
        "label",
        "span",
        "clock",
        "amount",
        "count",
        "ordinal",
        "total",
        "share",
        "recording",
        "confidence",
        "edge",
        "negation",
        "inside",
        "each",
        "times",
        "order",
        "at",
    ]
)


def activity_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """None when the clause is not about one activity."""
    if len(clause.labels) > 1 or not clause.within(_ALLOWED):
        return None
    if clause.has("change") and not clause.has("span"):
        return None
    if clause.has("order") and not _order_before_clock(clause):
        return None
    if not clause.labels and not (
        clause.has("ordinal") or carry.episodes or carry.label or clause.has("span", "clock")
    ):
        return None
    outcome = fails("no label fits")
    for label in clause.labels[0].keys if clause.labels else (None,):
        outcome = _one(clause, label, facts, carry)
        if outcome.holds:
            return outcome
    return outcome


def _order_before_clock(clause: Clause) -> bool:
    return all(
        i + 1 < len(clause.tokens) and clause.tokens[i + 1].kind == "clock"
        for i, t in enumerate(clause.tokens)
        if t.kind == "order"
    )


def _one(clause: Clause, label: str | None, facts: Facts, carry: Carry) -> Outcome:
    if clause.has("negation"):
        return _absent(clause, label, facts, carry)
    said = label or carry.label
    if clause.has("again") and (said is None or len(facts.of_label(said)) < 2):
        return fails("it happened once")
    if clause.has("recording") and clause.has("edge") and not clause.has("clock"):
        return _at_the_edge(clause, label, facts)
    times, shares, bare = clause.amounts("time"), clause.amounts("share"), clause.amounts("")
    counts = clause.of("count")
    if clause.has("only") and not counts:
        return fails("an only that cannot be checked")
    others = len(clause.of("amount")) - len(times) - len(shares) - len(bare)
    if others or (bare and not clause.has("confidence")) or any(c.key not in ("episodes", "times") for c in counts):
        return fails("a number that is not the activity's")
    # "…, at 1:05" alone says nothing of its own: it dates what was said before, and that frame must take it.
    edged = clause.has("clock") and clause.has("edge")
    placed = (clause.has("span", "ordinal") or edged) and bool(carry.episodes)
    if not (clause.labels or times or shares or bare or counts or placed):
        return fails("no claim that can be checked")
    outcome = _counts(clause, said, counts, facts)
    if outcome is not None and not outcome.holds:
        return outcome
    if clause.has("share") or (shares and clause.has("recording") and not clause.has("confidence")):
        if said is None or len(shares) != 1 or times:
            return fails("a share of what")
        whole = facts.span.duration_s
        share = facts.total_s(said) / whole if whole else 0.0
        return (
            held(f"share of {said}")
            if facts.of_label(said) and shares[0].agrees(share)
            else fails(f"{said} did not take that share")
        )
    return _durations(clause, label, said, times, [*shares, *bare], bool(counts), facts, carry)


def _at_the_edge(clause: Clause, label: str | None, facts: Facts) -> Outcome:
    """ "The recording starts with sitting"."""
    edges = {t.key for t in clause.of("edge")}
    if (
        label is None
        or len(edges) != 1
        or not facts.known
        or clause.has("amount", "count", "span", "ordinal", "again", "total")
    ):
        return fails("what the recording starts or ends with")
    outer = facts.known[0 if "start" in edges else -1]
    return held(outer.id) if outer.activity == label else fails(f"it is {outer.activity}")


def _counts(clause: Clause, label: str | None, counts: list, facts: Facts) -> Outcome | None:  # type: ignore[type-arg]
    for token in counts:
        if token.amount is None:
            return fails("a count without a number")
        if label is None:
            return fails("a count of what")
        own = facts.of_label(label)
        spans = [s for s in (span_s(t, facts) for t in clause.of("span")) if s]
        inside = [sum(min(e.end_s, b) - max(e.start_s, a) > 0 for e in own) for a, b in spans]
        n = inside[0] if len(inside) == 1 and len(own) != 1 else len(own)
        if clause.has("ordinal") or not token.amount.counts(n):
            return fails(f"{label} has {n} episodes")
    return held("count") if counts else None


def _durations(
    clause: Clause, label: str | None, said: str | None, times: list[Amount], shares: list[Amount], counted: bool, facts: Facts, carry: Carry
) -> Outcome:  # fmt: skip
    spans = clause.of("span")
    anchored = bool(spans or clause.has("clock", "ordinal"))
    if clause.has("total", "inside") or (counted and times) or (times and not anchored and not carry.episodes):
        if said is None or len(times) > 1 or shares or clause.has("clock", "ordinal") or len(spans) > 1:
            return fails("a total of what")
        if not times:
            return held("count") if counted and not spans else fails("a total without a duration")
        whole_s = facts.total_s(said)
        possible_s = coverages_s(said, spans[0], facts) if spans else (whole_s, whole_s)
        if possible_s is None:
            return fails("a time that is not in the recording")
        if not facts.of_label(said):
            return fails(f"there is no {said}")
        return (
            _bound(list(facts.of_label(said)), said, carry)
            if _one_agrees(times[0], *possible_s)
            else fails(f"{said} lasted {possible_s[1]:.1f} s in all")
        )
    if counted and not anchored:
        return _bound(list(facts.of_label(said)), said, carry) if said else fails("a count of what")
    if len(spans) > 1:
        if times or shares or clause.has("clock"):
            return fails("several spans and one number")
        for token in spans:
            if not candidates(Clause((*[t for t in clause.tokens if t.kind != "span"], token)), said, facts, carry):
                return fails("a span that is not that activity's")
        return held("spans")
    chosen = candidates(clause, label, facts, carry)
    if not anchored and label is None and not carry.episodes:
        return fails("which episode")
    if not chosen:
        return fails("no episode has this activity at this time")
    chosen = [e for e in chosen if all(t.agrees(e.end_s - e.start_s) for t in times)]
    if not chosen:
        return fails("no such episode has this duration")
    chosen = [e for e in chosen if all(s.agrees(e.confidence) for s in shares)]
    if not chosen:
        return fails("no such episode has this confidence")
    return _bound(chosen, label, carry)


def _one_agrees(claim: Amount, least_s: float, most_s: float) -> bool:
    """Whether some total between the two prints as claimed."""
    return (
        claim.agrees(least_s)
        or claim.agrees(most_s)
        or (not claim.bound and least_s <= claim.in_base().value <= most_s)
    )


def _bound(episodes: list[EpisodeRecord], label: str | None, carry: Carry) -> Outcome:
    carry.episodes = episodes
    carry.label = label or carry.label
    carry.spans = [(e.start_s, e.end_s) for e in episodes]
    return held(*(e.id for e in episodes[:8]))


def _absent(clause: Clause, label: str | None, facts: Facts, carry: Carry) -> Outcome:
    """ "There is no running", "the person was not sitting from A to B". Nothing else may be said with a "no"."""
    if label is None or len(clause.of("negation")) != 1:
        return fails("what is denied")
    if clause.has("amount", "count", "ordinal", "edge", "confidence", "share", "total", "order", "each"):
        return fails("a number beside a negation")
    spans, moments = clause.of("span"), list(clause.moments())
    if not spans and not moments:
        here = [e for e in carry.episodes if not clause.has("recording")]
        if here and facts.of_label(label):
            return held(label) if all(e.activity != label for e in here) else fails(f"it was {label}")
        return fails(f"there is {label}") if facts.of_label(label) else held(label)
    for token in spans:
        span = span_s(token, facts)
        if span is None or coverage_s(label, span, facts) > 0.5:
            return fails(f"there is {label} then")
        if not any(min(e.end_s, span[1]) - max(e.start_s, span[0]) > 0 for e in facts.known):
            return fails("nothing is known then")
    for _, moment in moments:
        here = [e for e in facts.known if e.start_s - moment.half <= moment.value <= e.end_s + moment.half]
        if not here or any(e.activity == label for e in here):
            return fails(f"it may have been {label} then")
    return held(label)
