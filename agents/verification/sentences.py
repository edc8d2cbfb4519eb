"""`verify_sentences`: what is supported is printed, what is not is written once more, then replaced by its template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.timeline import SentenceRecord, VerificationRecord
from agents.verification.facts import Facts
from agents.verification.verifier import Verifier
from recordings.recording import Span


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence to be verified, the ids of the evidence it rests on, and the episode that it explains."""

    sentence: str
    evidence: tuple[str, ...] = ()
    span: Span | None = None


Rewrite = Callable[[Draft, str], str | None]
Template = Callable[[Draft], str | None]


def verify_sentences(
    sentences: Sequence[Draft], facts: Facts, rewrite: Rewrite | None = None, template: Template | None = None
) -> list[SentenceRecord]:
    """The sentences that may be printed, in order, with the verdict on each.

    rewrite(draft, reason) is asked once for another wording; template(draft) for the sentence built from the evidence.
    Both are checked like any sentence; what fails all three is left out.
    """
    verifier = Verifier(facts)
    printed = []
    for draft in sentences:
        check = verifier.check(draft.sentence, draft.evidence, draft.span)
        if check.supported:
            printed.append(SentenceRecord(sentence=draft.sentence, evidence=list(draft.evidence), verdict="supported"))
            continue
        again = rewrite(draft, check.reason) if rewrite is not None else None
        if again and verifier.check(again, draft.evidence, draft.span).supported:
            printed.append(SentenceRecord(sentence=again, evidence=list(draft.evidence), verdict="rewritten"))
            continue
        plain = template(draft) if template is not None else None
        if plain and verifier.check(plain, draft.evidence, draft.span).supported:
            printed.append(SentenceRecord(sentence=plain, evidence=list(draft.evidence), verdict="template"))
    return printed


def verification_record(asked: int, printed: Sequence[SentenceRecord], unsupported: int = 0) -> VerificationRecord:
    """The counts of a timeline. asked: sentences drafted; unsupported: what an independent scan found (`unsupported_numbers`)."""
    verdicts = [s.verdict for s in printed]
    return VerificationRecord(
        sentences=asked,
        supported=verdicts.count("supported"),
        rewritten=verdicts.count("rewritten"),
        templated=verdicts.count("template"),
        unsupported_printed=unsupported,
    )
