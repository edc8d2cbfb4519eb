"""What a computation found, before it is verified: sentences with their values, and the queries that were run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agents.timeline import QueryRecord
from tools.evidence import Evidence

Status = Literal["answered", "no_data", "cannot_tell", "needs_clarification"]
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer. `value` in `unit` is what it states; `evidence` the ids it rests on.

    `plain` marks a sentence that states nothing about the samples (a question back, a list of what can be asked): it is
    printed as it is. Everything else goes through the verifier.
    """

    text: str
    value: float | int | str | bool | None = None
    unit: str | None = None
    evidence: tuple[str, ...] = ()
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    statements: tuple[Statement, ...]
    queries: tuple[QueryRecord, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    status: Status = "answered"
    # Spans and label the answer is about, for follow-up questions ("and after that?").
    focus: tuple[float, float] | None = None
    labels: tuple[str, ...] = field(default=())


def queried(
    tool: str,
    result: Scalar | Sequence[object] | Mapping[str, object],
    **arguments: Scalar | Sequence[str] | tuple[str, ...],
) -> QueryRecord:
    """A record of one computation; lists are written as JSON text, as the contract asks for scalars."""
    return QueryRecord(
        tool=tool,
        arguments={
            k: v if isinstance(v, (str, int, float, bool)) or v is None else ", ".join(v) for k, v in arguments.items()
        },
        result=result
        if isinstance(result, (str, int, float, bool)) or result is None
        else json.dumps(result, ensure_ascii=False),
    )


def merged(findings: Sequence[Finding]) -> Finding:
    """The findings of a question's parts as one. Answered where any part is; the last part is what a follow-up is about."""
    if len(findings) == 1:
        return findings[0]
    statuses = [finding.status for finding in findings]
    last = findings[-1]
    statements = dict.fromkeys(s for finding in findings for s in finding.statements)
    return Finding(
        tuple(statements),
        tuple(q for finding in findings for q in finding.queries),
        tuple({item.id: item for finding in findings for item in finding.evidence}.values()),
        status="answered" if "answered" in statuses else last.status,
        focus=last.focus,
        labels=tuple(dict.fromkeys(label for finding in findings for label in finding.labels)),
    )
