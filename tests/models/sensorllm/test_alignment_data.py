"""Segments, windows and samples: who they are of, where they may lie, and that a seed decides everything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sensorllm.data import (
    KINDS,
    MOTION_SETS,
    PARTS,
    AlignmentCorpus,
    AlignmentOptions,
    activity_question,
    alignment_samples,
    channel_tokens,
    labelled_runs,
    parse_statistics,
    parse_trend_answer,
    random_partition,
    random_partitions,
    regular_windows,
    split_of,
    split_recordings,
    spoken_channel,
    statistics_text,
    window_samples,
    window_text,
)
from models.sensorllm.data.questions import ACTIVITY_QUESTIONS, MERGED_QUESTIONS, TREND_QUESTIONS
from models.sensorllm.data.statistics import plain_decimal
from recordings import ACCELERATION, ROTATION, Annotation, Recording, Stream
from recordings.datasets import HELD_OUT_SUBJECTS


def recording(samples: np.ndarray, *notes: Annotation, rate_hz: float = 50.0, name: str = "made") -> Recording:
    stream = Stream(
        "waist", "motion", ACCELERATION + ROTATION, ("m/s²",) * 3 + ("rad/s",) * 3, rate_hz, samples, position="waist"
    )
    return Recording(name, name, "", (stream,), subject="1", dataset="hapt", annotations=notes)


def noise(length: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(6, length)).astype(np.float32)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 700), st.integers(2, 30), st.integers(0, 120), st.integers(0, 2**32 - 1))
def test_a_partition_tiles_within_its_bounds(length: int, shortest: int, more: int, seed: int) -> None:
    longest = shortest + more
    pieces = random_partition(length, shortest, longest, np.random.default_rng(seed))
    assert all(shortest <= b - a <= longest for a, b in pieces)
    assert [a for a, _ in pieces] == [0, *(b for _, b in pieces[:-1])][: len(pieces)]
    covered = pieces[-1][1] if pieces else 0
    assert length - covered < shortest
    if length >= shortest and longest >= 2 * shortest - 1:
        assert covered == length


def test_a_redrawn_remainder_is_a_uniform_draw_among_what_fits() -> None:
    # Of 11 samples with pieces of 4 to 9: first 4, 5, 6, 7 leave enough; 8, 9 and 10 would leave less than 4.
    drawn = [random_partition(11, 4, 9, np.random.default_rng(seed))[0][1] for seed in range(4000)]
    shares = {size: drawn.count(size) / 4000 for size in range(1, 12)}
    assert {size for size, share in shares.items() if share} == {4, 5, 6, 7}
    assert all(shares[size] == pytest.approx(0.25, abs=0.03) for size in (4, 5, 6, 7))


def test_two_partitions_hold_no_segment_twice() -> None:
    rng = np.random.default_rng(0)
    assert random_partitions(10, 10, 20, 2, rng) == [(0, 10)]
    pieces = random_partitions(500, 5, 50, 2, rng)
    assert len(pieces) == len(set(pieces)) and pieces == sorted(pieces)


@given(st.integers(0, 500), st.integers(1, 60), st.integers(1, 60))
def test_windows_with_their_tail(length: int, window: int, stride: int) -> None:
    pieces = regular_windows(length, window, stride)
    plain = regular_windows(length, window, stride, tail=False)
    assert pieces[: len(plain)] == plain and len(pieces) - len(plain) in (0, 1)
    assert all(b - a == window and a >= 0 and b <= length for a, b in pieces)
    assert (pieces[-1][1] == length) if length >= window else not pieces


@pytest.mark.parametrize("bounds", [(1, 5), (6, 5), (0, 0)])
def test_impossible_bounds(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError):
        random_partition(10, *bounds, np.random.default_rng(0))


def test_no_segment_crosses_a_label_or_a_gap() -> None:
    samples = noise(400)
    samples[2, 150:160] = np.nan
    notes = (Annotation(0.0, 2.0, "walking"), Annotation(2.0, 5.0, "sitting"), Annotation(6.0, 8.0, "walking"))
    made = recording(samples, *notes)
    runs = labelled_runs(made)
    assert [(r.start, r.end, r.label) for r in runs] == [
        (0, 100, "walking"),
        (100, 150, "sitting"),
        (160, 250, "sitting"),
        (300, 400, "walking"),
    ]
    for sample in alignment_samples([made], AlignmentOptions(longest=40)):
        assert any(r.start <= sample.start and sample.end <= r.end for r in runs)
        assert np.isfinite(sample.series).all() and len(sample.series) == sample.end - sample.start


def test_a_seed_decides_everything_and_a_sample_depends_on_no_other() -> None:
    made = [recording(noise(120, i), Annotation(0.0, 2.4, "walking"), name=f"made{i}") for i in range(2)]
    options = AlignmentOptions(seed=3, longest=60, kinds=KINDS)
    both = list(alignment_samples(made, options))
    corpus = AlignmentCorpus(made, options)
    assert len(corpus) == len(both)
    assert [(s.id, s.question, s.answer) for s in corpus] == [(s.id, s.question, s.answer) for s in both]
    alone = list(alignment_samples(made[1:], options))
    assert [(s.id, s.answer) for s in alone] == [(s.id, s.answer) for s in both if s.recording_id == "made1"]
    other = list(alignment_samples(made, AlignmentOptions(seed=4, longest=60)))
    assert {s.answer for s in other} != {s.answer for s in both}
    assert {s.kind for s in both} == set(KINDS)
    assert all((s.other is not None) == (s.kind == "correlation") for s in both)


def test_a_share_keeps_about_that_many_of_the_same_samples() -> None:
    made = [recording(noise(1500), Annotation(0.0, 30.0, "walking"))]
    whole = {s.id: s.answer for s in AlignmentCorpus(made, AlignmentOptions(longest=20))}
    part = {s.id: s.answer for s in AlignmentCorpus(made, AlignmentOptions(longest=20, share=0.3))}
    assert part.items() <= whole.items()
    assert len(part) == pytest.approx(0.3 * len(whole), rel=0.2)
    lengths = AlignmentCorpus(made, AlignmentOptions(longest=20)).lengths()
    assert lengths.min() >= 5 and lengths.max() <= 20


def test_statistics_are_read_back_without_exponents_or_trailing_zeros() -> None:
    series = np.array([[0.5, 1.5], [1e-9, 1e-9], [-9.80665, -9.80665]])
    text = statistics_text(series, ("acc_x", "acc_y", "gyro_z"))
    assert text.splitlines() == [
        "x-axis accelerometer: Mean=1, StdDev=0.5",
        "y-axis accelerometer: Mean=0, StdDev=0",
        "z-axis gyroscope: Mean=-9.80665, StdDev=0",
    ]
    assert parse_statistics(text)[0] == ("x-axis accelerometer", 1.0, 0.5)
    assert "Variance=0.25" in statistics_text(series, ("acc_x", "acc_y", "gyro_z"), "variance")
    assert plain_decimal(-1e-12) == "0" and plain_decimal(123456.5) == "123456.5"
    with pytest.raises(ValueError):
        parse_statistics("x: Mean=1")


def test_names_and_questions() -> None:
    assert spoken_channel("gyro_y", "left_ankle") == "left ankle y-axis gyroscope"
    assert spoken_channel("acc_x", normalized=True) == "normalized x-axis accelerometer"
    assert channel_tokens("acc_x") == ("<acc_x_start>", "<acc_x_end>")
    assert (len(TREND_QUESTIONS), len(ACTIVITY_QUESTIONS), len(MERGED_QUESTIONS)) >= (33, 55, 12)
    asked = {activity_question(6, np.random.default_rng(seed)) for seed in range(3000)}
    assert len(asked) > 400 and all(("6" in q) != ("six" in q) for q in asked)


def test_windows_hold_what_their_statistics_say() -> None:
    made = recording(noise(400), Annotation(0.0, 8.0, "walking"))
    found = list(window_samples([made]))
    assert [(w.start, w.series.shape, w.label) for w in found] == [
        (a, (6, 128), "walking") for a in (0, 64, 128, 192, 256, 272)
    ]
    for window in found:
        for (_, mean, spread), row in zip(parse_statistics(window.statistics), window.series, strict=True):
            assert (mean, spread) == pytest.approx((row.mean(), row.std()), abs=1e-5)


def test_text_variants_and_their_combinations() -> None:
    made = recording(noise(200), Annotation(0.0, 4.0, "walking"))
    plain, none, whole = (next(window_samples([made], parts=parts)) for parts in (("statistics",), (), PARTS))
    assert plain.text == plain.statistics == none.statistics and none.text == ""
    assert whole.text.startswith(plain.statistics) and whole.text.endswith("Worn at the waist, 128 samples at 50 Hz.")
    # Six statistics, six trends, fifteen pairs, one line of metadata.
    assert len(whole.text.splitlines()) == 6 + 6 + 15 + 1
    r = np.corrcoef(whole.series[0], whole.series[1])[0, 1]
    assert f"x-axis accelerometer and y-axis accelerometer: {r:.2f} (" in whole.text
    assert "walking" not in whole.text
    with pytest.raises(ValueError):
        window_text(whole.series, whole.channels, 50.0, ["label"])  # type: ignore[list-item]


@pytest.mark.parametrize("name", MOTION_SETS)
def test_real_recordings_of_the_three_splits(name: str, data_dir: Path) -> None:
    people: dict[str, set[str]] = {}
    for split in ("validation", "test"):
        first = next(split_recordings(name, data_dir, {split}))  # type: ignore[arg-type]
        people[split] = {first.subject or ""}
        samples = list(alignment_samples([first], AlignmentOptions(longest=60, share=0.1, partitions=1)))
        assert samples and all(split_of(name, s.subject) == split for s in samples)
        for sample in samples[:40]:
            assert parse_trend_answer(sample.answer) == sample.facts
            assert parse_trend_answer(sample.answer).end_s == round((len(sample.series) - 1) / sample.rate_hz, 2)
    assert people["test"] <= HELD_OUT_SUBJECTS[name] and not people["validation"] & HELD_OUT_SUBJECTS[name]
