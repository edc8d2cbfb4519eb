"""Grid and resampling: what must stay the same, for any rate, length and gap."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings import Span, Stream, resample, resample_step
from recordings.grid import to_grid

RATES = st.sampled_from([10.0, 20.0, 25.0, 31.25, 50.0, 52.0, 64.0, 99.7, 100.0, 128.0])


def stream_of(samples: np.ndarray, rate_hz: float, **changed: object) -> Stream:
    base = Stream(
        "s",
        "motion",
        tuple(f"c{i}" for i in range(len(samples))),
        ("",) * len(samples),
        rate_hz,
        samples.astype(np.float32),
    )
    return dataclasses.replace(base, **changed)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(value=st.floats(-1e3, 1e3, width=32), n=st.integers(1, 700), before=RATES, after=RATES)
def test_a_constant_stays_constant(value: float, n: int, before: float, after: float) -> None:
    new = resample(stream_of(np.full((1, n), value), before), after)
    assert new.rate_hz == after
    assert new.n == pytest.approx(n * after / before, abs=1.0)
    np.testing.assert_allclose(new.samples, value, rtol=1e-4, atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0.02, 0.6), phase=st.floats(0.0, 6.28), before=RATES, after=RATES)
def test_a_sine_below_both_nyquist_frequencies_is_kept(share: float, phase: float, before: float, after: float) -> None:
    frequency = share * min(before, after) / 2
    n = int(20 * before)
    new = resample(stream_of(np.sin(2 * np.pi * frequency * np.arange(n) / before + phase)[None], before), after)
    times = new.times_s()
    inside = (times > 4.0) & (times < 16.0)
    expected = np.sin(2 * np.pi * frequency * times[inside] + phase)
    np.testing.assert_allclose(new.samples[0, inside], expected, atol=0.03)


def test_a_sine_above_the_new_nyquist_frequency_is_gone() -> None:
    times = np.arange(2000) / 100
    new = resample(stream_of(np.sin(2 * np.pi * 17.0 * times)[None], 100.0), 20.0)
    assert np.abs(new.samples[0, 40:-40]).max() < 0.02


@settings(max_examples=60, deadline=None)
@given(a=st.integers(1, 200), length=st.integers(1, 150), before=RATES, after=RATES)
def test_a_gap_stays_a_gap_and_its_sides_stay_whole(a: int, length: int, before: float, after: float) -> None:
    n = 400
    samples = np.stack([np.full(n, 2.0), np.full(n, -3.0)])
    samples[:, a : a + length] = np.nan
    gap = Span(a / before, (a + length) / before)
    new = resample(stream_of(samples, before, gaps=(gap,)), after)
    times = new.times_s()
    missing = np.isnan(new.samples)
    slack = 1.5e-4
    inside = (times >= gap.start_s + slack) & (times < gap.end_s - slack)
    outside = (times < gap.start_s - slack) | ((times >= gap.end_s + slack) & (times < n / before - slack))
    assert missing[:, inside].all()
    assert not missing[:, outside].any()
    np.testing.assert_allclose(new.samples[0, outside], 2.0, rtol=1e-4)
    assert new.gaps == (gap,)


def test_a_channel_may_be_silent_alone() -> None:
    samples = np.ones((2, 300))
    samples[1] = np.nan
    new = resample(stream_of(samples, 50.0), 20.0)
    assert np.isfinite(new.samples[0]).all() and np.isnan(new.samples[1]).all()


def test_the_same_rate_is_the_same_stream_and_nonsense_is_refused() -> None:
    stream = stream_of(np.zeros((1, 10)), 50.0)
    assert resample(stream, 50.0) is stream
    for rate_hz in (0.0, -1.0, float("nan"), float("inf"), 1e-6):
        with pytest.raises(ValueError, match="resampling"):
            resample(stream, rate_hz)
    step = resample_step(stream, resample(stream, 25.0))
    assert (step.step, step.before, step.after) == ("resample", "50 Hz, 10 samples", "25 Hz, 5 samples")


def test_start_and_metadata_stay() -> None:
    stream = stream_of(np.zeros((1, 100)), 50.0, start_s=3.25, position="wrist", gravity="included")
    new = resample(stream, 20.0)
    assert (new.start_s, new.position, new.gravity, new.channels) == (3.25, "wrist", "included", stream.channels)


@settings(max_examples=60, deadline=None)
@given(value=st.floats(-100, 100), rate=RATES, seed=st.integers(0, 1000))
def test_the_grid_keeps_a_constant_under_jitter(value: float, rate: float, seed: int) -> None:
    jitter = np.random.default_rng(seed).uniform(-0.4, 0.4, 300) / rate
    samples, gaps = to_grid(np.arange(300) / rate + jitter, np.full((2, 300), value), rate)
    assert gaps == ()
    np.testing.assert_allclose(samples, value, rtol=1e-5, atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(a=st.integers(2, 200), length=st.integers(6, 80), rate=RATES)
def test_the_grid_keeps_holes_as_gaps(a: int, length: int, rate: float) -> None:
    keep = np.r_[0:a, a + length : 300]
    samples, gaps = to_grid(keep / rate, np.ones((1, len(keep))), rate)
    (gap,) = gaps
    assert gap.start_s == pytest.approx(a / rate, abs=1e-5)
    assert gap.end_s == pytest.approx((a + length) / rate, abs=1e-5)
    assert np.isnan(samples[0, a : a + length]).all()
    assert np.isfinite(np.delete(samples[0], np.arange(a, a + length))).all()


def test_a_line_is_kept_at_irregular_times_and_bursts_are_averaged() -> None:
    rng = np.random.default_rng(0)
    times = np.sort(rng.uniform(0, 20, 2000))
    times = times[np.append(True, np.diff(times) > 1e-6)]
    samples, _ = to_grid(times, (3.0 * times)[None], 20.0)
    grid = times[0] + np.arange(samples.shape[1]) / 20.0
    np.testing.assert_allclose(samples[0, 1:-1], 3.0 * grid[1:-1], atol=0.02)


def test_points_before_the_first_sample_are_missing_but_no_gap() -> None:
    samples, gaps = to_grid(np.arange(50) / 10 + 2.0, np.ones((1, 50)), 10.0, origin_s=0.0)
    assert samples.shape == (1, 70) and gaps == ()
    assert np.isnan(samples[0, :20]).all() and np.isfinite(samples[0, 20:]).all()
