"""One activity from start to end, and a whole sequence of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """`[start_s, end_s)`: one activity, in seconds from the sequence's beginning."""

    activity: str
    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class SegmentSequence:
    """Segments in time order. trial: what was recorded, so that several cameras' views of it count once (default: the name).

    rate_hz: the rate at which the labels were given, None where times were written as seconds.
    """

    name: str
    segments: tuple[Segment, ...]
    subject: str | None = None
    trial: str = ""
    rate_hz: float | None = None

    @property
    def start_s(self) -> float:
        return self.segments[0].start_s

    @property
    def end_s(self) -> float:
        return self.segments[-1].end_s

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def activities(self) -> tuple[str, ...]:
        return tuple(segment.activity for segment in self.segments)

    @property
    def frames(self) -> int:
        """Number of label steps. ValueError without a rate."""
        return round(self.duration_s * self._rate())

    def labels(self) -> list[str]:
        """The activity of every label step. ValueError without a rate."""
        rate = self._rate()
        found: list[str] = []
        for segment in self.segments:
            found += [segment.activity] * (round((segment.end_s - self.start_s) * rate) - len(found))
        return found

    def until(self, time_s: float) -> tuple[Segment, ...]:
        """What had happened by `time_s`: later segments left out, the one that goes on cut there."""
        return tuple(
            Segment(s.activity, s.start_s, min(s.end_s, time_s)) for s in self.segments if s.start_s < time_s - 1e-9
        )

    def observed(self, share: float) -> tuple[Segment, ...]:
        """The first `share` of the sequence; with a rate, its first int(share · steps) label steps, as the field counts."""
        if self.rate_hz is None:
            return self.until(self.start_s + share * self.duration_s)
        return self.until(self.start_s + steps(share, self.frames) / self.rate_hz)

    def _rate(self) -> float:
        if self.rate_hz is None:
            raise ValueError(f"{self.name}: a sequence in seconds has no label steps")
        return self.rate_hz


def steps(share: float, total: int) -> int:
    """int(share · total), as the field's code has it, binary rounding and all."""
    return int(share * total)


def joined(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Neighbours with the same activity made one."""
    found: list[Segment] = []
    for segment in segments:
        if found and found[-1].activity == segment.activity and abs(found[-1].end_s - segment.start_s) < 1e-6:
            found[-1] = Segment(segment.activity, found[-1].start_s, segment.end_s)
        else:
            found.append(segment)
    return tuple(found)
