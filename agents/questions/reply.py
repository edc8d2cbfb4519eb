"""From what a computation found to a printed answer: every statement is verified first."""

from __future__ import annotations

from agents.questions.context import Sources
from agents.questions.findings import Finding, Statement, Status
from agents.timeline import AnswerRecord, ClaimRecord, EvidenceRecord, LabelRecord
from agents.verification import Facts, Verifier
from agents.wording import CANNOT_TELL
from tools.evidence import Evidence


def reply(question: str, finding: Finding, sources: Sources) -> AnswerRecord:
    """The answer with the statements that the verifier passes; what it does not pass is left out.

    When nothing that was found passes, the answer is "cannot tell": an unverified sentence is never printed.
    """
    facts = Facts.build(
        sources.timeline.recording,
        episodes=sources.timeline.episodes,
        evidence=[*sources.timeline.evidence, *finding.evidence],
        forecast=sources.timeline.forecast,
        bench=sources.bench,
        labels=[label for label in (*finding.labels, *sources.vocabulary) if label not in {"unknown", "no_data"}],
    )
    verifier = Verifier(facts)
    passed = [s for s in finding.statements if s.plain or verifier.check(s.text, s.evidence).supported]
    stated = [s for s in finding.statements if not s.plain]
    status: Status = finding.status
    if stated and not any(not s.plain for s in passed):
        passed, status = [Statement(CANNOT_TELL, plain=True)], "cannot_tell"
    records = [_record(item) for item in finding.evidence]
    wanted = {i for s in passed for i in s.evidence} - {r.id for r in records}
    records += [item for item in sources.timeline.evidence if item.id in wanted]
    return AnswerRecord(
        question=question,
        answer=" ".join(s.text for s in passed),
        status=status,
        claims=[
            ClaimRecord(text=s.text, value=s.value, unit=s.unit or None, evidence=list(s.evidence), verdict="supported")
            for s in passed
            if not s.plain or s.value is not None
        ],
        queries=list(finding.queries),
        evidence=records,
        models=list(sources.timeline.models),
        timings={},
    )


def _record(item: Evidence) -> EvidenceRecord:
    return EvidenceRecord(
        id=item.id, tool=item.tool, stream=item.stream, channel=item.channel, start_s=item.start_s, end_s=item.end_s,
        quantity=item.quantity, value=item.value, unit=item.unit, method=item.method, model=item.model, probability=item.probability,
        alternatives=[LabelRecord(label=a.label, probability=a.probability) for a in item.alternatives],
    )  # fmt: skip
