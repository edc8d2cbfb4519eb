"""Texts beyond trends: what they state is in the samples, and they are read back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sensorllm.data import correlation, frequency, periodicity
from models.sensorllm.data.answer import draw_style
from models.sensorllm.data.merged import TOLERANCE, merged_answer, merged_facts, parse_merged_answer
from models.sensorllm.data.parsing import TrendParseError

values = st.lists(st.floats(-20, 20, width=32), min_size=16, max_size=80).map(np.array)
seeds = st.integers(0, 2**32 - 1)
RATES = st.sampled_from([20.0, 50.0, 100.0])


@settings(max_examples=100, deadline=None)
@given(values, RATES, seeds)
def test_frequency_and_periodicity_are_read_back(x: np.ndarray, rate_hz: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    swing = frequency.frequency_facts(x, rate_hz)
    assert frequency.parse_frequency(frequency.frequency_answer(swing, rng)) == swing
    rhythm = periodicity.periodicity_facts(x, rate_hz)
    assert periodicity.parse_periodicity(periodicity.periodicity_answer(rhythm, rng)) == rhythm


@settings(max_examples=100, deadline=None)
@given(values, seeds)
def test_correlation_is_read_back(x: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    facts = correlation.correlation_facts(x, x[::-1], "x-axis accelerometer", "left ankle z-axis gyroscope")
    assert correlation.parse_correlation(correlation.correlation_answer(facts, rng)) == facts


@settings(max_examples=60, deadline=None)
@given(values, RATES, seeds, st.sampled_from([0.25, 0.5, 1.0]))
def test_merged_trends_tile_and_are_read_back(x: np.ndarray, rate_hz: float, seed: int, tolerance: float) -> None:
    rng = np.random.default_rng(seed)
    facts = merged_facts(x, rate_hz, "y-axis gyroscope", tolerance)
    segments = facts.trend.segments
    assert segments[0].start_s == 0.0 and segments[-1].end_s == round((len(x) - 1) / rate_hz, 2)
    assert all(a.end_s == b.start_s and a.trend != b.trend for a, b in pairwise(segments))
    assert parse_merged_answer(merged_answer(facts, draw_style(rng), rng)) == facts


def test_every_template_is_read_back() -> None:
    rng = np.random.default_rng(0)
    rendered = {"hz": "2.50", "percent": "80", "count": "11", "seconds": "0.40", "value": "0.91"}
    rendered |= {"sensor": "x-axis accelerometer", "other": "y-axis gyroscope", "band": "a strong"}
    peaks = [t.render(rendered) for t in (*frequency.PEAK.templates, *frequency.FLAT.templates)]
    for text in peaks:
        for crossing in frequency.CROSSINGS.templates:
            frequency.parse_frequency(f"{text} {crossing.render(rendered)}")
    for first in periodicity.PERIOD.templates:
        for second in periodicity.CYCLES.templates:
            text = f"{first.render(rendered)} {second.render(rendered)}"
            assert periodicity.parse_periodicity(text) == periodicity.PeriodicityFacts(0.4, 0.91, 11)
    for none in periodicity.NO_PERIOD.templates:
        assert periodicity.parse_periodicity(none.render({})) == periodicity.NONE
    for first in correlation.RELATION.templates:
        for second in correlation.STRENGTH.templates:
            found = correlation.parse_correlation(f"{first.render(rendered)} {second.render(rendered)}")
            assert found == correlation.CorrelationFacts("x-axis accelerometer", "y-axis gyroscope", 0.91, "a strong")
    facts = merged_facts(np.arange(40.0), 50.0, "y-axis gyroscope")
    body = merged_answer(facts, draw_style(rng), rng)
    last = next(t for t in TOLERANCE.templates if body.endswith(t.render({"value": "0.5"}))).render({"value": "0.5"})
    for template in TOLERANCE.templates:
        assert parse_merged_answer(body.removesuffix(last) + template.render({"value": "0.5"})) == facts


def test_a_known_swing_is_told() -> None:
    time_s = np.arange(200) / 100
    x = np.sin(2 * np.pi * 2 * time_s + 0.3)
    swing = frequency.frequency_facts(x, 100.0)
    assert (swing.dominant_hz, swing.power_percent, swing.mean_crossings) == (2.0, 100, 8)
    rhythm = periodicity.periodicity_facts(x, 100.0)
    assert (rhythm.period_s, rhythm.strength, rhythm.cycles) == (0.5, 1.0, 3)
    assert correlation.correlation_facts(x, -x, "a", "b") == correlation.CorrelationFacts("a", "b", -1.0, "a strong")
    assert frequency.frequency_facts(np.ones(20), 100.0).dominant_hz is None
    assert periodicity.periodicity_facts(np.ones(20), 100.0) == periodicity.NONE


def test_merging_follows_the_shape_and_not_the_noise() -> None:
    rng = np.random.default_rng(5)
    shape = np.concatenate([np.zeros(100), np.linspace(0, 10, 100), np.full(100, 10.0), np.linspace(10, 2, 100)])
    facts = merged_facts(shape + rng.normal(scale=0.2, size=400), 100.0, "x-axis accelerometer")
    assert [s.trend for s in facts.trend.segments] == ["steady", "rising", "steady", "falling"]
    assert [s.start_s for s in facts.trend.segments] == pytest.approx([0.0, 1.0, 2.0, 3.0], abs=0.15)
    assert facts.trend.overall == "rising"


@pytest.mark.parametrize("text", ["", "The values follow no rhythm", "It swings."])
def test_other_texts_are_refused(text: str) -> None:
    for parse in (frequency.parse_frequency, periodicity.parse_periodicity, correlation.parse_correlation):
        with pytest.raises(ValueError):
            parse(text)
    with pytest.raises(TrendParseError):
        parse_merged_answer(text)


def test_too_short_or_missing_samples_are_refused() -> None:
    gap = np.array([1.0] * 20 + [np.nan])
    for x in (np.arange(3.0), gap):
        with pytest.raises(ValueError):
            frequency.frequency_facts(x, 50.0)
        with pytest.raises(ValueError):
            periodicity.periodicity_facts(x, 50.0)
        with pytest.raises(ValueError):
            correlation.correlation_facts(x, x, "a", "b")
    with pytest.raises(ValueError):
        merged_facts(gap, 50.0, "a")
