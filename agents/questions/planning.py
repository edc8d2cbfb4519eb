"""The plan of a question by a language model that can write structured output, held to the same `Query`."""

from __future__ import annotations

from pydantic import ValidationError

from agents.language import LanguageModel, LanguageModelFailure
from agents.prompts import load_prompt
from agents.questions.query import Mention, Query
from agents.questions.rules import normalise


def plan_schema(vocabulary: tuple[str, ...]) -> dict[str, object]:
    """The JSON schema of a plan: an intent, and slots that can hold only labels of the vocabulary."""
    intents = list(Query.model_fields["intent"].annotation.__args__)  # type: ignore[union-attr]
    nullable = {"type": ["number", "null"]}
    label = {"type": "array", "items": {"type": "string", "enum": list(vocabulary)}}
    return {
        "type": "object",
        "properties": {
            "intent": {"type": "string", "enum": intents},
            "activity": label,
            "other": label,
            "from_s": nullable,
            "to_s": nullable,
        },
        "required": ["intent", "activity", "other", "from_s", "to_s"],
        "additionalProperties": False,
    }


def plan(query: Query, question: str, vocabulary: tuple[str, ...], duration_s: float, llm: LanguageModel) -> Query:
    """The model's reading of a question that the rules left `unclear`; `query` itself when the model fails or is vague.

    The question is quoted data in the prompt. What the model returns can only choose among intents and labels, so a
    question that holds instructions cannot reach the samples or the answer's text.
    """
    system, user = load_prompt("question_plan").messages(
        question=normalise(question), activities=list(vocabulary), duration_s=f"{duration_s:.1f}"
    )
    try:
        reply = llm.structured(system, user, plan_schema(vocabulary))
    except LanguageModelFailure:
        return query
    labels, others = reply.get("activity"), reply.get("other")
    lo, hi = reply.get("from_s"), reply.get("to_s")
    fields: dict[str, object] = {"intent": reply.get("intent"), "understood_by": "model"}
    if isinstance(labels, list) and labels:
        fields["activity"] = Mention(text=str(labels[0]).replace("_", " "), labels=tuple(str(x) for x in labels))
    if isinstance(others, list) and others:
        fields["other"] = Mention(text=str(others[0]).replace("_", " "), labels=tuple(str(x) for x in others))
    if isinstance(lo, (int, float)) and isinstance(hi, (int, float)) and 0 <= lo <= hi:
        fields["span"] = (float(lo), float(hi))
    try:
        return Query.model_validate({**query.model_dump(), **fields})
    except ValidationError:
        return query
