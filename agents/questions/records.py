"""`Finding` ↔ plain JSON, for graph state and its checkpoints."""

from __future__ import annotations

from pydantic import TypeAdapter

from agents.questions.findings import Finding
from agents.questions.state import Json

_ADAPTER = TypeAdapter(Finding)


def finding_to(finding: Finding) -> Json:
    data: Json = _ADAPTER.dump_python(finding, mode="json")
    return data


def finding_from(data: Json) -> Finding:
    return _ADAPTER.validate_python(data)
