"""What stands out in an episode's samples: steps and cadence, a change of posture, stillness, else how strongly it moved."""

from __future__ import annotations

from agents.annotate.call import call
from agents.annotate.context import Context
from agents.segmentation import TRANSITIONS
from agents.timeline import EpisodeRecord
from agents.wording import event_sentence, statistic_sentence, trend_sentence
from recordings import Span
from tools import Evidence

Salient = tuple[str, tuple[Evidence, ...]]

# Fewer steps than this are a shuffle, and steps that fill less of the episode than this are something else's rhythm.
FEWEST_STEPS = 5
STEPPING_SHARE = 0.4
# Still for at least this share of the episode is worth a sentence.
STILL_SHARE = 0.5
# A transition is over in seconds; the trend of anything longer is not the movement.
LONGEST_TRANSITION_S = 15.0


def salient(context: Context, recording_id: str, episode: EpisodeRecord) -> list[Salient]:
    """At most two sentences, each with the evidence that it words; none where no motion stream has samples."""
    span = Span(episode.start_s, episode.end_s)
    events = call(context, "detect_events", recording_id, span=span)
    if not events:
        return []
    found = [*_turning(context, recording_id, episode, span, events), *_stepping(events, span), *_still(events, span)]
    if not found:
        found = _moving(context, recording_id, span)
    return found[:2]


def _of(events: list[Evidence], quantity: str) -> list[Evidence]:
    return [e for e in events if e.quantity == quantity]


def _stepping(events: list[Evidence], span: Span) -> list[Salient]:
    """The steps of the stream that counted most of them."""
    counted = [e for e in _of(events, "step_count") if float(e.value) >= FEWEST_STEPS]
    if not counted:
        return []
    most = max(counted, key=lambda e: float(e.value))
    cadence = next((e for e in _of(events, "cadence") if e.stream == most.stream), None)
    if cadence is not None and float(most.value) / float(cadence.value) * 60.0 < STEPPING_SHARE * span.duration_s:
        return []
    used = (most,) if cadence is None else (most, cadence)
    return [(event_sentence(most, cadence=cadence), used)]


def _still(events: list[Evidence], span: Span) -> list[Salient]:
    bouts = _of(events, "still_bout")
    if not bouts:
        return []
    longest = max(bouts, key=lambda e: (float(e.value), -e.start_s))
    total = sum(float(e.value) for e in bouts if e.stream == longest.stream)
    return [(event_sentence(longest), (longest,))] if total >= STILL_SHARE * span.duration_s else []


def _turning(
    context: Context, recording_id: str, episode: EpisodeRecord, span: Span, events: list[Evidence]
) -> list[Salient]:
    """For a postural transition the turn of the body, and the axis that went furthest up or down."""
    if episode.activity not in TRANSITIONS or span.duration_s > LONGEST_TRANSITION_S:
        return []
    found: list[Salient] = []
    turns = _of(events, "posture_change")
    if turns:
        widest = max(turns, key=lambda e: (float(e.value), -e.start_s))
        found.append((event_sentence(widest), (widest,)))
    trends = call(context, "caption_trend", recording_id, span=span)
    ranges = call(context, "describe_statistics", recording_id, span=span)
    width = {(e.stream, e.channel): float(e.value) for e in ranges if e.quantity == "range" and e.unit == "m/s²"}
    directed = [e for e in trends if e.quantity == "trend" and e.value != "steady" and (e.stream, e.channel) in width]
    if directed:
        strongest = max(directed, key=lambda e: (width[e.stream, e.channel], e.channel or ""))
        found.append((trend_sentence(strongest), (strongest,)))
    return found


def _moving(context: Context, recording_id: str, span: Span) -> list[Salient]:
    """How much the acceleration varied."""
    statistics = call(context, "describe_statistics", recording_id, span=span, channels=["acc_magnitude"])
    spread = [e for e in statistics if e.quantity == "std"]
    return [(statistic_sentence(spread[0]), (spread[0],))] if spread else []
