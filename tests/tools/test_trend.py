"""The SensorLLM trend rule to the letter, its text and the way back, and the readable variant."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.trend import TrendSegment, exact_segments, parse_trend, summary, trend_text
from tools.trend_readable import noise_threshold, readable_trend

floats = st.floats(-50, 50, width=32)
rates = st.sampled_from([5.0, 20.0, 50.0, 100.0, 33.3, 1000.0])


def test_the_rule_on_a_hand_written_channel() -> None:
    values = np.array([1.0, 1.0, 2.0, 3.0, 2.0, 2.0, 2.0])
    segments = exact_segments(values, 50.0)
    assert segments == (
        TrendSegment(0.0, 0.02, "steady"),
        TrendSegment(0.02, 0.06, "rising"),
        TrendSegment(0.06, 0.08, "falling"),
        TrendSegment(0.08, 0.12, "steady"),
    )
    facts = summary(segments, values)
    assert (facts.trend_num, facts.change_num, facts.overall) == (3, 4, "rising")
    assert facts.total_s == {"rising": 0.04, "falling": 0.02, "steady": 0.06}
    text = trend_text(segments, facts, "acc_x")
    assert text.splitlines()[0] == "0.0 s to 0.02 s: steady"
    assert "falling for 0.02 s, rising for 0.04 s, steady for 0.06 s" in text


def test_thirty_two_samples_at_50_hz_end_at_0_62_s() -> None:
    segments = exact_segments(np.arange(32.0), 50.0)
    assert segments == (TrendSegment(0.0, 0.62, "rising"),)
    assert "Overall" not in trend_text(segments, summary(segments, np.arange(32.0)), "acc_x")


def test_no_threshold_at_all() -> None:
    values = np.array([1.0, np.nextafter(1.0, 2.0), 1.0])
    assert [s.trend for s in exact_segments(values, 1.0)] == ["rising", "falling"]


@settings(max_examples=200, deadline=None)
@given(st.lists(floats, min_size=2, max_size=120), rates)
def test_the_exact_rule_against_a_literal_reading(values: list[float], rate_hz: float) -> None:
    """One interval at a time, as the notebook does it."""
    expected: list[TrendSegment] = []
    for i in range(len(values) - 1):
        a, b = values[i], values[i + 1]
        trend = "steady" if a == b else "rising" if b > a else "falling"
        start, end = round(i / rate_hz, 2), round((i + 1) / rate_hz, 2)
        if expected and expected[-1].trend == trend:
            expected[-1] = TrendSegment(expected[-1].start_s, end, expected[-1].trend)
        else:
            expected.append(TrendSegment(start, end, trend))  # type: ignore[arg-type]
    x = np.array(values)
    segments = exact_segments(x, rate_hz)
    assert segments == tuple(expected)
    facts = summary(segments, x)
    assert facts.change_num == len(expected)
    assert parse_trend(trend_text(segments, facts, "acc_x")) == segments


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(floats, st.just(float("nan"))), max_size=200),
    rates,
    st.floats(0, 1e5),
    st.none() | st.floats(0, 20),
)
def test_text_gives_the_segments_back_in_both_variants(
    values: list[float], rate_hz: float, offset_s: float, noise: float | None
) -> None:
    x = np.array(values, dtype=np.float64)
    for segments, tolerance in (
        (exact_segments(x, rate_hz, offset_s), 0.0),
        ((found := readable_trend(x, rate_hz, offset_s, noise)).segments, found.threshold),
    ):
        facts = summary(segments, x, tolerance)
        assert parse_trend(trend_text(segments, facts, "gyro_z", "changes up to 0.1 rad/s count as noise")) == segments
        assert facts.trend_num == len({s.trend for s in segments})


def test_a_gap_belongs_to_no_segment() -> None:
    values = np.array([0.0, 1.0, np.nan, np.nan, 5.0, 4.0])
    assert exact_segments(values, 1.0) == (TrendSegment(0.0, 1.0, "rising"), TrendSegment(4.0, 5.0, "falling"))


def test_readable_finds_the_shape_under_noise() -> None:
    rng = np.random.default_rng(3)
    shape = np.concatenate([np.zeros(200), np.linspace(0, 8, 200), np.full(200, 8.0), np.linspace(8, 2, 150)])
    found = readable_trend(shape + rng.normal(0, 0.1, len(shape)), 50.0, 10.0)
    assert [s.trend for s in found.segments] == ["steady", "rising", "steady", "falling"]
    for got, true in zip([s.end_s for s in found.segments[:3]], [14.0, 18.0, 22.0], strict=True):
        assert abs(got - true) < 0.4
    assert found.block == 1
    assert found.estimate <= found.threshold <= 2 * found.estimate


def test_the_noise_estimate_is_four_standard_deviations() -> None:
    noise = np.random.default_rng(0).normal(0, 0.25, 20_000)
    assert abs(noise_threshold(noise) - 1.0) < 0.04
    assert {s.trend for s in readable_trend(noise[:500], 50.0, noise=2.0).segments} == {"steady"}


def test_readable_stays_short_and_says_how() -> None:
    t = np.arange(6000) / 50
    found = readable_trend(10 * np.sin(2 * np.pi * 1.8 * t), 50.0)
    assert len(found.segments) <= 12
    assert found.block == 2
    assert found.threshold >= found.estimate
