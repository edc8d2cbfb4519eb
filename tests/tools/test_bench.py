"""The bench, windows pooled over spans, `classify_motion`, and recomputation of everything on real recordings."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from models.motion import MotionClassifier
from recordings import Span, Stream, UserError, Window
from recordings.datasets import open_dataset_recording
from tests.tools.gait_signal import recording_of, rest, stream_of, walk
from tools import (
    Bench,
    Evidence,
    NotRecomputable,
    Perception,
    caption_trend,
    classify_motion,
    describe_statistics,
    detect_events,
    measure,
    recompute,
)
from tools.method import method, parameters


@pytest.fixture(scope="module")
def motion() -> MotionClassifier:
    return MotionClassifier.dummy()


def perception(probabilities: list[list[float]], usable: list[bool] | None = None) -> Perception:
    n = len(probabilities)
    return Perception(
        stream="hip",
        windows=tuple(Window("made", i * 1.28, i * 1.28 + 2.56) for i in range(n)),
        labels=("walking", "sitting"),
        probabilities=np.array(probabilities, dtype=np.float32),
        embeddings=np.zeros((n, 2), dtype=np.float32),
        usable=np.array([True] * n if usable is None else usable),
        revision="r",
    )


def test_a_span_is_the_windows_whose_centre_it_holds() -> None:
    seen = perception([[0.9, 0.1]] * 4, [True, True, False, True])
    assert seen.rows_in(Span(0, 10)).tolist() == [0, 1, 3]
    assert seen.rows_in(Span(1.28, 2.56)).tolist() == [0]
    assert seen.rows_in(Span(1.5, 1.6)).tolist() == [
        0
    ]  # holds no centre: the window that overlaps it most, the earlier
    assert seen.rows_in(Span(4.0, 4.1)).tolist() == [3]  # window 2 is not usable
    assert seen.rows_in(Span(50, 60)).tolist() == []


def test_pooling_is_the_renormalised_geometric_mean() -> None:
    pooled = perception([[0.9, 0.1], [0.4, 0.6]]).pooled(Span(0, 10))
    expected = np.sqrt([0.9 * 0.4, 0.1 * 0.6])
    assert pooled is not None
    np.testing.assert_allclose(pooled, expected / expected.sum(), rtol=1e-6)
    assert perception([[0.9, 0.1]], [False]).pooled(Span(0, 10)) is None


def test_perception_is_computed_once_and_forgotten(motion: MotionClassifier) -> None:
    calls = []

    class Counting:
        name, revision, licence = "counting", "r", "none"

        def predict(self, stream: Stream, spans: list[Span], *, position: str | None = None) -> object:
            calls.append(position)
            return motion.predict(stream, spans, position=position)

    bench = Bench(motion=Counting())  # type: ignore[arg-type]
    bench.add(recording_of(stream_of(walk(20, 50, 2.0))))
    threads = [Thread(target=bench.motion_perception, args=("made",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    bench.add(recording_of(stream_of(walk(10, 50, 2.0))))
    again = bench.motion_perception("made")
    assert len(calls) == 2 and again is not None and len(again.windows) == 6


def test_every_device_is_perceived(motion: MotionClassifier) -> None:
    phone = dataclasses.replace(stream_of(walk(10, 50, 2.0)), name="phone")
    watch = dataclasses.replace(stream_of(rest(10, 50)), name="watch", position="wrist")
    bench = Bench(motion=motion)
    bench.add(recording_of(phone, watch))
    assert [p.stream for p in bench.motion_perceptions("made")] == ["phone", "watch"]
    chosen = bench.motion_perception("made", "watch")
    assert chosen is not None and chosen.labels == motion.labels_for("wrist")
    assert {e.stream for e in classify_motion(bench, "made", [Span(0, 5)])} == {"phone", "watch"}


def test_no_model_no_stream_no_recording(motion: MotionClassifier) -> None:
    recording = recording_of(stream_of(rest(10, 50)))
    bench = Bench()
    bench.add(recording)
    assert bench.motion_perception("made") is None and classify_motion(bench, "made", [Span(0, 5)]) == []
    assert bench.sound_perception("made") is None
    with pytest.raises(UserError, match="open the recording first"):
        bench.motion_perception("other")
    gap = rest(30, 50)
    gap[:, 500:1000] = np.nan
    bench = Bench(motion=motion)
    bench.add(recording_of(stream_of(gap)))
    assert classify_motion(bench, "made", [Span(12, 18)]) == []


def test_method_lines_give_their_parameters_back() -> None:
    line = method("a name", k=5, subject="x; y=1 %25 é", noise=0.125, none=None, no=False)
    assert line.startswith("a name; k=5; ")
    assert parameters(line) == {"k": "5", "subject": "x; y=1 %25 é", "noise": "0.125"}


@pytest.mark.parametrize(
    "source", ["hapt:exp04", "usc_had:s13/a4/t2", "motionsense:s1/t1", "wisdm:1631/watch/folding_clothes"]
)
def test_everything_found_on_real_recordings_is_found_again(
    data_dir: Path, motion: MotionClassifier, source: str
) -> None:
    recording = open_dataset_recording(source, data_dir)
    bench, fresh = Bench(motion=motion), Bench(motion=motion)
    bench.add(recording)
    fresh.add(recording)
    identity, end_s = recording.id, recording.duration_s
    # Not on the sample grid, not on the millisecond: what a change-point detector gives.
    spans = [Span(0.0, end_s), Span(3.3333333, 12.7654321), Span(end_s / 3, end_s / 3 + 7.0005)]
    found: list[Evidence] = classify_motion(bench, identity, spans)
    for span in spans:
        found += describe_statistics(bench, identity, span)
        found += detect_events(bench, identity, span)
        found += caption_trend(bench, identity, span, ["acc_x", "gyro_magnitude"])
        found += caption_trend(bench, identity, span, ["acc_y"], noise=1 / 3)
        found += caption_trend(bench, identity, Span(span.start_s, span.start_s + 3), ["acc_z"], readable=False)
        found += [
            measure(bench, identity, quantity, channel, span)
            for quantity, channel in (
                ("percentile_33.3333333", "acc_z"),
                ("time_above_9.81", "acc_magnitude"),
                ("energy", "gyro_x"),
                ("dominant_frequency", "acc_magnitude"),
                ("step_count", None),
                ("still_s", None),
                ("duration_s", None),
            )
        ]
    assert {e.tool for e in found} == {
        "classify_motion",
        "describe_statistics",
        "detect_events",
        "caption_trend",
        "measure",
    }
    for e in found:
        assert recompute(fresh, e) == e


def test_made_up_evidence_is_not_found_again(motion: MotionClassifier) -> None:
    bench = Bench(motion=motion)
    bench.add(recording_of(stream_of(walk(20, 50, 2.0))))
    (true,) = [e for e in describe_statistics(bench, "made", Span(0, 10), ["acc_z"]) if e.quantity == "mean"]
    lie = dataclasses.replace(true, value=float(true.value) + 1)
    assert recompute(bench, lie).value == true.value != lie.value
    for field, value in (
        ("quantity", "mode"),
        ("recording_id", "other"),
        ("tool", "guess"),
        ("unit", "g"),
        ("start_s", 500.0),
    ):
        with pytest.raises(NotRecomputable):
            recompute(bench, dataclasses.replace(true, **{field: value}))
