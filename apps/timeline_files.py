"""A timeline as files: JSON, CSV, Parquet, PNG and SVG. No clock in any of them: same input and settings, same bytes."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from agents.timeline import EpisodeRecord, TimelineRecord
from apps.atomic import replacing, write_bytes, write_text
from apps.marks import cited
from recordings import Recording

if TYPE_CHECKING:
    from apps.plots import Plot

COLUMNS = (
    "recording", "simulated", "episode", "start_s", "end_s", "duration_s", "start", "end", "activity", "status", "confidence",
    "second", "second_probability", "decided_by", "agreement", "evidence", "explanation",
)  # fmt: skip


def without_clock(timeline: TimelineRecord) -> TimelineRecord:
    """The same timeline with counts, but not seconds, in its timings: how long a run took is not about the recording."""
    counts = {name: value for name, value in timeline.timings.items() if not name.endswith("_s")}
    return timeline.model_copy(update={"timings": counts})


def timeline_json(timeline: TimelineRecord) -> str:
    return timeline.model_dump_json(indent=1) + "\n"


def rows(timeline: TimelineRecord) -> list[dict[str, str | float | bool | None]]:
    """One row an episode, in `COLUMNS`. start and end are wall-clock times where the recording's start is known."""
    return [_row(timeline, episode) for episode in timeline.episodes]


def _row(timeline: TimelineRecord, episode: EpisodeRecord) -> dict[str, str | float | bool | None]:
    second = episode.alternatives[0] if episode.alternatives else None
    ids = dict.fromkeys(i for said in episode.explanation for i in said.evidence)
    return {
        "recording": timeline.recording.id,
        "simulated": timeline.recording.simulated,
        "episode": episode.id,
        "start_s": episode.start_s,
        "end_s": episode.end_s,
        "duration_s": round(episode.end_s - episode.start_s, 3),
        "start": _wall_clock(timeline, episode.start_s),
        "end": _wall_clock(timeline, episode.end_s),
        "activity": episode.activity,
        "status": episode.status,
        "confidence": episode.confidence,
        "second": second.activity if second else None,
        "second_probability": second.probability if second else None,
        "decided_by": episode.decided_by,
        "agreement": episode.agreement,
        "evidence": " ".join(ids),
        "explanation": " ".join(said.sentence for said in episode.explanation),
    }


def _wall_clock(timeline: TimelineRecord, at_s: float) -> str | None:
    from datetime import datetime, timedelta

    if timeline.recording.start is None:
        return None
    return (datetime.fromisoformat(timeline.recording.start) + timedelta(seconds=at_s)).isoformat(
        timespec="milliseconds"
    )


def harmless(cell: object) -> object:
    """A cell that a spreadsheet will not take for a formula: text that begins like one gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def csv_text(columns: tuple[str, ...], table: list[dict[str, str | float | bool | None]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in table:
        writer.writerow({name: harmless(cell) for name, cell in row.items()})
    return text.getvalue()


def write_parquet(path: Path, timeline: TimelineRecord) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = {"start_s", "end_s", "duration_s", "confidence", "second_probability", "agreement"}
    kinds = {
        name: pa.float64() if name in numbers else pa.bool_() if name == "simulated" else pa.string()
        for name in COLUMNS
    }
    table = pa.Table.from_pylist(rows(timeline), schema=pa.schema(list(kinds.items())))
    with replacing(path) as temporary:
        pq.write_table(table, temporary)


def write_timeline(folder: Path, recording: Recording, timeline: TimelineRecord) -> list[Path]:
    """`<id>-timeline.json`, `.csv`, `.parquet`, `.svg`, `.png` in `folder`; returns their paths. Each is whole or absent."""
    kept = without_clock(timeline)
    base = folder / f"{recording.id}-timeline"
    plot = plot_of(recording, kept)
    paths = [base.with_name(base.name + suffix) for suffix in (".json", ".csv", ".parquet", ".svg", ".png")]
    write_text(paths[0], timeline_json(kept))
    write_text(paths[1], csv_text(COLUMNS, rows(kept)))
    write_parquet(paths[2], kept)
    write_text(paths[3], plot.svg)
    write_bytes(paths[4], plot.png)
    return paths


def plot_of(recording: Recording, timeline: TimelineRecord, *, png: bool = True) -> Plot:
    from apps.plots import draw_timeline

    return draw_timeline(recording, timeline, cited(timeline), png=png)
