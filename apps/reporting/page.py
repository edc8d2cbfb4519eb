"""The HTML of a report: a page a recording and the index. Self-contained, nothing is fetched, users' text is escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from agents.timeline import EpisodeRecord, EvidenceRecord, TimelineRecord
from agents.wording import activity_phrase, clock, duration, percent
from apps.atomic import write_text
from apps.marks import cited, marks
from apps.plots import Plot, colour_of
from apps.plots.timeline import FAINT, INK
from apps.reporting.manifest import Entry, Manifest
from apps.timeline_files import plot_of, timeline_json, write_parquet
from apps.timeline_text import DECIDERS, evidence_line, forecast_line, heading, rate
from recordings import Recording, plain

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
# With more episodes than this the page opens them on demand.
OPEN_EPISODES = 12


def write_recording(
    folder: Path, recording: Recording, timeline: TimelineRecord, versions: Mapping[str, str]
) -> list[Path]:
    """`timeline.json`, `timeline.parquet`, `plots/timeline.svg` and `report.html` in `folder`; returns their paths."""
    plot = plot_of(recording, timeline, png=False)
    paths = [
        folder / "timeline.json",
        folder / "timeline.parquet",
        folder / "plots" / "timeline.svg",
        folder / "report.html",
    ]
    write_text(paths[0], timeline_json(timeline))
    write_parquet(paths[1], timeline)
    write_text(paths[2], plot.svg)
    write_text(paths[3], page_html(timeline, plot, versions))
    return paths


def page_html(timeline: TimelineRecord, plot: Plot, versions: Mapping[str, str]) -> str:
    """The page of one recording."""
    facts = cited(timeline)
    script = (_TEMPLATES / "page.js").read_text("utf-8")
    return (
        _environment()
        .get_template("page.html")
        .render(
            timeline=timeline,
            plot=plot,
            svg=inline_svg(plot.svg),
            numbers={fact.id: number for number, fact in enumerate(facts, start=1)},
            facts={fact.id: fact for fact in facts},
            shares=shares(timeline.episodes),
            opened=len(timeline.episodes) <= OPEN_EPISODES,
            versions=versions,
            script=script,
            script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def index_html(entries: Sequence[Entry], manifest: Manifest) -> str:
    """The index: totals, every recording with its row, failures named with their reason."""
    done = [entry for entry in entries if entry.status == "done"]
    seconds: defaultdict[str, float] = defaultdict(float)
    for entry in done:
        for part in str(entry.summary.get("seconds_by_activity") or "").split():
            name, _, total = part.rpartition(":")
            seconds[name] += float(total)
    total_s = sum(float(entry.summary.get("duration_s") or 0.0) for entry in done)
    return (
        _environment()
        .get_template("index.html")
        .render(
            entries=entries,
            done=done,
            failed=[entry for entry in entries if entry.status == "failed"],
            skipped=[entry for entry in entries if entry.status == "skipped"],
            totals=sorted(seconds.items(), key=lambda item: (-item[1], item[0])),
            total_s=total_s,
            by_activity={entry.source: _seconds(entry) for entry in done},
            manifest=manifest,
        )
    )


def _seconds(entry: Entry) -> list[tuple[str, float]]:
    parts = str(entry.summary.get("seconds_by_activity") or "").split()
    return [(name, float(total)) for name, _, total in (part.rpartition(":") for part in parts)]


def shares(episodes: Sequence[EpisodeRecord]) -> list[tuple[str, str, float, float, int]]:
    """(words, colour, seconds, share of the whole, episodes) of each activity, longest first."""
    seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for episode in episodes:
        key = (heading(episode), colour_of(episode.activity, episode.status))
        seconds[key] += episode.end_s - episode.start_s
        counts[key] += 1
    total = sum(seconds.values()) or 1.0
    ranked = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
    return [(words, colour, length, length / total, counts[words, colour]) for (words, colour), length in ranked]


def inline_svg(svg: str) -> str:
    """The plot as an element of the page: no prolog, no name spaces (HTML knows them), colours that follow the page's."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", body, count=2)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    return body.replace(INK, "currentColor").replace(FAINT, "var(--faint)")


def value_of(fact: EvidenceRecord) -> str:
    return evidence_line(fact).partition(" · ")[0]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        clock=clock,
        duration=duration,
        percent=percent,
        phrase=activity_phrase,
        plain=plain,
        value=value_of,
        forecast=forecast_line,
        rate=rate,
    )
    made.filters["extract"] = lambda key, table: table[key]
    made.globals.update(heading=heading, colour_of=colour_of, marks=marks, deciders=DECIDERS)
    return made
