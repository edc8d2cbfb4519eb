"""Claims with two activities or more: before and after, longer and shorter, which ones there were."""

from __future__ import annotations

from itertools import pairwise

from agents.timeline import EpisodeRecord
from agents.verification.amounts import Amount
from agents.verification.choosing import candidates, nth, same_span, same_time
from agents.verification.clause import Carry, Clause, Outcome, fails, held
from agents.verification.facts import Facts
from agents.verification.tokens import Token

_ORDER = frozenset(["label", "clock", "order", "change", "ordinal", "span", "amount", "edge"])
_COMPARE = frozenset(
    [
        "label",
        "more",
        "than",
        "as",
        "by",
        "against",
        "amount",
        "count",
        "often",
        "ordinal",
        "total",
        "recording",
        "negation",
        "times",
        "each",
    ]
)
_LISTED = frozenset(["label", "count", "recording", "only", "each", "negation"])


def order_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """ "Walking came directly after sitting, at 1:05": the two episodes must be neighbours."""
    if not clause.has("order", "change") or not clause.within(_ORDER) or clause.has("amount"):
        return None
    orders = clause.of("order")
    if len(clause.labels) == 1 and carry.episodes and orders and not clause.has("change"):
        return _following(clause, orders, facts, carry)
    if len(clause.labels) != 2 or len(orders) > 1 or clause.has("span"):
        return None
    at = [i for i, t in enumerate(clause.tokens) if t.kind == "label"]
    key, where = "before", at[0] + 1
    if orders:
        where = clause.tokens.index(orders[0])
        key = "before" if orders[0].key == "then" else orders[0].key
    a, b = clause.labels
    if where < at[0]:  # "After sitting came walking"
        earlier, later = (a, b) if key == "after" else (b, a)
    else:
        earlier, later = (a, b) if key == "before" else (b, a)
    moments = list(clause.moments())
    pairs = [
        (x, y)
        for x, y in neighbours(facts)
        if x.activity in earlier.keys and y.activity in later.keys
        and _ranked(clause, earlier, x, facts) and _ranked(clause, later, y, facts)
        and all(same_time(m, x.end_s, facts) or same_time(m, y.start_s, facts) for _, m in moments)
    ]  # fmt: skip
    if not pairs:
        return fails("the two activities do not follow each other so")
    carry.episodes, carry.label = [pairs[0][1]], later.key
    return held(pairs[0][0].id, pairs[0][1].id)


_NARRATIVE = frozenset(["label", "order", "amount", "span", "ordinal", "share", "again"])


def narrative_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """ "The person sat for 13 s, then walked for 53 s, followed by lying": neighbours in this order, each with its numbers."""
    if len(clause.labels) < 2 or not clause.has("order") or not clause.within(_NARRATIVE):
        return None
    if clause.has("again") and not any(len(facts.of_label(t.key)) > 1 for t in clause.labels):
        return fails("nothing happened twice")
    steps: list[tuple[Token, list[Token]]] = []
    linked = True
    for token in clause.tokens:
        if token.kind == "label":
            if not linked:
                return None
            steps.append((token, []))
            linked = False
        elif token.kind == "order":
            if not steps or not (token.key == "then" or token.text == "followed by"):
                return None
            linked = True
        elif token.kind == "ordinal" and not ((token.key == "first" and not steps) or token.key == "last"):
            return None
        elif token.kind in ("amount", "span", "share"):
            if not steps:
                return None
            steps[-1][1].append(token)
    for at in range(len(facts.episodes) - len(steps) + 1):
        run = facts.episodes[at : at + len(steps)]
        if all(_told(e, label, numbers, facts) for e, (label, numbers) in zip(run, steps, strict=True)) and (
            not clause.keyed("ordinal", "first") or at == 0
        ) and (not clause.keyed("ordinal", "last") or at + len(steps) == len(facts.episodes)):  # fmt: skip
            carry.episodes, carry.label = [run[-1]], run[-1].activity
            return held(*(e.id for e in run))
    return fails("the activities did not follow each other so")


def _told(episode: EpisodeRecord, label: Token, numbers: list[Token], facts: Facts) -> bool:
    if episode.status != "known" or episode.activity not in label.keys:
        return False
    for token in numbers:
        if token.kind == "span":
            fit = same_span(token, episode.start_s, episode.end_s, facts)
        elif token.amount is not None and token.amount.dimension == "time":
            fit = token.amount.agrees(episode.end_s - episode.start_s)
        else:
            fit = (
                token.amount is not None
                and token.amount.dimension == "share"
                and token.amount.agrees(episode.confidence)
            )
        if not fit:
            return False
    return True


def neighbours(facts: Facts) -> list[tuple[EpisodeRecord, EpisodeRecord]]:
    """Known episodes that follow each other with nothing unknown between."""
    return [(a, b) for a, b in pairwise(facts.episodes) if a.status == b.status == "known"]


def _ranked(clause: Clause, label: Token, episode: EpisodeRecord, facts: Facts) -> bool:
    at = clause.tokens.index(label)
    before = clause.tokens[at - 1] if at else None
    return before is None or before.kind != "ordinal" or episode in nth(facts.of_label(episode.activity), before.key)


def _following(clause: Clause, orders: list[Token], facts: Facts, carry: Carry) -> Outcome:
    """ ", followed by sitting (from A to B)": continues from the episode said last."""
    key = "after" if orders[-1].key in ("before", "then") else "before"
    if orders[0].key == "after" and orders[0].text in ("after", "following"):
        key = "before"
    near = [y if key == "after" else x for x, y in neighbours(facts) if (x if key == "after" else y) in carry.episodes]
    rest = Clause(tuple(t for t in clause.tokens if t.kind != "order"))
    for label in clause.labels[0].keys:
        chosen = [e for e in candidates(rest, label, facts, Carry()) if e in near]
        if chosen:
            carry.episodes, carry.label = chosen, label
            return held(chosen[0].id)
    return fails("another activity follows")


def comparison_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """Lengths or numbers of episodes of two activities, or of two particular episodes."""
    if not clause.has("more") or not clause.within(_COMPARE) or clause.has("recording"):
        return None
    labels = clause.labels
    at = [i for i, t in enumerate(clause.tokens) if t.kind == "label"]
    if len(labels) == 1 and carry.label is not None:
        first: tuple[str, ...] = (carry.label,)
        second, split = labels[0], next((i for i, t in enumerate(clause.tokens) if t.kind in ("than", "as", "more")), 0)
    elif len(labels) == 2:
        first, second, split = labels[0].keys, labels[1], at[1]
    else:
        return fails("what is compared with what")
    ordinal_a = _ordinal_before(clause, at[0]) if len(labels) == 2 else None
    ordinal_b = _ordinal_before(clause, at[-1])
    if len(clause.of("ordinal")) != (ordinal_a is not None) + (ordinal_b is not None):
        return fails("an order that is not compared")
    for a in first:
        for b in second.keys:
            own_a, own_b = _picked(a, ordinal_a, facts), _picked(b, ordinal_b, facts)
            if not own_a or not own_b:
                return fails("one of the two did not happen")
            if _compared(clause, own_a, own_b, split):
                carry.label = a
                return held(a, b)
    return fails("the comparison does not hold")


def _ordinal_before(clause: Clause, at: int) -> str | None:
    return clause.tokens[at - 1].key if at and clause.tokens[at - 1].kind == "ordinal" else None


def _picked(label: str, ordinal: str | None, facts: Facts) -> list[EpisodeRecord]:
    own = facts.of_label(label)
    return list(own) if ordinal is None else nth(own, ordinal)


def _compared(clause: Clause, a: list[EpisodeRecord], b: list[EpisodeRecord], split: int) -> bool:
    often = clause.has("often") or (clause.has("count") and not any(t.key == "times" for t in clause.of("count")))
    x, y = (float(len(a)), float(len(b))) if often else (_length(a), _length(b))
    mores = clause.of("more")
    if len(mores) > 1 and {t.key for t in mores} - {"equal", "more"} and len({t.key for t in mores}) > 1:
        return False
    word = mores[0].key
    ratio = next((t for t in clause.of("count") if t.key == "times"), None)
    direction = {"longer": 1, "more": 1, "shorter": -1, "less": -1, "equal": 0}.get(word, 0)
    near = abs(x - y) <= (0 if often else 0.5)
    if word in ("twice", "half") or ratio is not None:
        if clause.has("negation") or not y:
            return False
        factor = (
            2.0 if word == "twice" else 0.5 if word == "half" else ratio.amount.value if ratio and ratio.amount else 0.0
        )
        return abs(x / y - factor) <= max(0.05, 0.05 * factor) and _amounts_fit(clause, x, y, split, often)
    true = near if direction == 0 else (x - y) * direction > (0 if often else 1e-3)
    if clause.has("negation"):
        return not true and not clause.has("amount", "count")
    return true and _amounts_fit(clause, x, y, split, often)


def _length(episodes: list[EpisodeRecord]) -> float:
    return sum(e.end_s - e.start_s for e in episodes)


def _amounts_fit(clause: Clause, x: float, y: float, split: int, often: bool) -> bool:
    """Each number is the difference, the first's or the second's value, by where it stands."""
    tokens = clause.tokens
    against = next(
        (
            i
            for i, t in enumerate(tokens)
            if t.kind == "against" and any(b.amount is not None for b in tokens[max(0, i - 2) : i])
        ),
        None,
    )
    for i, token in enumerate(tokens):
        if token.amount is None or (token.key == "times" and not often):
            continue
        after = tokens[i + 1].kind if i + 1 < len(tokens) else ""
        before = tokens[i - 1].kind if i else ""
        if after == "more" or before == "by":
            expected = abs(x - y)
        elif against is not None and against - 2 <= i < against:
            expected = x
        elif against is not None and i > against:
            expected = y
        elif before == "each" or after == "each" or clause.keyed("more", "equal"):
            expected = x
        else:
            expected = x if i < split else y
        if not _is(token.amount, expected, often):
            return False
    return True


def _is(claim: Amount, value: float, often: bool) -> bool:
    if often:
        return claim.dimension == "" and claim.counts(round(value))
    return claim.dimension == "time" and claim.agrees(value)


def list_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """ "The activities are walking, sitting and standing": all of them, and no other."""
    if not clause.labels or not clause.within(_LISTED) or any(t.key != "activities" for t in clause.of("count")):
        return None
    present = {e.activity for e in facts.known}
    if clause.has("negation"):
        return _none_of(clause, present)
    said = [next((k for k in t.keys if k in present), None) for t in clause.labels]
    if None in said or len(set(said)) != len(said):
        return fails("an activity that is not in the recording")
    complete = clause.has("activity", "only", "count")
    if complete and len(clause.labels) + clause.has("only") > 1 and set(said) != present:
        return fails("the list is not the recording's")
    if any(t.amount is None or not t.amount.counts(len(present)) for t in clause.of("count")):
        return fails("another number of activities")
    return held(*[label for label in said if label]) if len(said) > 1 or clause.has("only") else None


def _none_of(clause: Clause, present: set[str]) -> Outcome | None:
    """ "No running or jumping", "neither ran nor jumped": the denial stands first, and between the labels only its like."""
    if len(clause.labels) < 2:
        return None
    kinds = [t.kind for t in clause.tokens]
    first, last = kinds.index("label"), len(kinds) - 1 - kinds[::-1].index("label")
    if (
        "negation" not in kinds[:first]
        or clause.has("count", "only", "each")
        or set(kinds[first:last]) - {"label", "negation", "and", "comma"}
    ):
        return fails("what is denied")
    found = [k for t in clause.labels for k in t.keys if k in present]
    return fails(f"there is {found[0]}") if found else held(*[t.key for t in clause.labels])
