"""A `Query` → what it finds. One table: intent → computation."""

from __future__ import annotations

from collections.abc import Callable

from agents.questions import about_activities as activities
from agents.questions import about_models as models
from agents.questions import about_order as order
from agents.questions import about_recording as recording
from agents.questions import about_samples as samples
from agents.questions.context import Sources
from agents.questions.findings import Finding
from agents.questions.query import Intent, Query

Computation = Callable[[Query, Sources], Finding]


COMPUTATIONS: dict[Intent, Computation] = {
    "when": activities.when,
    "how_long": activities.how_long,
    "how_many_episodes": activities.how_many,
    "share": activities.share,
    "compare": order.compare,
    "extreme": order.extreme,
    "most": order.most,
    "neighbour": order.neighbour,
    "order": order.order,
    "at_time": order.at_time,
    "did_i": activities.did_i,
    "why": recording.why,
    "confidence": recording.confidence,
    "statistic": samples.statistic,
    "count_events": samples.count_events,
    "sound": samples.sound,
    "next": recording.comes_next,
    "summary": order.summary,
    "distinct": activities.distinct,
    "recording": recording.recording,
    "find": models.find,
    "look": models.look,
    "unclear": recording.unclear,
}
_NEEDS_ACTIVITY: frozenset[Intent] = frozenset({"when", "how_long", "share", "compare", "neighbour", "order", "did_i"})


def compute(query: Query, sources: Sources) -> Finding:
    """Runs the computation; a question that lacks its activity is given back."""
    if query.intent in _NEEDS_ACTIVITY and query.activity is None:
        if query.intent == "how_long" and query.extreme is not None:
            return order.extreme(query, sources)
        return recording.needs_activity(query, sources)
    if query.intent in {"compare", "order"} and query.other is None:
        return recording.needs_activity(query, sources)
    return COMPUTATIONS[query.intent](query, sources)
