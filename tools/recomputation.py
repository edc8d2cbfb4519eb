"""`recompute`: the same finding again, from the samples. What a verifier trusts instead of what was said."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from recordings import Span, UserError
from tools.audio import caption_audio, tag_audio
from tools.bench import Bench
from tools.errors import NoData
from tools.events import detect_events
from tools.evidence import Evidence
from tools.labelled_sounds import nearest_sounds
from tools.llasa import ask_llasa, explain_window
from tools.measurement import measure
from tools.method import parameters
from tools.motion import classify_motion
from tools.search import search_exemplars
from tools.second_opinions import OPINIONS, SecondOpinion, second_opinion
from tools.sensor_language import describe_trend
from tools.statistics import describe_statistics
from tools.trend_caption import EXACT, caption_trend
from tools.window_captions import caption_window
from tools.word_search.tool import search_windows

# A search is repeated for all its stretches: the one in question may be any of them.
_EVERY = 1_000_000
Rerun = Callable[[Bench, Evidence], list[Evidence]]


class NotRecomputable(LookupError):
    """The bench cannot find this again: another model, other windows, other samples, or evidence that was made up."""


def _span(found: Evidence) -> Span:
    return Span(found.start_s, found.end_s)


def _trend(bench: Bench, found: Evidence) -> list[Evidence]:
    noise = parameters(found.method).get("noise")
    return caption_trend(
        bench,
        found.recording_id,
        _span(found),
        [found.channel] if found.channel is not None else None,
        readable=not found.method.startswith(EXACT),
        noise=None if noise is None else float(noise),
    )


def _events(bench: Bench, found: Evidence) -> list[Evidence]:
    span = _span(found)
    if span.duration_s == 0:
        # An instant: the millisecond that holds it.
        span = Span(span.start_s, round(span.start_s + 0.001, 3))
    return detect_events(bench, found.recording_id, span)


def _search(bench: Bench, found: Evidence) -> list[Evidence]:
    asked = parameters(found.method)
    return search_exemplars(
        bench,
        found.recording_id,
        [_span(found)],
        int(asked.get("k", "5")),
        asked.get("exclude_subject"),
        asked.get("exclude_recording"),
    )


def _alike(bench: Bench, found: Evidence) -> list[Evidence]:
    asked = parameters(found.method)
    return nearest_sounds(
        bench,
        found.recording_id,
        [_span(found)],
        int(asked.get("k", "3")),
        asked.get("exclude_subject"),
        asked.get("exclude_recording"),
    )


def _described(bench: Bench, found: Evidence) -> list[Evidence]:
    order = parameters(found.method).get("order")
    words = str(found.value) if order is None else f"{found.value} {order}"
    return search_windows(bench, found.recording_id, words, most=_EVERY)


def _opinion(asked: SecondOpinion) -> Rerun:
    return lambda bench, found: second_opinion(bench, found.recording_id, [_span(found)], asked.expert)


_RERUN: dict[str, Rerun] = {
    "classify_motion": lambda bench, e: classify_motion(bench, e.recording_id, [_span(e)]),
    "tag_audio": lambda bench, e: tag_audio(bench, e.recording_id, [_span(e)]),
    "caption_audio": lambda bench, e: caption_audio(bench, e.recording_id, [_span(e)]),
    "caption_trend": _trend,
    **{opinion.tool: _opinion(opinion) for opinion in OPINIONS.values()},
    "ask_llasa": lambda bench, e: ask_llasa(bench, e.recording_id, _span(e), parameters(e.method)["question"]),
    "explain_window": lambda bench, e: explain_window(bench, e.recording_id, _span(e)),
    "describe_trend": lambda bench, e: describe_trend(
        bench, e.recording_id, _span(e), None if e.channel is None else [e.channel]
    ),
    "caption_window": lambda bench, e: caption_window(
        bench, e.recording_id, _span(e), [e.quantity.removesuffix("_caption")]
    ),
    "describe_statistics": lambda bench, e: describe_statistics(
        bench, e.recording_id, _span(e), None if e.channel is None else [e.channel]
    ),
    "detect_events": _events,
    "nearest_sounds": _alike,
    "measure": lambda bench, e: [measure(bench, e.recording_id, e.quantity, e.channel, _span(e), e.stream)],
    "search_exemplars": _search,
    "search_windows": _described,
}


def _question(found: Evidence) -> Evidence:
    """The evidence without its answer. Comparing more than the id catches evidence whose unit or channel was altered."""
    return dataclasses.replace(found, value="", probability=None, alternatives=())


def recompute(bench: Bench, evidence: Evidence) -> Evidence:
    """The evidence that its tool finds now, with the same id; its value is to be compared with the one at hand.

    NotRecomputable when no such evidence comes out: the tool is unknown, the recording is not on the bench, or the samples,
    model or settings are not those that it was made with.
    """
    rerun = _RERUN.get(evidence.tool)
    if rerun is None:
        raise NotRecomputable(f"{evidence.id}: no tool is called {evidence.tool}")
    try:
        found = rerun(bench, evidence)
    except (NoData, UserError, ValueError) as reason:
        raise NotRecomputable(f"{evidence.id}: {reason}") from reason
    for candidate in found:
        if _question(candidate) == _question(evidence):
            return candidate
    raise NotRecomputable(f"{evidence.id}: {evidence.tool} finds no such {evidence.quantity}")
