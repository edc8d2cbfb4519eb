"""`summary.csv`: one row a recording."""

from __future__ import annotations

from collections import defaultdict

from agents.timeline import TimelineRecord
from apps.reporting.manifest import Cell, Entry
from apps.timeline_files import csv_text

COLUMNS = (
    "name", "source", "status", "reason", "simulated", "start", "duration_s", "episodes", "activities", "longest_activity",
    "longest_activity_s", "known_s", "unknown_s", "no_data_s", "mean_confidence", "seconds_by_activity", "decided_by_llm",
    "sentences", "supported", "rewritten", "templated", "unsupported_printed", "warnings", "forecast",
)  # fmt: skip


def summary_of(timeline: TimelineRecord) -> dict[str, Cell]:
    """The figures of a recording's row: seconds are of episodes, the mean confidence is weighted by their length."""
    seconds: defaultdict[str, float] = defaultdict(float)
    by_status: defaultdict[str, float] = defaultdict(float)
    weighted = 0.0
    for episode in timeline.episodes:
        length = episode.end_s - episode.start_s
        by_status[episode.status] += length
        if episode.status == "known":
            seconds[episode.activity] += length
            weighted += length * episode.confidence
    ranked = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
    known_s = by_status["known"]
    return {
        "simulated": timeline.recording.simulated,
        "start": timeline.recording.start,
        "duration_s": round(timeline.recording.duration_s, 3),
        "episodes": len(timeline.episodes),
        "activities": len(ranked),
        "longest_activity": ranked[0][0] if ranked else None,
        "longest_activity_s": round(ranked[0][1], 3) if ranked else None,
        "known_s": round(known_s, 3),
        "unknown_s": round(by_status["unknown"], 3),
        "no_data_s": round(by_status["no_data"], 3),
        "mean_confidence": round(weighted / known_s, 4) if known_s else None,
        "seconds_by_activity": " ".join(f"{name}:{total:.1f}" for name, total in ranked),
        "decided_by_llm": sum(e.decided_by == "llm" for e in timeline.episodes),
        "sentences": timeline.verification.sentences,
        "supported": timeline.verification.supported,
        "rewritten": timeline.verification.rewritten,
        "templated": timeline.verification.templated,
        "unsupported_printed": timeline.verification.unsupported_printed,
        "warnings": sum(step.warning for step in timeline.recording.history),
        "forecast": timeline.forecast[0].activity if timeline.forecast else None,
    }


def summary_csv(entries: list[Entry]) -> str:
    """The rows in the report's order, failed and skipped recordings with their reason."""
    table: list[dict[str, str | float | bool | None]] = []
    for entry in entries:
        known = {
            "name": entry.name,
            "source": entry.source,
            "status": entry.status,
            "reason": entry.reason,
            **entry.summary,
        }
        table.append({column: known.get(column) for column in COLUMNS})
    return csv_text(COLUMNS, table)
