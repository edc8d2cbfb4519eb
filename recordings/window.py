"""Windows that know their parent recording, so that overlap and leakage can be checked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from recordings.recording import Span


@dataclass(frozen=True, slots=True)
class Window:
    """`[start_s, end_s)` of one recording."""

    recording_id: str
    start_s: float
    end_s: float

    @property
    def span(self) -> Span:
        return Span(self.start_s, self.end_s)

    def overlaps(self, other: Window) -> bool:
        return self.recording_id == other.recording_id and self.span.overlap_s(other.span) > 0.0


def sliding(recording_id: str, span: Span, length_s: float, stride_s: float) -> list[Window]:
    """Windows of `length_s` every `stride_s` over `span`, none of them past its end.

    A span shorter than one window gives the one window that it fills; an empty span gives none.
    """
    if length_s <= 0 or stride_s <= 0:
        raise ValueError(f"window length {length_s} s and stride {stride_s} s must be positive")
    if span.duration_s <= 0:
        return []
    if span.duration_s < length_s:
        return [Window(recording_id, span.start_s, span.end_s)]
    count = math.floor((span.duration_s - length_s) / stride_s + 1e-9) + 1
    starts = [round(span.start_s + i * stride_s, 6) for i in range(count)]
    return [Window(recording_id, start, round(start + length_s, 6)) for start in starts]
