"""Segments tile what was recorded, keep their minimum, respect gaps, and change where the signal changes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.segmentation import (
    Segment,
    SegmentationSettings,
    Track,
    change_point,
    decode,
    grid_over,
    motion_features,
    segment,
    uncovered,
)
from recordings import Recording, Span, Stream, sliding

SETTINGS = SegmentationSettings(
    window_s=2.56, stride_s=1.28, minimum_s=5.0, transition_s=2.5, switch_cost=2.0, gap_s=2.0
)
LABELS = ("walking", "sitting", "stand_to_sit")


def stream(name: str, duration_s: float, gaps: tuple[Span, ...] = (), start_s: float = 0.0) -> Stream:
    samples = np.zeros((3, round(duration_s * 50)), dtype=np.float32)
    for gap in gaps:
        samples[:, round(gap.start_s * 50) : round(gap.end_s * 50)] = np.nan
    shifted = tuple(Span(g.start_s + start_s, g.end_s + start_s) for g in gaps)
    axes = ("acc_x", "acc_y", "acc_z")
    return Stream(name, "motion", axes, ("m/s²",) * 3, 50.0, samples, start_s=start_s, gaps=shifted)


def recording(*streams: Stream) -> Recording:
    return Recording("r", "test", "0" * 64, streams)


def track(
    of: Stream, truth: list[str], name: str = "motion:wrist", labels: tuple[str, ...] = LABELS, sure: float = 0.9
) -> Track:
    """Windows over the stream; `truth` is stretched over its length."""
    windows = sliding("r", of.span, 2.56, 1.28)
    rows = np.full((len(windows), len(labels)), (1 - sure) / (len(labels) - 1))
    usable = np.zeros(len(windows), dtype=bool)
    for i, window in enumerate(windows):
        centre = (window.start_s + window.end_s) / 2
        label = truth[min(len(truth) - 1, int((centre - of.start_s) / (of.n / of.rate_hz) * len(truth)))]
        rows[i, labels.index(label)] = sure
        usable[i] = of.covered_s(window.start_s, window.end_s) > 1.28
    return Track.of(name, labels, windows, rows, usable)


def assert_tiles(segments: list[Segment], whole: Span) -> None:
    assert segments[0].span.start_s == whole.start_s
    assert segments[-1].span.end_s == whole.end_s
    for before, after in itertools.pairwise(segments):
        assert before.span.end_s == after.span.start_s
    assert all(s.span.duration_s > 0 for s in segments)


@given(
    st.integers(1, 60),
    st.integers(1, 4),
    st.lists(st.integers(1, 6), min_size=4, max_size=4),
    st.floats(0, 8),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=80, deadline=None)
def test_runs_tile_the_cells_and_last_their_minimum(
    cells: int, states: int, minimum: list[int], cost: float, seed: int
) -> None:
    scores = np.random.default_rng(seed).normal(size=(cells, states)) * 3
    runs = decode(scores, minimum[:states], cost)
    assert runs[0].start == 0 and runs[-1].end == cells
    for before, after in itertools.pairwise(runs):
        assert before.end == after.start
        assert before.state != after.state
    assert all(run.end - run.start >= min(minimum[run.state], cells) for run in runs)


@given(st.integers(2, 9), st.integers(1, 3), st.floats(0, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_decoding_finds_the_best_division_of_all(cells: int, least: int, cost: float, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(cells, 2)) * 2
    least = min(least, cells)

    def value(states: tuple[int, ...]) -> float:
        lengths = [len(list(group)) for _, group in itertools.groupby(states)]
        if min(lengths) < least:
            return -np.inf
        return sum(scores[i, s] for i, s in enumerate(states)) - cost * (len(lengths) - 1)

    best = max(value(states) for states in itertools.product((0, 1), repeat=cells))
    found = tuple(run.state for run in decode(scores, least, cost) for _ in range(run.start, run.end))
    assert value(found) == pytest.approx(best)


def test_no_cells_give_no_runs() -> None:
    assert decode(np.zeros((0, 3)), 2, 1.0) == []


@given(
    st.floats(3, 120),
    st.lists(st.sampled_from(LABELS), min_size=1, max_size=12),
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 30)), max_size=3),
)
@settings(max_examples=40, deadline=None)
def test_segments_tile_the_recording_and_gaps_are_no_data(
    duration_s: float, truth: list[str], holes: list[tuple[float, float]]
) -> None:
    gaps: list[Span] = []
    at = 0.5
    for offset, length in holes:
        start = round((at + offset) * 50) / 50
        end = round((start + length) * 50) / 50
        if end < duration_s - 0.5:
            gaps.append(Span(start, end))
            at = end + 0.5
    wrist = stream("wrist", duration_s, tuple(gaps))
    whole = recording(wrist)
    segments = segment(whole, [track(wrist, truth)], SETTINGS)
    assert_tiles(segments, whole.span)
    silent = [s.span for s in segments if s.kind == "no_data"]
    assert silent == [g for g in gaps if g.duration_s >= SETTINGS.gap_s]
    for piece in segments:
        if piece.kind == "covered" and piece not in (segments[0], segments[-1]):
            between_gaps = any(piece.span.end_s == gap.start_s or piece.span.start_s == gap.end_s for gap in silent)
            least = SETTINGS.transition_s if piece.heard[0][1] == "stand_to_sit" else SETTINGS.minimum_s
            assert between_gaps or piece.span.duration_s >= least


def test_one_odd_window_does_not_flicker() -> None:
    wrist = stream("wrist", 60.0)
    steady = track(wrist, ["walking"])
    odd = steady.log_probabilities.copy()
    odd[20] = odd[20][::-1]
    flickering = Track(steady.name, steady.labels, steady.windows, odd, steady.usable)
    assert [s.heard for s in segment(recording(wrist), [flickering], SETTINGS)] == [(("motion:wrist", "walking"),)]


def test_a_short_postural_transition_survives_between_two_activities() -> None:
    wrist = stream("wrist", 40.0)
    truth = ["walking"] * 9 + ["stand_to_sit"] * 2 + ["sitting"] * 9
    segments = segment(recording(wrist), [track(wrist, truth)], SETTINGS)
    assert [s.heard[0][1] for s in segments] == ["walking", "stand_to_sit", "sitting"]


def test_two_modalities_are_cut_where_either_changes() -> None:
    wrist, room = stream("wrist", 60.0), stream("room", 60.0)
    motion = track(wrist, ["walking", "sitting"])
    sound = track(room, ["traffic", "traffic", "music", "music", "music", "music"], "sound:room", ("traffic", "music"))
    segments = segment(recording(wrist, room), [motion, sound], SETTINGS)
    assert [tuple(label for _, label in s.heard) for s in segments] == [
        ("walking", "traffic"),
        ("walking", "music"),
        ("sitting", "music"),
    ]


def test_where_one_modality_falls_silent_the_episode_ends() -> None:
    wrist, room = stream("wrist", 60.0, (Span(30.0, 59.9),)), stream("room", 60.0)
    motion = track(wrist, ["walking"])
    sound = track(room, ["music"], "sound:room", ("traffic", "music"))
    segments = segment(recording(wrist, room), [motion, sound], SETTINGS)
    assert [[name for name, _ in s.heard] for s in segments] == [["motion:wrist", "sound:room"], ["sound:room"]]
    assert segments[0].span.end_s == pytest.approx(30.0, abs=1.3)


def test_samples_that_no_model_can_use_are_unusable_and_not_no_data() -> None:
    wrist = stream("wrist", 30.0)
    silent = track(wrist, ["walking"])
    unusable = Track(
        silent.name, silent.labels, silent.windows, silent.log_probabilities, np.zeros(len(silent.windows), dtype=bool)
    )
    assert [s.kind for s in segment(recording(wrist), [unusable], SETTINGS)] == ["unusable"]
    assert [s.kind for s in segment(recording(wrist), [], SETTINGS)] == ["unusable"]
    assert segment(recording(), [], SETTINGS) == []


def test_streams_that_start_apart_leave_a_hole_between_them() -> None:
    first, later = stream("a", 10.0), stream("b", 10.0, start_s=30.0)
    assert uncovered(recording(first, later), 2.0) == [Span(10.0, 30.0)]


def test_the_grid_tiles_its_span_with_cells_at_window_centres() -> None:
    grid = grid_over(Span(3.0, 23.0), 2.56, 1.28)
    windows = sliding("r", Span(3.0, 23.0), 2.56, 1.28)
    assert grid.edges_s[0] == 3.0 and grid.edges_s[-1] == 23.0
    np.testing.assert_allclose(grid.centres_s, [(w.start_s + w.end_s) / 2 for w in windows])
    assert ((grid.edges_s[:-1] < grid.centres_s) & (grid.centres_s < grid.edges_s[1:])).all()


def test_the_change_point_is_where_the_posture_turns() -> None:
    rng = np.random.default_rng(0)
    samples = rng.normal(scale=0.1, size=(3, 500)).astype(np.float32)
    samples[0, :230] += 9.81
    samples[2, 230:] += 9.81
    wrist = Stream("wrist", "motion", ("acc_x", "acc_y", "acc_z"), ("m/s²",) * 3, 50.0, samples)
    times, features = motion_features(wrist, 2.0, 8.0)
    found = change_point(features)
    assert found is not None and times[found] == pytest.approx(4.6, abs=0.1)


def test_too_few_rows_have_no_change_point() -> None:
    assert change_point(np.zeros((4, 2))) is None
