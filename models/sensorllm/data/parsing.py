"""Trend answers read back: exactly, by the grammar that wrote them, or as far as they go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from models.sensorllm.data import phrases
from models.sensorllm.data.facts import SUMMARY_ORDER, CountRule, TrendFacts
from models.sensorllm.data.grammar import Family, sequence_readings
from models.sensorllm.data.trend import Trend, TrendSegment
from models.sensorllm.data.words import TREND_OF_WORD, from_words


class TrendParseError(ValueError):
    """A text that is no trend answer; the message says what was expected where."""


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """What the sentences state. overall: None when they do not."""

    sensor: str
    start_s: float
    end_s: float
    kinds: int
    changes: int
    count: CountRule
    total_s: tuple[tuple[Trend, float], ...]
    overall: Trend | None


@dataclass(frozen=True, slots=True)
class PartialAnswer:
    """What could be read of any text: lines in their order, counts and totals by kind, the rest None where not stated."""

    segments: tuple[TrendSegment, ...]
    counts: dict[Trend, int]
    total_s: dict[Trend, float]
    kinds: int | None
    changes: int | None
    overall: Trend | None


def parse_trend_answer(text: str) -> TrendFacts:
    """The facts that `trend_answer` wrote, exactly. TrendParseError when the text leaves the grammar.

    The numbers are those the text states, not recomputed: compare with `facts_of_segments` to see whether it contradicts
    itself.
    """
    head, blank, tail = text.partition("\n\n")
    if not blank:
        raise TrendParseError("expected a blank line between the segments and the summary, found none")
    segments, counts = _lines(head)
    told = parse_trend_summary(tail)
    kinds = {segment.trend for segment in segments}
    if len(kinds) == 1 and not counts:
        counts = {segments[0].trend: len(segments)}
    overall = told.overall
    if overall is None:
        if len(segments) > 1:
            raise TrendParseError("expected the overall trend after more than one segment, found none")
        overall = segments[0].trend
    if (told.start_s, told.end_s) != (segments[0].start_s, segments[-1].end_s):
        raise TrendParseError("the summary's times are not those of the lines")
    return TrendFacts(
        sensor=told.sensor,
        segments=segments,
        counts=tuple((kind, counts[kind]) for kind in SUMMARY_ORDER if kind in counts),
        total_s=told.total_s,
        kinds=told.kinds,
        changes=told.changes,
        count=told.count,
        overall=overall,
    )


def _lines(head: str) -> tuple[tuple[TrendSegment, ...], dict[Trend, int]]:
    segments: list[TrendSegment] = []
    counts: dict[Trend, int] = {}
    for number, line in enumerate(head.split("\n"), start=1):
        found = _whole(phrases.LINES, line)
        if found is not None and not counts:
            segments.append(_segment(found))
            continue
        found = _whole(phrases.COUNT_LINES, line)
        if found is None or TREND_OF_WORD[found["trend"]] in counts:
            raise TrendParseError(f"line {number} is neither a segment nor a count: {line[:60]!r}")
        counts[TREND_OF_WORD[found["trend"]]] = from_words(found["count"])
    if not segments:
        raise TrendParseError("expected at least one segment, found none")
    return tuple(segments), counts


def _segment(values: dict[str, str]) -> TrendSegment:
    return TrendSegment(float(values["start"]), float(values["end"]), TREND_OF_WORD[values["trend"]])


def _whole(family: Family, text: str) -> dict[str, str] | None:
    return next((values for values, end in family.readings(text) if end == len(text)), None)


def parse_trend_summary(text: str) -> SummaryFacts:
    """The sentences of `trend_summary`. TrendParseError when they are not."""
    for opening, at in _openings(text):
        for totals, end in _totals(text, at):
            rest = text[end:]
            overall: Trend | None = None
            if rest:
                found = _whole(phrases.OVERALL, rest[1:]) if rest.startswith(" ") else None
                if found is None:
                    continue
                overall = TREND_OF_WORD[found["trend"]]
            number, _, noun = opening["changes"].rpartition(" ")
            try:
                kinds, changes = from_words(opening["kinds"]), from_words(number)
            except ValueError:
                continue
            return SummaryFacts(
                sensor=opening["sensor"],
                start_s=float(opening["start"]),
                end_s=float(opening["end"]),
                kinds=kinds,
                changes=changes,
                count=cast("CountRule", noun if noun.endswith("s") else f"{noun}s"),
                total_s=totals,
                overall=overall,
            )
    raise TrendParseError(f"no summary of a trend: {text[:60]!r}")


def _openings(text: str) -> Iterator[tuple[dict[str, str], int]]:
    for second in (phrases.KINDS, phrases.SINGLE):
        for (context, numbers), end in sequence_readings((phrases.CONTEXT, second), text):
            if text.startswith(" ", end):
                yield {**context, **numbers}, end + 1


def _totals(text: str, at: int) -> Iterator[tuple[tuple[tuple[Trend, float], ...], int]]:
    """The sentence of cumulative times: (kind, seconds) of each kind, and where it ends after its full stop."""

    def more(end: int, found: tuple[tuple[Trend, float], ...]) -> Iterator[tuple[tuple[tuple[Trend, float], ...], int]]:
        if text.startswith(".", end):
            yield found, end + 1
        for connective in phrases.CONNECTIVES:
            if text.startswith(connective, end):
                for values, last in phrases.OTHER_TOTAL.readings(text, end + len(connective)):
                    yield from more(last, (*found, _total(values)))

    for values, end in phrases.FIRST_TOTAL.readings(text, at):
        yield from more(end, (_total(values),))


def _total(values: dict[str, str]) -> tuple[Trend, float]:
    return TREND_OF_WORD[values["trend"]], float(values["total"])


def read_trend_answer(text: str) -> PartialAnswer:
    """Whatever any text states in the grammar's words: for scoring what a model wrote. Never raises.

    Lines that are no segment are passed over; of a kind named twice the first number counts.
    """
    segments: list[TrendSegment] = []
    counts: dict[Trend, int] = {}
    totals: dict[Trend, float] = {}
    for line in text.split("\n"):
        stripped = line.strip()
        if (found := _whole(phrases.LINES, stripped)) is not None:
            segments.append(_segment(found))
        elif (found := _whole(phrases.COUNT_LINES, stripped)) is not None:
            counts.setdefault(TREND_OF_WORD[found["trend"]], _number(found["count"]))
    for family in (phrases.FIRST_TOTAL, phrases.OTHER_TOTAL):
        for found in _anywhere(family, text):
            totals.setdefault(TREND_OF_WORD[found["trend"]], float(found["total"]))
    numbers = next((n for family in (phrases.KINDS, phrases.SINGLE) for n in _anywhere(family, text)), None)
    ends = next(_anywhere(phrases.OVERALL, text), None)
    overall: Trend | None = TREND_OF_WORD[ends["trend"]] if ends is not None else None
    if overall is None and len(segments) == 1:
        overall = segments[0].trend
    if not counts and len({s.trend for s in segments}) == 1:
        counts = {segments[0].trend: len(segments)}
    return PartialAnswer(
        tuple(segments),
        counts,
        totals,
        None if numbers is None else _number(numbers["kinds"]),
        None if numbers is None else _number(numbers["changes"].rpartition(" ")[0]),
        overall,
    )


def _anywhere(family: Family, text: str) -> Iterator[dict[str, str]]:
    for template in family.templates:
        for found in template.pattern.finditer(text):
            yield found.groupdict()


def _number(text: str) -> int:
    """A stated number; −1 for words that spell none."""
    try:
        return from_words(text)
    except ValueError:
        return -1
