"""What is said about the next activity: a forecast of the timeline, with an interval of its length beside that of its start."""

from __future__ import annotations

from agents.timeline import ForecastRecord


class AnticipatedRecord(ForecastRecord):
    """interval_s holds the start, duration_interval_s the length if it is this activity, each with probability `coverage`,
    measured on people left out. None where there is no such measurement."""

    duration_interval_s: tuple[float, float] | None = None
    coverage: float | None = None

    def plain(self) -> ForecastRecord:
        """What a timeline holds of it."""
        return ForecastRecord.model_validate(self.model_dump(include=set(ForecastRecord.model_fields)))
