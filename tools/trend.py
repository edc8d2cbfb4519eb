"""The text of a channel's trend, one segment a line and a summary, and its parser. The rule itself is SensorLLM's, in
`models.sensorllm.data`, where its training texts are made by the same function.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from models.sensorllm.data.trend import TRENDS, Trend, TrendSegment, TrendSummary, exact_segments, summary

__all__ = [
    "TRENDS",
    "Trend",
    "TrendSegment",
    "TrendSummary",
    "exact_segments",
    "parse_trend",
    "summary",
    "trend_text",
]


def trend_text(segments: Sequence[TrendSegment], facts: TrendSummary, channel: str, note: str = "") -> str:
    """The segments one a line, then the summary in sentences. `parse_trend` reads the segments back.

    note: a clause about how it was computed, such as the noise threshold.
    """
    lines = [f"{s.start_s!r} s to {s.end_s!r} s: {s.trend}" for s in segments]
    if not segments:
        return f"{channel} has too few samples for a trend."
    counts = [(sum(s.trend == kind for s in segments), kind) for kind in facts.total_s]
    if len(counts) > 1:
        lines += [f"{kind} stretches: {n}" for n, kind in sorted(counts, key=lambda pair: -pair[0])]
    about = f"{channel} from {segments[0].start_s!r} s to {segments[-1].end_s!r} s"
    about += f" ({note})" if note else ""
    kinds = f"{facts.trend_num} kind{'s' if facts.trend_num != 1 else ''} of trend"
    stretches = f"{facts.change_num} stretch{'es' if facts.change_num != 1 else ''}"
    totals = ", ".join(
        f"{kind} for {facts.total_s[kind]:.2f} s" for kind in ("falling", "rising", "steady") if kind in facts.total_s
    )
    prose = f"{about}: {kinds} in {stretches}; {totals}."
    if facts.change_num > 1:
        prose += f" Overall {facts.overall}."
    return "\n".join([*lines, "", prose])


_LINE = re.compile(r"^(-?[\d.]+(?:e[+-]?\d+)?) s to (-?[\d.]+(?:e[+-]?\d+)?) s: (rising|falling|steady)$", re.MULTILINE)


def parse_trend(text: str) -> tuple[TrendSegment, ...]:
    """The segments that `trend_text` wrote; () when there is none."""
    return tuple(TrendSegment(float(a), float(b), cast("Trend", kind)) for a, b, kind in _LINE.findall(text))
