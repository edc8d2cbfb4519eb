"""Searching with a sentence: what it asks, what the index holds, and what is said when nothing is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from recordings import Recording, Span, Stream, UserError
from tools.word_search import Filter, Query, WindowIndex, find, parse, verified
from tools.word_search.find import Stretch, ordered
from tools.word_search.index import STRIDE_S, WINDOW_S

RATE = 50.0
# The first axis of a made-up stream says what is done: its mean is the activity's number.
KINDS = {"walking": 0, "sitting": 1, "climbing stairs": 2}


@dataclass(frozen=True)
class Read:
    vectors: np.ndarray
    usable: np.ndarray


class Counting:
    """A model of one kind a direction: a window's vector is the kind that its samples show."""

    name, revision, licence = "counting", "counting-1", "none"
    matching: ClassVar[dict[str, float]] = {"log_odds": 0.0, "behind": 2.0, "familiar": 0.57}

    def windows(self, stream: Stream, spans, *, position=None) -> Read:
        vectors, usable = np.zeros((len(spans), 3), np.float32), np.zeros(len(spans), bool)
        for row, span in enumerate(spans):
            here = stream.between(span.start_s, span.end_s)[0]
            good = here[np.isfinite(here)]
            usable[row] = len(good) > 0.7 * span.duration_s * stream.rate_hz
            if usable[row]:
                for kind in range(3):
                    vectors[row, kind] = float((np.round(good) == kind).mean())
                vectors[row] /= np.linalg.norm(vectors[row])
        return Read(vectors, usable)

    def labels(self, labels) -> np.ndarray:
        return np.eye(3, dtype=np.float32)[[KINDS[label] for label in labels]]

    def known_labels(self) -> np.ndarray:
        return np.eye(3, dtype=np.float32)

    def log_odds(self, windows, texts) -> np.ndarray:
        return np.asarray(10 * (windows @ texts.T) - 7, dtype=np.float32)

    def familiarity(self, texts) -> np.ndarray:
        return np.array([1.0 if text in KINDS else 0.2 for text in texts], dtype=np.float32)

    def nearest_phrase(self, text: str) -> str:
        return "walking"


def a_recording(plan: list[tuple[str | None, float]], name: str = "a", position: str = "wrist") -> Recording:
    """plan: (activity, seconds) in order; None is a gap."""
    rows = [np.full(round(s * RATE), np.nan if kind is None else KINDS[kind], np.float32) for kind, s in plan]
    samples = np.repeat(np.concatenate(rows)[None], 3, axis=0)
    stream = Stream("watch", "motion", ("acc_x", "acc_y", "acc_z"), ("m/s²",) * 3, RATE, samples, position=position)
    return Recording(name, f"{name}.csv", f"sha-{name}-{samples.sum():.0f}", (stream,), subject=f"person-{name}")


@pytest.fixture
def index(tmp_path: Path) -> WindowIndex:
    return WindowIndex(tmp_path / "windows", Counting())


def test_a_query_may_have_an_order():
    assert parse("climbing stairs after sitting.") == Query("climbing stairs", "after", "sitting")
    assert parse("sitting, then walking") == Query("sitting", "before", "walking")
    assert parse("when I was walking") == Query("walking")
    assert parse("  standing  still ") == Query("standing still")


@pytest.mark.parametrize("text", ["", " ?", "x" * 400, "not walking", "walking after sitting after running"])
def test_what_cannot_be_asked_is_refused(text: str):
    with pytest.raises(UserError):
        parse(text)


def test_recordings_are_indexed_once_and_again_when_they_change(index: WindowIndex, tmp_path: Path):
    one = a_recording([("walking", 30), ("sitting", 20)])
    many = index.add(one)
    assert many == len(index) == int((50 - WINDOW_S) / STRIDE_S) + 1
    assert index.add(one) == 0
    assert WindowIndex(tmp_path / "windows", Counting()).has(one)
    moved = replace(one, streams=(replace(one.streams[0], position="hip"),))
    assert index.add(moved) == many and len(index) == many
    assert index.add(a_recording([("walking", 10)], "b")) > 0 and index.recordings() == ("a", "b")
    assert index.forget("a") == many and index.recordings() == ("b",)


def test_windows_in_a_gap_are_not_indexed(index: WindowIndex):
    index.add(a_recording([("walking", 20), (None, 20), ("sitting", 20)]))
    places = index.read(Filter()).places
    assert not any(p.span.start_s >= 20 and p.span.end_s <= 40 for p in places) and places


def test_what_was_done_is_found_where_it_was_done(index: WindowIndex):
    recording = a_recording([("walking", 30), ("sitting", 20), ("climbing stairs", 15), ("walking", 20)])
    index.add(recording)
    found = find(index, Counting(), parse("sitting"))
    (one,) = found.stretches
    assert found.status == "found" and one.recording_id == "a"
    assert abs(one.span.start_s - 30) <= WINDOW_S and abs(one.span.end_s - 50) <= WINDOW_S
    assert verified(one, recording, Counting(), "sitting")
    assert len(find(index, Counting(), parse("walking")).stretches) == 2


def test_an_order_is_kept(index: WindowIndex):
    index.add(a_recording([("climbing stairs", 15), ("sitting", 20), ("climbing stairs", 15), ("walking", 40)]))
    (one,) = find(index, Counting(), parse("climbing stairs after sitting")).stretches
    assert one.span.start_s > 30 and one.other is not None and one.other.start_s < one.span.start_s
    (first,) = find(index, Counting(), parse("climbing stairs before sitting")).stretches
    assert first.span.start_s < 2
    never = find(index, Counting(), parse("sitting after walking"))
    assert never.status == "nothing" and "never after" in never.note


def test_an_order_does_not_cross_recordings():
    sitting, stairs = Stretch("a", "w", Span(0, 10), 1.0, 5), Stretch("b", "w", Span(12, 20), 1.0, 5)
    assert ordered([stairs], [sitting], True, 60) == []
    assert ordered([replace(stairs, recording_id="a")], [sitting], True, 1.0) == []
    assert len(ordered([replace(stairs, recording_id="a")], [sitting], True, 60)) == 1


def test_nothing_found_is_said(index: WindowIndex):
    empty = find(index, Counting(), parse("walking"))
    assert empty.status == "nothing" and empty.searched == 0
    index.add(a_recording([("walking", 30)]))
    found = find(index, Counting(), parse("sitting"))
    assert found.status == "nothing" and "sitting" in found.note and found.nearest is not None
    unknown = find(index, Counting(), parse("paragliding"))
    assert unknown.status == "cannot_tell" and "'walking'" in unknown.note and not unknown.stretches


def test_filters(index: WindowIndex):
    index.add(a_recording([("walking", 30)], "a", "wrist"))
    index.add(a_recording([("walking", 30)], "b", "hip"))
    model, query = Counting(), parse("walking")

    def ids(**wanted: object) -> set[str]:
        return {s.recording_id for s in find(index, model, query, wanted=Filter(**wanted)).stretches}  # type: ignore[arg-type]

    assert ids() == {"a", "b"} and ids(recordings=("b",)) == {"b"} and ids(position="wrist") == {"a"}
    assert ids(subject="person-b") == {"b"} and ids(recordings=("c",)) == set()
    (late,) = find(index, model, query, wanted=Filter(("a",), start_s=10.0, end_s=20.0)).stretches
    assert late.span.start_s >= 10.0 and late.span.end_s <= 20.0


def test_a_stretch_that_the_samples_do_not_bear_out_is_not_verified(index: WindowIndex):
    recording = a_recording([("walking", 30), ("sitting", 20)])
    lie = Stretch("a", "watch", Span(2.56, 12.8), 3.0, 7)
    assert not verified(lie, recording, Counting(), "sitting") and verified(lie, recording, Counting(), "walking")
    assert not verified(replace(lie, span=Span(45, 55)), recording, Counting(), "sitting")


def test_the_graph_finds_what_is_nearest(index: WindowIndex):
    index.add(a_recording([("walking", 20), ("sitting", 20)]))
    found = index.nearest(np.array([0, 1, 0], np.float32), 3, Filter())
    assert len(found) == 3 and all(place.span.start_s > 17 for place, _ in found)


def test_the_tool_gives_only_what_the_samples_bear_out():
    from tools import Bench
    from tools.errors import NoData
    from tools.word_search import search_windows

    bench = Bench(words=Counting())
    bench.add(a_recording([("walking", 30), ("sitting", 20)]))
    (one,) = search_windows(bench, "a", "sitting after walking")
    assert (one.quantity, one.value, one.model) == ("described_by", "sitting", "counting-1")
    assert one.start_s > 25 and one.end_s <= 50 and "order=after walking" in one.method
    with pytest.raises(NoData, match="paragliding"):
        search_windows(bench, "a", "paragliding")
