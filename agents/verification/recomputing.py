"""Findings computed from the samples, when no evidence covers what a sentence says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from agents.verification.facts import Facts, Finding, finding
from recordings.errors import UserError
from recordings.recording import Span
from tools.evidence import Evidence

if TYPE_CHECKING:
    from tools import Bench


def measured(
    facts: Facts, quantity: str, channel: str | None, span: tuple[float, float], stream: str | None
) -> list[Finding]:
    """One quantity of a channel over a span, of every stream that has it; [] without a bench or without samples there."""
    if facts.bench is None:
        return []
    bench = facts.bench
    found: list[Finding] = []
    for name in (s.name for s in facts.streams if stream in (None, s.name)):
        found += _tried(partial(_one, bench, facts.recording_id, quantity, channel, Span(*span), name))
    return found


def _one(
    bench: Bench, recording_id: str, quantity: str, channel: str | None, span: Span, stream: str
) -> list[Evidence]:
    from tools import measure

    return [measure(bench, recording_id, quantity, channel, span, stream=stream)]


def events_in(facts: Facts, span: tuple[float, float], stream: str | None) -> list[Finding]:
    """Steps, posture changes, impacts and still bouts of a span, and their numbers."""
    if facts.bench is None:
        return []
    from tools import detect_events

    bench = facts.bench
    found = [
        f for f in _tried(lambda: detect_events(bench, facts.recording_id, Span(*span))) if stream in (None, f.stream)
    ]
    for quantity in ("posture_change_count", "still_s"):
        found += measured(facts, quantity, None, span, stream)
    return found


def trends_in(facts: Facts, channel: str, span: tuple[float, float], stream: str | None) -> list[Finding]:
    """The trend of a channel over a span."""
    if facts.bench is None:
        return []
    from tools import caption_trend

    bench = facts.bench
    return [
        f
        for f in _tried(lambda: caption_trend(bench, facts.recording_id, Span(*span), [channel]))
        if stream in (None, f.stream)
    ]


def _tried(compute: Callable[[], list[Evidence]]) -> list[Finding]:
    """A sensor that is not there, or a span without samples, supports nothing: that is no failure."""
    from tools import NoData

    try:
        return [finding(e) for e in compute()]
    except (NoData, UserError, KeyError):
        return []
