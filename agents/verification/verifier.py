"""`Verifier`: whether every claim of a sentence is borne by a fact of the right kind about the right subject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agents.verification.about_activities import activity_claim
from agents.verification.about_models import model_claim
from agents.verification.about_recording import forecast_claim, recording_claim, sensor_claim, silence_claim
from agents.verification.about_samples import sample_claim
from agents.verification.about_sequences import comparison_claim, list_claim, narrative_claim, order_claim
from agents.verification.clause import Carry, Clause, Outcome, fails, held
from agents.verification.facts import Facts
from agents.verification.harmless import harmless, honest
from agents.verification.own_wording import own_wording
from agents.verification.tokens import Token, tokenize
from recordings.recording import Span

FRAMES = (
    silence_claim, sensor_claim, forecast_claim, model_claim, sample_claim, comparison_claim, order_claim, narrative_claim, list_claim, recording_claim,
    activity_claim,
)  # fmt: skip
MAX_CLAUSES = 24


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one sentence. claims: what each clause was bound to; reason: why it is not supported."""

    supported: bool
    claims: tuple[str, ...] = ()
    reason: str = ""


class Verifier:
    """Deterministic: the same sentence and facts give the same verdict."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def check(self, sentence: str, evidence_ids: Sequence[str] = (), span: Span | None = None) -> Check:
        """Whether every number, time, label, trend, count, order, comparison and attribution in the sentence holds.

        evidence_ids: what the sentence says it rests on; each must exist and lie where the sentence is about. span: the
        episode that the sentence explains, for sentences that name no time; by default that of the evidence.
        """
        if not sentence.strip():
            return Check(False, (), "an empty sentence")
        missing = [i for i in evidence_ids if i not in self.facts.evidence]
        if missing:
            return Check(False, (), f"evidence {missing[0]} does not exist")
        if harmless(sentence):
            return Check(True, ("nothing is claimed",))
        if own_wording(sentence, self.facts, evidence_ids):
            return Check(True, tuple(evidence_ids))
        carry = self._context(evidence_ids, span)
        if honest(sentence, self.facts, carry):
            return Check(True, ("a limit is stated",))
        try:
            tokens = tokenize(sentence, self.facts.table)
        except ValueError as reason:
            return Check(False, (), str(reason))
        strange = next((t for t in tokens if t.kind == "word"), None)
        if strange is not None:
            return Check(False, (), f'"{strange.text}" cannot be checked')
        foreign = next((t for t in tokens if t.kind == "id" and t.text not in self.facts.evidence), None)
        if foreign is not None:
            return Check(False, (), f"evidence {foreign.text} does not exist")
        outcome = self._sentence(tokens, carry)
        if outcome.holds and not self._cited_fit(evidence_ids, carry, outcome):
            return Check(False, (), "the cited evidence is about another time")
        return Check(outcome.holds, outcome.claims, outcome.reason)

    def _context(self, evidence_ids: Sequence[str], span: Span | None) -> Carry:
        spans = [(span.start_s, span.end_s)] if span else []
        cited = [self.facts.evidence[i] for i in evidence_ids]
        spans += [(f.start_s, f.end_s) for f in cited if f.end_s > f.start_s and (f.start_s, f.end_s) not in spans]
        exact = [
            e
            for e in self.facts.episodes
            if any(abs(e.start_s - a) < 2e-3 and abs(e.end_s - b) < 2e-3 for a, b in spans)
        ]
        return Carry(
            episodes=exact, spans=spans, cited=tuple((f.start_s, f.end_s) for f in cited), cited_ids=tuple(evidence_ids)
        )

    def _cited_fit(self, evidence_ids: Sequence[str], carry: Carry, outcome: Outcome) -> bool:
        """Cited evidence lies within (or around) what the sentence was bound to."""
        if not evidence_ids or not carry.spans:
            return True
        cited = [self.facts.evidence[i] for i in evidence_ids]
        return any(
            f.id in outcome.claims or any(f.start_s <= b + 2e-3 and f.end_s >= a - 2e-3 for a, b in carry.spans)
            for f in cited
        )

    def _sentence(self, tokens: list[Token], carry: Carry) -> Outcome:
        claims: list[str] = []
        for part in _split(tokens, _hard):
            outcome = self._part(part, carry)
            if not outcome.holds:
                return outcome
            claims += outcome.claims
        return held(*claims) if claims else fails("nothing that can be checked")

    def _part(self, part: list[Token], carry: Carry) -> Outcome:
        """The whole part in one frame; else split at its commas and conjunctions, every piece on its own."""
        first = self._clause(Clause(tuple(part)), start := _copy(carry))
        if first.holds:
            _restore(carry, start)
            return first
        for pieces in _splittings(part):
            attempt, reason = _copy(carry), ""
            claims: list[str] = []
            for piece in pieces:
                outcome = self._clause(Clause(tuple(piece)), attempt)
                if not outcome.holds:
                    reason = outcome.reason
                    break
                claims += outcome.claims
            if not reason:
                _restore(carry, attempt)
                return held(*claims)
        return first

    def _clause(self, clause: Clause, carry: Carry) -> Outcome:
        reason = fails("not a claim that can be checked")
        for frame in FRAMES:
            attempt = _copy(carry)
            outcome = frame(clause, self.facts, attempt)
            if outcome is None:
                continue
            if outcome.holds:
                if len(clause.labels) == 1 and attempt.label is None:
                    attempt.label = clause.labels[0].key
                _restore(carry, attempt)
                return outcome
            reason = outcome if reason.reason == "not a claim that can be checked" else reason
            if frame is not list_claim:
                return reason
        return reason


def _copy(carry: Carry) -> Carry:
    return replace(carry, episodes=list(carry.episodes), spans=list(carry.spans))


def _restore(carry: Carry, other: Carry) -> None:
    carry.label, carry.episodes, carry.spans, carry.speaker = other.label, other.episodes, other.spans, other.speaker
    carry.statistic, carry.channels, carry.stream = other.statistic, other.channels, other.stream


def _hard(tokens: list[Token], at: int) -> bool:
    return tokens[at].kind == "stop"


def _soft(tokens: list[Token], at: int) -> bool:
    return tokens[at].kind in ("but", "comma", "colon") or (tokens[at].kind == "and" and at > 0)


def _but(tokens: list[Token], at: int) -> bool:
    return tokens[at].kind == "but" or (
        tokens[at].kind in ("comma", "and") and at + 1 < len(tokens) and tokens[at + 1].kind in ("and", "order", "but")
    )


def _split(tokens: list[Token], boundary: object) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for at, token in enumerate(tokens):
        if boundary(tokens, at):  # type: ignore[operator]
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if any(t.kind not in ("comma", "and", "but", "colon") for t in part)]


def _splittings(part: list[Token]) -> Iterator[list[list[Token]]]:
    for boundary in (_but, _soft):
        pieces = _split(part, boundary)
        if 1 < len(pieces) <= MAX_CLAUSES:
            yield pieces
    bare = _split(part, _soft)
    if 2 < len(bare) <= MAX_CLAUSES:  # one cut alone, at each place
        for n in range(1, len(bare)):
            cut = [[t for piece in bare[:n] for t in piece], [t for piece in bare[n:] for t in piece]]
            yield cut
