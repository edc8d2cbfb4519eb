"""What a trend text states, whoever wrote it: our grammar, the tools' own caption, or as much of either as there is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import cast

from models.sensorllm.data import (
    PartialAnswer,
    Trend,
    TrendParseError,
    facts_of_segments,
    parse_merged_answer,
    parse_trend_answer,
    read_trend_answer,
)

_COUNT = re.compile(r"^(rising|falling|steady) stretches: (\d+)$", re.MULTILINE)
_TOTAL = re.compile(r"\b(rising|falling|steady) for (\d+\.\d\d) s\b")
_KINDS = re.compile(r": (\d) kinds? of trend in (\d+) stretch(?:es)?; ")
_OVERALL = re.compile(r" Overall (rising|falling|steady)\.$")


@dataclass(frozen=True, slots=True)
class Told:
    """answer: what could be read. parsed: the whole text is in the grammar. tiles: its segments lie side by side in ascending
    order. consistent: the counts and totals it states follow from its own lines.
    """

    answer: PartialAnswer
    parsed: bool
    tiles: bool
    consistent: bool


def told_by(text: str) -> Told:
    """Never raises: an empty or unreadable text tells nothing."""
    answer, parsed = _read(text)
    segments = answer.segments
    tiles = bool(segments) and all(s.start_s <= s.end_s for s in segments)
    tiles = tiles and all(a.end_s == b.start_s for a, b in pairwise(segments))
    consistent = False
    if segments:
        own = facts_of_segments(segments, "steady", "")
        totals = all(abs(answer.total_s.get(kind, -1.0) - total) < 0.005 for kind, total in own.total_s)
        consistent = answer.counts == dict(own.counts) and totals and len(answer.total_s) == len(own.total_s)
    return Told(answer, parsed, tiles, consistent)


def _read(text: str) -> tuple[PartialAnswer, bool]:
    for parse in (parse_trend_answer, parse_merged_answer):
        try:
            parse(text)
        except TrendParseError:
            continue
        return read_trend_answer(text), True
    answer = read_trend_answer(text)
    if answer.segments and _KINDS.search(text):
        return _caption(text, answer)
    return answer, False


def _caption(text: str, answer: PartialAnswer) -> tuple[PartialAnswer, bool]:
    """The wording of the `caption_trend` tool, whose lines are one of our line formats."""
    kinds = cast("re.Match[str]", _KINDS.search(text))
    counts = {cast("Trend", kind): int(number) for kind, number in _COUNT.findall(text)}
    overall = _OVERALL.search(text)
    single = answer.segments[0].trend if len(answer.segments) == 1 else None
    filled = replace(
        answer,
        counts=counts or answer.counts,
        total_s={cast("Trend", kind): float(total) for kind, total in _TOTAL.findall(text)},
        kinds=int(kinds[1]),
        changes=int(kinds[2]),
        overall=cast("Trend", overall[1]) if overall else single,
    )
    return filled, filled.overall is not None
