"""Follow-up questions: "and standing?", "why?", "how long was that?", "what about the last minute?"."""

from __future__ import annotations

import re

from agents.questions.query import Query

_AND = re.compile(r"^(?:and|what about|how about|same for|also|but)\b")
_BACK = re.compile(
    r"\b(that|this|it|then|there|those|them|the same|(?:first|last|longest|shortest|second|third) ones?)\b"
)
_UNKNOWN = re.compile(r"^(?:and|what about|how about|same for)\s+([a-z]+ing(?:\s+[a-z]+){0,3})\s*[?.!]*$")
# Intents that can be about whatever was talked of before.
_ABOUT_FOCUS = {
    "why",
    "confidence",
    "how_long",
    "how_many_episodes",
    "when",
    "sound",
    "statistic",
    "count_events",
    "neighbour",
    "at_time",
    "share",
    "did_i",
    "look",
}


def resolve(
    query: Query, text: str, before: Query | None, focus: tuple[float, float] | None, labels: tuple[str, ...]
) -> Query:
    """`query` completed from the one before it. text: normalised. focus, labels: what the last answer was about."""
    if before is None:
        return query
    if (
        _AND.search(text)
        and query.intent in {"unclear", "did_i", "at_time", "summary"}
        and (query.activity or query.span or query.channel)
    ):
        kept = before.model_dump(exclude={"understood_by"})
        if query.activity is not None:
            kept |= {"activity": query.activity.model_dump(), "ordinal": query.ordinal, "extreme": query.extreme}
            if before.span is not None and query.span is None and before.intent == "at_time":
                kept["span"] = None
        for slot in ("span", "channel", "quantity"):
            if getattr(query, slot) is not None:
                kept[slot] = getattr(query, slot)
        return Query.model_validate({**kept, "understood_by": "follow_up"})
    unknown = _UNKNOWN.search(text)
    if unknown and query.intent == "unclear" and query.activity is None and before.activity is not None:
        # A word that no table knows, where an activity stands: asked in the same way, and not found.
        kept = before.model_dump(exclude={"understood_by"}) | {
            "activity": {"text": unknown[1]},
            "ordinal": None,
            "extreme": None,
        }
        return Query.model_validate({**kept, "understood_by": "follow_up"})
    points_back = bool(_BACK.search(text)) or len(text.split()) <= 3 or (_AND.search(text) is not None)
    if query.activity is None and query.span is None and points_back and query.intent in _ABOUT_FOCUS:
        if query.intent == "neighbour" or before.activity is not None:
            activity = (
                before.activity.model_dump()
                if before.activity
                else {"text": labels[0].replace("_", " "), "labels": labels}
                if labels
                else None
            )
            if activity is not None:
                more = {
                    "activity": activity,
                    "ordinal": query.ordinal or before.ordinal,
                    "extreme": query.extreme or before.extreme,
                }
                return Query.model_validate({**query.model_dump(), **more, "understood_by": "follow_up"})
        if focus is not None:
            return query.model_copy(update={"span": focus, "understood_by": "follow_up"})
    return query
