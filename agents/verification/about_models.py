"""Claims about who said what: modalities, exemplars, the language model, the pool, and the decision without one of them."""

from __future__ import annotations

from dataclasses import dataclass

from agents.timeline import EpisodeRecord
from agents.verification.amounts import Amount
from agents.verification.choosing import candidates
from agents.verification.clause import Carry, Clause, Outcome, fails, held
from agents.verification.facts import Facts
from agents.verification.tokens import Token
from recordings.recording import Span

_CUES = ("speaker", "labelled", "exemplar", "nearest", "decided", "without", "alternative", "agree", "weight", "next")
_ALLOWED = frozenset(
    [
        "label",
        "speaker",
        "say",
        "first_rank",
        "next",
        "alternative",
        "labelled",
        "nearest",
        "exemplar",
        "decided",
        "without",
        "would",
        "unchanged",
        "instead",
        "agree",
        "weight",
        "confidence",
        "amount",
        "fraction",
        "count",
        "span",
        "clock",
        "negation",
        "each",
        "only",
        "order",
        "recording",
        "as",
        "change",
        "if",
        "majority",
    ]
)
_MODALITIES = {"motion": ("motion",), "sound": ("sound", "audio"), "pool": ("pool",), "llm": ("llm", "language_model"),
               "neighbours": ("neighbours", "exemplars")}  # fmt: skip


@dataclass(frozen=True)
class Opinion:
    """What one speaker said about one span: labels with probabilities, most probable first."""

    ranked: tuple[tuple[str, float | None], ...]
    weight: float | None = None
    without: tuple[str, float] | None = None
    decision: str | None = None


def model_claim(clause: Clause, facts: Facts, carry: Carry) -> Outcome | None:
    """None when the clause attributes nothing to anybody."""
    speakers = clause.of("speaker")
    carried = carry.speaker is not None and clause.has("next", "say", "first_rank") and clause.has("label")
    if not clause.has(*_CUES) and not carried:
        return None
    if not clause.within(_ALLOWED):
        return None
    if clause.has("if") and not clause.has("without"):
        return fails("a condition that cannot be checked")
    episodes = _about(clause, facts, carry)
    if clause.has("exemplar", "labelled", "nearest") and not clause.has("decided", "say", "without") and not speakers:
        return _exemplars(clause, facts, episodes)
    if clause.has("alternative") and not speakers:
        return _alternatives(clause, episodes)
    if clause.has("agree") and not speakers:
        shares = [*clause.amounts("share"), *clause.amounts("")]
        fit = (
            len(shares) == 1
            and not clause.has("label", "negation", "count")
            and any(shares[0].agrees(e.agreement) for e in episodes)
        )
        return held("agreement") if fit else fails("another agreement")
    speaker = speakers[0].key if speakers else "neighbours" if clause.has("exemplar") else carry.speaker
    if len(speakers) > 1 or (clause.has("exemplar") and speakers):
        return fails("several speakers in one clause")
    if clause.has("decided") and not clause.has("without"):
        return _decided(clause, speaker, episodes)
    if speaker is None:
        return fails("who says so")
    carry.speaker = speaker
    if speaker == "llm":
        return _decided(clause, speaker, episodes)
    opinions = opinions_of(speaker, facts, episodes, carry, clause)
    if not opinions:
        return fails(f"nothing is known of what {speaker} said here")
    outcome = fails(f"{speaker} says otherwise")
    for opinion in opinions:
        outcome = (
            _without(clause, opinion)
            if clause.has("without")
            else _weight(clause, opinion)
            if clause.has("weight")
            else _says(clause, opinion)
        )
        if outcome.holds:
            return outcome
    return outcome


def _about(clause: Clause, facts: Facts, carry: Carry) -> list[EpisodeRecord]:
    """Episodes that the clause is about: by its time, else by what was said before, else the only one there is."""
    if clause.has("span", "clock"):
        return candidates(clause, None, facts, Carry())
    if carry.episodes:
        return carry.episodes
    return list(facts.episodes) if len(facts.episodes) == 1 else []


def opinions_of(
    speaker: str, facts: Facts, episodes: list[EpisodeRecord], carry: Carry, clause: Clause
) -> list[Opinion]:
    """What the cited evidence of this speaker says; else the episodes' modalities and the evidence of their spans; else what
    the model says when it is asked again."""
    wanted = {"motion": "activity", "sound": "sound", "alike": "activity_by_sounds"}.get(speaker)
    cited = [facts.evidence[i] for i in carry.cited_ids if facts.evidence[i].quantity == wanted]
    if cited and not clause.has("without", "weight", "span", "clock"):
        return [Opinion(((str(item.value), item.probability), *item.alternatives)) for item in cited]
    found = []
    for episode in episodes:
        for m in episode.modalities:
            if any(m.name == n or m.name.startswith(f"{n}:") for n in _MODALITIES.get(speaker, (speaker,))):
                without = (m.without.activity, m.without.confidence) if m.without else None
                found.append(
                    Opinion(tuple((t.label, t.probability) for t in m.top), m.weight, without, episode.activity)
                )
        if speaker == "pool" and episode.pool is not None:
            found.append(Opinion(((episode.pool.activity, episode.pool.probability),), None, None, episode.activity))
        elif speaker == "pool" and episode.decided_by == "pool":
            ranked = [
                (episode.activity, episode.confidence),
                *((a.activity, a.probability) for a in episode.alternatives),
            ]
            found.append(Opinion(tuple(ranked), None, None, episode.activity))
    spans = [(e.start_s, e.end_s) for e in episodes] or ([] if clause.has("span", "clock") else carry.spans)
    for item in facts.evidence.values():
        if item.quantity == wanted and any(
            abs(item.start_s - a) < 2e-3 and abs(item.end_s - b) < 2e-3 for a, b in spans
        ):
            found.append(Opinion(((str(item.value), item.probability), *item.alternatives)))
    return found or recomputed(speaker, facts, spans)


def recomputed(speaker: str, facts: Facts, spans: list[tuple[float, float]]) -> list[Opinion]:
    """What the model says about these spans when it is asked again."""
    if facts.bench is None or speaker not in ("motion", "sound"):
        return []
    from tools import classify_motion, tag_audio

    tool = classify_motion if speaker == "motion" else tag_audio
    asked = [Span(a, b) for a, b in spans[:8]]
    return [
        Opinion(((str(e.value), e.probability), *((a.label, a.probability) for a in e.alternatives)))
        for e in (tool(facts.bench, facts.recording_id, asked) if asked else [])
    ]


def _says(clause: Clause, opinion: Opinion) -> Outcome:
    """Labels in the order they stand, each with the percentage that follows it (or stands right before it)."""
    if not clause.labels or not opinion.ranked or clause.has("instead", "unchanged", "would", "fraction", "count"):
        return fails("says what")
    ranks = [label for label, _ in opinion.ranked]
    if clause.has("negation"):
        if len(clause.labels) != 1 or clause.has("amount", "next", "first_rank") or len(clause.of("negation")) != 1:
            return fails("what is denied")
        return held("not said") if ranks[0] not in clause.labels[0].keys else fails("it does say so")
    pairs = paired(clause)
    if pairs is None:
        return fails("a number without a label")
    gives = clause.keyed("say", "any") and not clause.has("first_rank")
    for n, (label, amount, after_next) in enumerate(pairs):
        fit = [
            rank for rank, (said, p) in enumerate(opinion.ranked)
            if said in label.keys and (amount is None or (p is not None and amount.agrees(p)))
        ]  # fmt: skip
        wanted = 1 if after_next else 0 if n == 0 and not (gives and amount is not None) else None
        if not fit or (wanted is not None and wanted not in fit) or (wanted is None and amount is None):
            return fails(f"{label.text} is not what it says")
    return held("said")


def paired(clause: Clause) -> list[tuple[Token, Amount | None, bool]] | None:
    """(label, its number, whether "next" stands before it); None when a number belongs to no label."""
    pairs: list[tuple[Token, Amount | None, bool]] = []
    pending: Amount | None = None
    after_next = False
    for token in clause.tokens:
        if token.kind == "next":
            after_next = True
        elif token.kind == "label":
            pairs.append((token, pending, after_next))
            pending, after_next = None, False
        elif token.kind == "amount" and token.amount is not None:
            if token.amount.dimension not in ("share", ""):
                return None
            if pairs and pairs[-1][1] is None:
                pairs[-1] = (pairs[-1][0], token.amount, pairs[-1][2])
            elif pending is None:
                pending = token.amount
            else:
                return None
    return None if pending is not None else pairs


def _without(clause: Clause, opinion: Opinion) -> Outcome:
    if opinion.without is None or opinion.decision is None or len(clause.labels) > 1 or clause.has("count", "fraction"):
        return fails("the decision without it is not known")
    activity, confidence = opinion.without
    same = activity == opinion.decision
    if clause.has("negation"):
        return fails("a denial that cannot be checked")
    if clause.labels and activity not in clause.labels[0].keys:
        return fails("without it the decision is another")
    if (clause.has("unchanged") and not same) or (clause.has("instead") and same):
        return fails("without it the decision is not so")
    if not clause.labels and not clause.has("unchanged") and not (clause.keyed("more", "equal")):
        return fails("the decision is not named")
    shares = [*clause.amounts("share"), *clause.amounts("")]
    if len(shares) != len(clause.of("amount")) or not all(s.agrees(confidence) for s in shares):
        return fails("without it the confidence is another")
    return held("without")


def _weight(clause: Clause, opinion: Opinion) -> Outcome:
    shares = [*clause.amounts("share"), *clause.amounts("")]
    fit = opinion.weight is not None and len(shares) == 1 and not clause.has("label", "negation", "count", "fraction")
    return (
        held("weight")
        if fit and opinion.weight is not None and shares[0].agrees(opinion.weight)
        else fails("another weight")
    )


def _decided(clause: Clause, speaker: str | None, episodes: list[EpisodeRecord]) -> Outcome:
    who = {"llm": "llm", "pool": "pool", "neighbours": "neighbours"}
    shares = clause.amounts("share")
    if (
        clause.has("count", "fraction", "each", "next", "majority")
        or len(clause.labels) > 1
        or len(clause.of("amount")) != len(shares)
    ):
        return fails("a decision with a number")
    episodes = [e for e in episodes if all(s.agrees(e.confidence) for s in shares)]
    if not episodes or speaker is None:
        return fails("decided where, by whom")
    fit = []
    for episode in episodes:
        names = {m.name for m in episode.modalities}
        alone = episode.decided_by == "single_modality" and speaker in ("motion", "sound") and len(names) <= 1
        right = episode.decided_by == who.get(speaker) or (alone and bool(names & set(_MODALITIES.get(speaker, ()))))
        if clause.has("negation"):
            right = not right and not clause.labels and not shares
        if right and (not clause.labels or episode.activity in clause.labels[0].keys):
            fit.append(episode.id)
    return held(*fit) if fit else fails("it was decided otherwise")


def _alternatives(clause: Clause, episodes: list[EpisodeRecord]) -> Outcome:
    if clause.has("negation"):
        none = (
            not clause.labels
            and not clause.has("amount", "count")
            and episodes
            and all(not e.alternatives for e in episodes)
        )
        return held("none") if none else fails("there were alternatives")
    pairs = paired(clause)
    if not pairs or clause.has("count", "fraction"):
        return fails("which alternative")
    for episode in episodes:
        own = [(a.activity, a.probability) for a in episode.alternatives]
        if all(
            any(said in label.keys and (amount is None or amount.agrees(p)) for said, p in own)
            for label, amount, _ in pairs
        ):
            return held(episode.id)
    return fails("another alternative")


def _exemplars(clause: Clause, facts: Facts, episodes: list[EpisodeRecord]) -> Outcome:
    beside = (
        len(clause.amounts("")) == len(clause.of("amount")) == len(clause.of("count")) == 1
    )  # "of the five, four are"
    if (clause.has("amount") and not beside) or clause.has("say", "next", "would", "without") or len(clause.labels) > 1:
        return fails("a number that exemplars do not have")
    for episode in episodes:
        labels = [x.label for x in episode.exemplars]
        if _exemplars_fit(clause, labels, [x.distance for x in episode.exemplars]):
            return held(episode.id)
    return fails("the exemplars are labelled otherwise")


def _exemplars_fit(clause: Clause, labels: list[str], distances: list[float]) -> bool:
    said = clause.labels[0].keys if clause.labels else ()
    n = sum(label in said for label in labels)
    fractions, counts = clause.of("fraction"), clause.of("count")
    if not said:
        return clause.has("negation") and not fractions and not counts and not labels
    if clause.has("negation"):
        return (
            not fractions
            and all(c.amount is not None and c.amount.counts(len(labels)) for c in counts)
            and n == 0
            and bool(labels)
        )
    if fractions:
        k, total = fractions[0].amount, fractions[0].end
        return (
            len(fractions) == 1
            and not counts
            and k is not None
            and total is not None
            and k.counts(n)
            and total.counts(len(labels))
        )
    if clause.has("majority"):
        return not counts and n > len(labels) / 2
    if clause.has("amount"):
        part = clause.amounts("")[0]
        return (
            counts[0].key == "exemplars"
            and counts[0].amount is not None
            and counts[0].amount.counts(len(labels))
            and part.counts(n)
        )
    if counts:
        if len(counts) > 1 or counts[0].key != "exemplars" or counts[0].amount is None:
            return False
        return counts[0].amount.counts(n) and (not clause.has("each") or n == len(labels))
    if clause.has("each") or any(t.text.endswith("s") for t in clause.of("exemplar")):
        return n == len(labels) > 0
    nearest = min(range(len(labels)), key=lambda i: distances[i]) if labels else None
    return nearest is not None and labels[nearest] in said
