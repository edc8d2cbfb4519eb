"""What a computation may look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agents.timeline import TimelineRecord
from tools import Bench


@dataclass(frozen=True, slots=True)
class Sources:
    """A recording's timeline, and the bench that holds its samples. `vocabulary`: every activity that its models can say."""

    timeline: TimelineRecord
    bench: Bench
    vocabulary: tuple[str, ...]

    @property
    def recording_id(self) -> str:
        return self.timeline.recording.id

    @property
    def duration_s(self) -> float:
        return self.timeline.recording.duration_s

    @property
    def start(self) -> datetime | None:
        text = self.timeline.recording.start
        return datetime.fromisoformat(text) if text else None
