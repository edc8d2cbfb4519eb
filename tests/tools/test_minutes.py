"""Raw wear as minutes: every feature against a plain computation, and nothing where nothing was measured."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from models.sensorlm.captions import DAY, DAY_FEATURES, day_caption, unsupported
from recordings import Recording, Span, Stream, UserError
from tests.tools.gait_signal import walk
from tools.minutes import MEANING, day_logs, minute_day, motion_features

RATE = 25.0


def a_recording(minutes: int = 6, start: datetime | None = None, heart: bool = True) -> Recording:
    rng = np.random.default_rng(0)
    n = round(minutes * 60 * RATE)
    acc = rng.normal(scale=0.05, size=(3, n)).astype(np.float32)
    acc[2] += 9.81
    acc[:, round(60 * RATE) : round(110 * RATE)] = np.nan
    streams = [Stream("watch", "motion", ("acc_x", "acc_y", "acc_z"), ("m/s²",) * 3, RATE, acc, position="wrist", gaps=(Span(60, 110),))]  # fmt: skip
    if heart:
        beats = np.linspace(60, 90, minutes * 60, dtype=np.float32)[None]
        streams.append(Stream("heart", "other", ("heart_rate",), ("",), 1.0, beats))
    return Recording("made", "made.csv", "0" * 64, tuple(streams), start=start)


def test_minutes_of_a_recording():
    day = minute_day(a_recording())
    assert day.values.shape == (1440, 26) and day.first_minute == 0
    heart = day.column("HR")
    assert heart[0] == pytest.approx(np.linspace(60, 90, 360, dtype=np.float32)[:60].mean(), abs=1e-4)
    assert np.isfinite(heart[:6]).all() and np.isnan(heart[6:]).all()
    # The second minute is mostly a gap.
    assert np.isnan(day.column("jerk_auto")[1]) and np.isfinite(day.column("jerk_auto")[[0, 2, 5]]).all()
    assert day.missing[:, DAY_FEATURES.index("sleep_coefficient")].all()
    assert day.sources["HR"] == "heart: heart_rate" and set(day.sources) <= set(MEANING)
    assert day.column("steps")[0] == 0


def test_steps_are_those_of_the_gait_tool():
    from tests.tools.gait_signal import recording_of, stream_of
    from tools.gait import find_gait

    stream = stream_of(walk(90, 50, 2.0))
    day = minute_day(recording_of(stream))
    steps = find_gait(stream).times_s
    assert day.column("steps")[0] == ((steps >= 0) & (steps < 60)).sum() > 90
    assert day.activity_counts[0] > 0


def test_a_known_start_puts_minutes_on_the_clock():
    day = minute_day(a_recording(start=datetime(2024, 5, 1, 23, 57)))
    assert day.first_minute == 23 * 60 + 57 and np.isfinite(day.column("HR")[1437:]).all()
    after = minute_day(a_recording(start=datetime(2024, 5, 1, 23, 57)), day=1)
    assert np.isfinite(after.column("HR")[:3]).all() and np.isnan(after.column("HR")[3:]).all()
    with pytest.raises(UserError, match="day 2"):
        minute_day(a_recording(start=datetime(2024, 5, 1, 23, 57)), day=2)


def test_motion_features_by_hand():
    rng = np.random.default_rng(1)
    acc = rng.normal(size=(3, 1500)) + np.array([[0], [0], [9.8]])
    found = motion_features(acc, 25.0)
    size = np.linalg.norm(acc, axis=0)
    c = size - size.mean()
    assert found["kurtosis"] == pytest.approx((c**4).mean() / (c**2).mean() ** 2)
    assert found["axis_mean"] == pytest.approx(acc.mean())
    crossings = [sum(a * b < 0 for a, b in pairwise(s)) for s in c.reshape(60, 25)]
    assert found["zero_crossing_avg"] == pytest.approx(np.mean(crossings))
    assert found["zero_crossing_std"] == pytest.approx(np.std(crossings))
    assert found["jerk_auto"] == pytest.approx(np.linalg.norm(np.diff(acc, axis=1), axis=0).mean() * 25)


def test_a_day_s_caption_says_only_what_was_measured():
    recording = a_recording(minutes=120, start=datetime(2024, 5, 1, 8, 0))
    day = minute_day(recording)
    logs = day_logs(recording, [("walking", 0.0, 1800.0)])
    caption = day_caption(day.values, DAY_FEATURES, "semantic+structural+statistical", Random(0), missing=day.missing, activities=logs)  # fmt: skip
    assert "heart rate" in caption.text and "skin conductance" not in caption.text
    assert "480" in caption.text and "509" in caption.text
    data = {c: day.values[:, i] for i, c in enumerate(DAY_FEATURES)}
    assert unsupported(caption, data, decimals=DAY.decimals) == []


def test_nothing_measured_is_a_mistake_with_a_cure():
    sound = Stream("mic", "audio", ("sound",), ("",), 8000.0, np.zeros((1, 8000), np.float32))
    with pytest.raises(UserError, match="heart rate"):
        minute_day(Recording("s", "s.wav", "0", (sound,)))
