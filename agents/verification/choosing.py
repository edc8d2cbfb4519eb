"""Which episodes a clause is about, and whether printed times fit them."""

from __future__ import annotations

from collections.abc import Iterable

from agents.timeline import EpisodeRecord
from agents.verification.amounts import Amount
from agents.verification.clause import Carry, Clause
from agents.verification.facts import Facts
from agents.verification.tokens import Token


def same_time(claim: Amount, t_s: float, facts: Facts) -> bool:
    """Whether a printed time is this moment: seconds from the start, or the wall clock where the start is known."""
    if claim.agrees(t_s):
        return True
    if facts.start is None or ":" not in claim.text:
        return False
    of_day = facts.start.hour * 3600 + facts.start.minute * 60 + facts.start.second + facts.start.microsecond / 1e6
    wall = (of_day + t_s) % 86400.0
    if claim.text.count(":") == 1:  # "14:03" is hours and minutes on the wall
        return abs(claim.value * 60 - wall) <= 30.0
    return claim.agrees(wall)


def same_span(token: Token, start_s: float, end_s: float, facts: Facts) -> bool:
    if token.amount is None or token.end is None:
        return False
    return same_time(token.amount, start_s, facts) and same_time(token.end, end_s, facts)


def inside(claim: Amount, start_s: float, end_s: float, facts: Facts) -> bool:
    """Whether a printed time lies in `[start_s, end_s]`, as far as it is printed."""
    if start_s - claim.half <= claim.value <= end_s + claim.half:
        return True
    if facts.start is None:
        return False
    of_day = facts.start.hour * 3600 + facts.start.minute * 60 + facts.start.second + facts.start.microsecond / 1e6
    value = claim.value * 60 if claim.text.count(":") == 1 else claim.value
    elapsed = (value - of_day) % 86400.0
    return start_s - claim.half <= elapsed <= end_s + claim.half


def span_s(token: Token, facts: Facts) -> tuple[float, float] | None:
    """A printed span in seconds of the recording; the exact ends of an episode or evidence where they print the same."""
    if token.amount is None or token.end is None:
        return None
    for start_s, end_s in known_spans(facts):
        if same_span(token, start_s, end_s, facts):
            return start_s, end_s
    start_s, end_s = token.amount.value, token.end.value
    if facts.start is not None and start_s > facts.span.end_s:
        of_day = facts.start.hour * 3600 + facts.start.minute * 60 + facts.start.second + facts.start.microsecond / 1e6
        start_s, end_s = (start_s - of_day) % 86400.0, (end_s - of_day) % 86400.0
    return (start_s, end_s) if end_s > start_s else None


def known_spans(facts: Facts) -> Iterable[tuple[float, float]]:
    yield facts.span.start_s, facts.span.end_s
    for episode in facts.episodes:
        yield episode.start_s, episode.end_s
    for item in facts.evidence.values():
        if item.end_s > item.start_s:
            yield item.start_s, item.end_s


def scope_of(clause: Clause, at: int) -> str:
    """Whether the ordinal at token `at` counts episodes of its label ("label"), all ("all"), or whole activities ("total")."""
    token = clause.tokens[at]
    if "time" in token.text or "share" in token.text:
        return "total"
    rest = [t for t in clause.tokens[at + 1 :] if t.kind not in ("comma",)]
    if rest and rest[0].kind == "label":
        return "label"
    if rest and rest[0].kind in ("episode", "activity"):
        if len(rest) > 2 and rest[1].kind == "of" and rest[2].kind == "label":
            return "label"
        if rest[0].kind == "activity" and token.key in ("longest", "shortest"):
            return "total"
        return "all"
    return "label"


def nth(episodes: tuple[EpisodeRecord, ...], key: str) -> list[EpisodeRecord]:
    """The episodes that an ordinal picks: several for a tie in length, none when there are too few."""
    if not episodes:
        return []
    if key == "first":
        return [episodes[0]]
    if key == "last":
        return [episodes[-1]]
    if key in ("longest", "shortest"):
        lengths = [e.end_s - e.start_s for e in episodes]
        best = max(lengths) if key == "longest" else min(lengths)
        return [e for e, length in zip(episodes, lengths, strict=True) if abs(length - best) < 1e-6]
    n = int(key)
    return [episodes[n - 1]] if 1 <= n <= len(episodes) else []


def by_ordinal(clause: Clause, label: str | None, facts: Facts) -> list[EpisodeRecord] | None:
    """Episodes that the clause's ordinal picks; None when it has none."""
    for at, token in enumerate(clause.tokens):
        if token.kind != "ordinal":
            continue
        scope = scope_of(clause, at)
        if scope == "label" and label is not None:
            return nth(facts.of_label(label), token.key)
        if scope == "total":
            totals = {e.activity: facts.total_s(e.activity) for e in facts.known}
            if label not in totals:
                return []
            best = max(totals.values()) if token.key == "longest" else min(totals.values())
            return list(facts.of_label(label)) if label and abs(totals[label] - best) < 1e-6 else []
        picked = nth(facts.known, token.key)
        return picked + [e for e in nth(facts.episodes, token.key) if e not in picked]
    return None


def candidates(clause: Clause, label: str | None, facts: Facts, carry: Carry) -> list[EpisodeRecord]:
    """Episodes that fit the clause's label, ordinal and times. Without any time or ordinal: those carried over, else all of the label."""
    chosen = by_ordinal(clause, label, facts)
    spans, moments = clause.of("span"), list(clause.moments())
    if chosen is None:
        anchored = bool(spans or moments)
        pool = carry.episodes if carry.episodes and (label is None or not anchored) else facts.episodes
        chosen = list(pool)
    if label is not None:
        chosen = [e for e in chosen if e.status == "known" and e.activity == label]
    for token in spans:
        chosen = [
            e
            for e in chosen
            if same_span(token, e.start_s, e.end_s, facts) or (clause.has("throughout") and _covers(token, e, facts))
        ]
    for role, moment in moments:
        chosen = [e for e in chosen if fits(role, moment, e, facts)]
    return chosen


def fits(role: str, moment: Amount, episode: EpisodeRecord, facts: Facts) -> bool:
    if role == "start":
        return same_time(moment, episode.start_s, facts)
    if role == "end":
        return same_time(moment, episode.end_s, facts)
    return inside(moment, episode.start_s, episode.end_s, facts)


def _covers(token: Token, episode: EpisodeRecord, facts: Facts) -> bool:
    if token.amount is None or token.end is None:
        return False
    return inside(token.amount, episode.start_s, episode.end_s, facts) and inside(
        token.end, episode.start_s, episode.end_s, facts
    )


def coverage_s(label: str, span: tuple[float, float], facts: Facts) -> float:
    """Seconds of a label inside a span."""
    return sum(max(0.0, min(e.end_s, span[1]) - max(e.start_s, span[0])) for e in facts.of_label(label))


# A time is printed to a tenth of a second at the finest, whole seconds only where nothing is left over.
_PRINTED_HALF_S = 0.05


def coverages_s(label: str, token: Token, facts: Facts) -> tuple[float, float] | None:
    """The least and the most seconds of a label inside a printed span, its ends anywhere that prints so. None: no such span."""
    span = span_s(token, facts)
    if span is None or token.amount is None or token.end is None:
        return None
    start_half, end_half = (min(t.half, _PRINTED_HALF_S) for t in (token.amount, token.end))
    within = (span[0] + start_half, max(span[0] + start_half, span[1] - end_half))
    around = (max(facts.span.start_s, span[0] - start_half), min(facts.span.end_s, span[1] + end_half))
    return coverage_s(label, within, facts), coverage_s(label, around, facts)
