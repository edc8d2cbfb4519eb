"""The JSON Schemas of what other programs may rely on."""

from __future__ import annotations

from agents.timeline import SCHEMA_VERSION, AnswerRecord, TimelineRecord

JsonSchema = dict[str, object]


def timeline_json_schema() -> JsonSchema:
    """JSON Schema (draft 2020-12) of `TimelineRecord` as it is written: every key required, no others allowed."""
    return _schema(TimelineRecord, "timeline")


def answer_json_schema() -> JsonSchema:
    """JSON Schema (draft 2020-12) of `AnswerRecord` as it is written."""
    return _schema(AnswerRecord, "answer")


def _schema(record: type[TimelineRecord] | type[AnswerRecord], name: str) -> JsonSchema:
    schema = record.model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"telltale-{name}-{SCHEMA_VERSION}",
        **schema,
    }
