"""Claims about what was measured: statistics, trends, steps, impacts, stillness. Looked up, else computed from the samples."""

from __future__ import annotations

from agents.verification.amounts import UNITS, Amount
from agents.verification.choosing import candidates, same_time, span_s
from agents.verification.clause import Carry, Clause, Outcome, fails, held
from agents.verification.facts import Facts, Finding
from agents.verification.recomputing import events_in, measured, trends_in
from agents.verification.tokens import Token

_CUES = ("statistic", "channel", "trend", "event", "step", "trend_noun")
_ALLOWED = frozenset(
    [
        "statistic",
        "channel",
        "stream",
        "trend",
        "trend_noun",
        "event",
        "step",
        "amount",
        "count",
        "span",
        "clock",
        "label",
        "negation",
        "recording",
        "edge",
        "total",
        "each",
        "sensor",
        "unit_only",
    ]
)
_DIRECTIONS = {"rising": "increase", "falling": "decrease", "steady": "steady"}


def sample_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """None when the clause is not about samples."""
    counted = any(t.key in ("steps", "impact", "posture_change", "still_bout") for t in clause.of("count"))
    physical = any(
        t.amount is not None and t.amount.dimension not in ("", "time", "share") for t in clause.of("amount")
    )
    if not (clause.has(*_CUES) or counted or (physical and carry.statistic)):
        return None
    if not clause.within(_ALLOWED) or (clause.has("edge") and not clause.has("clock")):
        return None
    spans = _spans(clause, facts, carry)
    if spans is None:
        return fails("the time or the activity is not in the recording")
    streams = [t.key for t in clause.of("stream")] or (
        [carry.stream] if carry.stream and not clause.has("channel") else []
    )
    if len(set(streams)) > 1:
        return fails("several streams in one clause")
    stream = streams[0] if streams else None
    carry.spans, carry.stream = spans, stream
    channels = _channels(clause, facts) or (carry.channels if not clause.has("event", "step", "count") else ())
    if channels:
        carry.channels = channels
    if clause.has("trend"):
        return _trend(clause, facts, spans, channels, stream)
    if clause.has("event", "step") or counted:
        return _event(clause, facts, carry, spans, stream)
    return _statistic(clause, facts, carry, spans, channels, stream)


def _spans(clause: Clause, facts: Facts, carry: Carry) -> list[tuple[float, float]] | None:
    """Spans that the clause may be about; None when it names a time or an activity that does not exist."""
    instants = clause.has("event") and clause.has("clock")
    tokens = clause.of("span")
    if len(tokens) > 1 or len(clause.labels) > 1:
        return None
    if clause.has("clock") and not instants:
        return None
    if clause.labels:
        fit = [
            e
            for label in clause.labels[0].keys
            for e in candidates(_only(clause, "span", "label"), label, facts, carry)
        ]
        return [(e.start_s, e.end_s) for e in fit] or None
    if tokens and carry.cited:
        return [c for c in dict.fromkeys(carry.cited) if _fits(tokens[0], *c, facts)] or None
    if tokens:
        exact = [(e.start_s, e.end_s) for e in facts.episodes if _fits(tokens[0], e.start_s, e.end_s, facts)]
        exact += [(f.start_s, f.end_s) for f in facts.evidence.values() if _fits(tokens[0], f.start_s, f.end_s, facts)]
        found = list(dict.fromkeys(exact))
        chosen = None if found else span_s(tokens[0], facts)
        return found or ([chosen] if chosen else None)
    if carry.spans and not clause.has("recording"):
        return carry.spans
    return [(facts.span.start_s, facts.span.end_s)]


def _only(clause: Clause, *kinds: str) -> Clause:
    return Clause(tuple(t for t in clause.tokens if t.kind in kinds))


def _fits(token: Token, start_s: float, end_s: float, facts: Facts) -> bool:
    return (
        token.amount is not None
        and token.end is not None
        and same_time(token.amount, start_s, facts)
        and same_time(token.end, end_s, facts)
    )


def _channels(clause: Clause, facts: Facts) -> tuple[str, ...]:
    return tuple(key for token in clause.of("channel") for key in token.keys)


def agrees(claim: Amount, found: Finding) -> bool:
    """The same number in the same kind of unit; a number printed without its unit does not agree with one that has one."""
    if isinstance(found.value, (str, bool)):
        return False
    fact_unit = found.unit
    if claim.unit == "":
        return fact_unit in ("", "1") and claim.agrees(float(found.value))
    if fact_unit == "1" and claim.unit == "%":
        return claim.agrees(float(found.value))
    if fact_unit not in UNITS or UNITS[fact_unit][0] != claim.dimension:
        return False
    if claim.unit == fact_unit:
        exact = Amount(claim.value, claim.half, "", claim.bound)
        return exact.agrees(float(found.value))
    return claim.agrees(float(found.value) * UNITS[fact_unit][1])


def _near(found: Finding, span: tuple[float, float]) -> bool:
    return abs(found.start_s - span[0]) < 2e-3 and abs(found.end_s - span[1]) < 2e-3


def _statistic(
    clause: Clause, facts: Facts, carry: Carry, spans: list[tuple[float, float]], channels: tuple[str, ...], stream: str | None
) -> Outcome:  # fmt: skip
    names = [t.key for t in clause.of("statistic")] or ([carry.statistic] if carry.statistic else [])
    amounts = [t.amount for t in clause.of("amount") if t.amount is not None]
    if (
        clause.has("negation", "count", "clock", "sensor", "each", "total")
        or len(set(names)) != 1
        or len(amounts) != 1
        or len(set(channels)) > 1
    ):
        return fails("one statistic of one channel at a time")
    name = names[0] or ""
    for span in spans:
        for channel in channels or (None,):
            found = [
                f
                for f in facts.evidence.values()
                if f.quantity == name and f.channel == channel and _near(f, span) and stream in (None, f.stream)
            ]
            found += measured(facts, name, channel, span, stream)
            if stream is None and len({f.stream for f in found}) > 1:
                cited = [f for f in found if f.stream in {c.stream for c in found if c.id in facts.evidence}]
                found = cited
            if any(agrees(amounts[0], f) for f in found):
                carry.statistic, carry.channels, carry.stream = name, tuple(c for c in (channel,) if c), stream
                return held(*(f.id for f in found if agrees(amounts[0], f)))
    return fails(f"the {name} is not that, or cannot be computed")


def _trend(
    clause: Clause, facts: Facts, spans: list[tuple[float, float]], channels: tuple[str, ...], stream: str | None
) -> Outcome:
    said = {t.key for t in clause.of("trend")}
    times = clause.amounts("time")
    if (
        not channels
        or len(said) != 1
        or len(set(channels)) > 1
        or len(times) != len(clause.of("amount"))
        or len(times) > 1
    ):
        return fails("one trend of one channel at a time")
    if clause.has("negation", "count", "clock", "statistic", "event", "step"):
        return fails("a trend with something else")
    word = next(iter(said))
    for span in spans:
        found = [
            f
            for f in facts.evidence.values()
            if f.channel in channels and _near(f, span) and stream in (None, f.stream)
        ]
        found += trends_in(facts, channels[0], span, stream)
        directions = [f for f in found if f.quantity == "trend"]
        if times and not times[0].agrees(span[1] - span[0]):
            wanted = {"increase": "rising_s", "decrease": "falling_s", "steady": "steady_s"}[word]
            fit = [f for f in found if f.quantity == wanted and agrees(times[0], f)]
        else:
            fit = [f for f in directions if _DIRECTIONS.get(str(f.value), str(f.value)) == word]
        if fit:
            return held(*(f.id for f in fit))
    return fails("the trend is another")


def _event(clause: Clause, facts: Facts, carry: Carry, spans: list[tuple[float, float]], stream: str | None) -> Outcome:
    """Steps and cadence, impacts and posture changes at their times, still bouts with their length."""
    if (clause.has("statistic") and not all(t.key == "mean" for t in clause.of("statistic"))) or clause.has(
        "channel", "trend", "sensor"
    ):
        return fails("an event of a channel")
    outcome = fails("no such event")
    instants = [m for _, m in clause.moments()]
    if carry.cited and not all(any(same_time(m, c[0], facts) for c in carry.cited) for m in instants):
        return fails("the cited evidence is about another time")
    if instants:
        spans = [(facts.span.start_s, facts.span.end_s), *spans]
    for span in spans:
        found = [
            f for f in facts.evidence.values() if f.tool in ("detect_events", "measure") and stream in (None, f.stream)
        ]
        found += events_in(facts, span, stream)
        outcome = _events_fit(clause, found, span, instants, facts)
        if outcome.holds:
            return outcome
    return outcome


def _events_fit(
    clause: Clause, found: list[Finding], span: tuple[float, float], instants: list[Amount], facts: Facts
) -> Outcome:
    used: list[str] = []
    for stream in dict.fromkeys(f.stream for f in found):
        own = [f for f in found if f.stream == stream]
        used = _one_stream(clause, own, span, instants, facts)
        if used:
            return held(*used)
    return fails("the events are others")


def _one_stream(
    clause: Clause, own: list[Finding], span: tuple[float, float], instants: list[Amount], facts: Facts
) -> list[str]:
    """Ids of the findings of one stream that bear every number of the clause; [] when one is not borne."""
    here = [f for f in own if _near(f, span)]
    events = {t.key for t in clause.of("event")}
    amounts = [t.amount for t in clause.of("amount") if t.amount is not None]
    counts = clause.of("count")
    used: list[str] = []
    if clause.has("negation"):
        if amounts or counts or instants:
            return []
        wanted = {"impact": "impact_count", "posture_change": "posture_change_count", "still_bout": "still_s"}
        names = {wanted.get(e, e) for e in events} | ({"step_count"} if clause.has("step") else set())
        fit = [f.id for f in here if f.quantity in names and f.value == 0]
        return fit if len(names) == 1 else []
    for token in counts:
        name = {"steps": "step_count", "impact": "impact_count", "posture_change": "posture_change_count"}.get(
            token.key
        )
        fit = [
            f.id
            for f in here
            if f.quantity == name and token.amount is not None and token.amount.counts(int(float(f.value)))
        ]
        if not fit:
            return []
        used += fit[:1]
    instant_events = events & {"impact", "posture_change"}
    if instant_events and not counts:
        kind = next(iter(instant_events))
        at = [
            f
            for f in own
            if f.quantity == kind
            and span[0] - 2e-3 <= f.start_s <= span[1] + 2e-3
            and all(same_time(m, f.start_s, facts) for m in instants)
        ]
        at = [f for f in at if all(agrees(a, f) for a in amounts)]
        return [*used, at[0].id] if at and len(events) == 1 and (instants or amounts) else []
    if instants:
        return []
    if "still_bout" in events:
        bouts = [
            f
            for f in own
            if f.quantity == "still_bout"
            and (
                _near(f, span) or (not clause.has("span") and f.start_s >= span[0] - 2e-3 and f.end_s <= span[1] + 2e-3)
            )
        ]
        bouts = [f for f in bouts if all(a.dimension == "time" and a.agrees(f.end_s - f.start_s) for a in amounts)]
        return [*used, bouts[0].id] if bouts and len(events) == 1 and (clause.has("span") or amounts) else []
    for amount in amounts:
        if amount.dimension == "time":  # "142 steps in 53 s": the length of the stretch
            fit = [f.id for f in here if amount.agrees(span[1] - span[0])]
        else:
            fit = [f.id for f in here if f.quantity == "cadence" and agrees(amount, f)]
        if not fit:
            return []
        used += fit[:1]
    return used
