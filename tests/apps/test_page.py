"""The pages: nothing is fetched, nothing of the user's is executed, everything of the contract is on them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from sample_timelines import sample_recording, sample_timeline

from apps.reporting import Entry, Manifest
from apps.reporting.page import index_html, write_recording
from apps.reporting.summary import COLUMNS, summary_csv, summary_of

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


class Tags(HTMLParser):
    """What a browser would build: names of elements and of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.attributes |= {name for name, _ in attrs}


def page(tmp_path: Path, name: str = "sample") -> str:
    recording = sample_recording(name, minutes=3.0)
    timeline = sample_timeline(recording)
    label = timeline.episodes[0].model_copy(update={"activity": HOSTILE})
    timeline = timeline.model_copy(update={"episodes": [label, *timeline.episodes[1:]]})
    *_, html = write_recording(tmp_path / "one", recording, timeline, {"python": "3.11"})
    return html.read_text("utf-8")


def test_nothing_is_fetched(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert not re.search(r"https?:|//[a-z]|url\((?!#)|@import|<link|<img|<iframe|<base", text)
    assert "default-src 'none'" in text
    assert len(re.findall(r"<script", text)) == 1


def test_users_words_are_text(tmp_path: Path) -> None:
    text = page(tmp_path, HOSTILE)
    assert HOSTILE not in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    tags = Tags()
    tags.feed(text)
    assert tags.found.count("script") == 1
    assert "img" not in tags.found
    assert not any(name.startswith("on") for name in tags.attributes)


def test_sentences_point_at_rows_that_are_there(tmp_path: Path) -> None:
    text = page(tmp_path)
    pointed = {i for ids in re.findall(r'class="said"[^>]*data-evidence="([^"]+)"', text) for i in ids.split()}
    rows = set(re.findall(r'<tr class="fact"[^>]*data-evidence="([^"]+)"', text))
    assert pointed
    assert pointed <= rows


def test_what_a_reader_must_be_told_is_told(tmp_path: Path) -> None:
    text = page(tmp_path)
    for said in (
        "simulated",
        "no samples from 1:00 to 1:06",
        "without it",
        "(control)",
        "motion-cnn",
        "What comes next",
        "median interval 20.0 ms",
    ):
        assert said in text


def test_the_same_input_is_the_same_bytes(tmp_path: Path) -> None:
    assert page(tmp_path / "a") == page(tmp_path / "b")


def test_summary_columns_and_index() -> None:
    timeline = sample_timeline(sample_recording(minutes=3.0))
    done = Entry(source="=cmd|x", name="sample", status="done", sha256="00", summary=summary_of(timeline))
    failed = Entry(
        source=HOSTILE, status="failed", reason="a.csv: expected a table, found an empty file; export it again"
    )
    lines = summary_csv([done, failed]).splitlines()
    assert lines[0] == (
        "name,source,status,reason,simulated,start,duration_s,episodes,activities,longest_activity,longest_activity_s,known_s,unknown_s,"
        "no_data_s,mean_confidence,seconds_by_activity,decided_by_llm,sentences,supported,rewritten,templated,unsupported_printed,warnings,forecast"
    )
    assert lines[0].split(",") == list(COLUMNS)
    assert lines[1].startswith("sample,'=cmd|x,done,,True,,180.0,4,3,sitting,90.0,180.0,")
    assert len(lines) == 3
    html = index_html([done, failed], Manifest(versions={"python": "3.11"}))
    assert "1 recording done" in html
    assert "1 failed" in html
    assert "found an empty file" in html
    assert HOSTILE not in html
    assert 'href="sample/report.html"' in html
