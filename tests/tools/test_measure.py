"""Statistics and exact quantities against direct computation, and what is said when there is nothing to compute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recordings import Span, Stream, UserError
from recordings.datasets import open_dataset_recording
from tests.tools.gait_signal import recording_of, rest, stream_of, walk
from tools import QUANTITIES, Bench, NoData, describe_statistics, measure


@pytest.fixture
def bench() -> Bench:
    found = Bench()
    found.add(recording_of(stream_of(walk(20, 50, 2.0))))
    return found


def test_statistics_are_those_of_the_samples(data_dir: Path) -> None:
    recording = open_dataset_recording("hapt:exp04", data_dir)
    bench = Bench()
    bench.add(recording)
    span = Span(100.0, 112.34)
    samples = recording.streams[0].samples[:, 5000:5617].astype(np.float64)
    rows = dict(zip(recording.streams[0].channels, samples, strict=True))
    rows["acc_magnitude"] = np.linalg.norm(samples[:3], axis=0)
    rows["gyro_magnitude"] = np.linalg.norm(samples[3:], axis=0)
    found = describe_statistics(bench, recording.id, span)
    assert {e.channel for e in found} == set(rows)
    for e in found:
        x = rows[str(e.channel)]
        expected = {
            "mean": x.mean(), "std": x.std(), "min": x.min(), "max": x.max(), "median": np.median(x),
            "rms": np.sqrt(np.mean(x**2)), "range": np.ptp(x),
        }[e.quantity]  # fmt: skip
        assert e.value == pytest.approx(expected, rel=1e-5)
        assert e.unit == ("rad/s" if str(e.channel).startswith("gyro") else "m/s²")


def test_gaps_are_left_out() -> None:
    samples = rest(10, 50)
    samples[:, 100:200] = np.nan
    samples[2, :100], samples[2, 200:] = 1.0, 3.0
    bench = Bench()
    bench.add(recording_of(stream_of(samples, gaps=(Span(2.0, 4.0),))))
    assert measure(bench, "made", "mean", "acc_z", Span(0, 10)).value == 2.5
    assert measure(bench, "made", "sample_count", "acc_z", Span(0, 10)).value == 400
    assert measure(bench, "made", "duration_s", None, Span(0, 10)).value == 8.0
    with pytest.raises(NoData, match="no samples"):
        measure(bench, "made", "mean", "acc_z", Span(2.5, 3.5))
    assert describe_statistics(bench, "made", Span(2.5, 3.5)) == []


def test_every_listed_quantity_is_measurable(bench: Bench) -> None:
    for name, quantity in QUANTITIES.items():
        asked = name if quantity.parameter is None else f"{name}_10"
        found = measure(bench, "made", asked, "acc_z" if quantity.needs == "channel" else None, Span(0, 20))
        assert np.isfinite(float(found.value)) and found.quantity == asked
        if quantity.unit not in ("channel", "channel²·s"):
            assert found.unit == quantity.unit


def test_known_answers(bench: Bench) -> None:
    span = Span(0, 20)
    assert measure(bench, "made", "dominant_frequency", "acc_z", span).value == pytest.approx(2.0, abs=0.1)
    assert measure(bench, "made", "cadence", None, span).value == pytest.approx(120, abs=3)
    x = bench.recording("made").streams[0].select("acc_z")[0].astype(np.float64)
    assert measure(bench, "made", "percentile_90", "acc_z", span).value == pytest.approx(np.percentile(x, 90), rel=1e-5)
    assert measure(bench, "made", "time_above_10", "acc_z", span).value == pytest.approx((x > 10).sum() / 50)
    energy = measure(bench, "made", "energy", "acc_z", span)
    assert energy.value == pytest.approx(x.var() * 20, rel=1e-4) and energy.unit == "(m/s²)²·s"


def test_what_was_not_recorded_is_no_data_and_a_wrong_name_a_mistake(bench: Bench) -> None:
    span = Span(0, 20)
    for channel in ("gyro_x", "sound", "gyro_magnitude", "gravity_z"):
        with pytest.raises(NoData, match="was not recorded"):
            measure(bench, "made", "mean", channel, span)
    for quantity, channel in (
        ("mean", "acc_w"),
        ("mode", "acc_x"),
        ("mean", None),
        ("percentile_101", "acc_x"),
        ("percentile", "acc_x"),
    ):
        with pytest.raises(UserError):
            measure(bench, "made", quantity, channel, span)
    with pytest.raises(UserError):
        measure(bench, "made", "mean", "acc_x", Span(5, 5))
    with pytest.raises(NoData):
        measure(bench, "made", "mean", "acc_x", Span(100, 200))
    with pytest.raises(UserError, match="made"):
        measure(bench, "another", "mean", "acc_x", span)
    with pytest.raises(NoData, match="too few steps"):
        measure(bench, "made", "cadence", None, Span(0, 0.5))


def test_sound_has_statistics_when_asked() -> None:
    tone = np.sin(np.arange(16000) * 0.5, dtype=np.float32)[None]
    bench = Bench()
    bench.add(recording_of(Stream("sound", "audio", ("sound",), ("full scale",), 16000.0, tone)))
    assert measure(bench, "made", "rms", "sound", Span(0, 1)).value == pytest.approx(0.7071, abs=1e-3)
    assert describe_statistics(bench, "made", Span(0, 1)) == []
    with pytest.raises(NoData):
        measure(bench, "made", "step_count", None, Span(0, 1))
