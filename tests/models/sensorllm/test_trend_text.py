"""A trend text gives its facts back, whatever the samples and the wording."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sensorllm.data import phrases
from models.sensorllm.data.answer import draw_style, trend_answer
from models.sensorllm.data.channels import spoken_channel
from models.sensorllm.data.facts import CountRule, trend_facts
from models.sensorllm.data.parsing import TrendParseError, parse_trend_answer, read_trend_answer
from models.sensorllm.data.words import from_words, in_words, with_articles

RATES = (20.0, 50.0, 100.0, 31.25, 250.0)
series = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 2.0]), min_size=2, max_size=60).map(np.array)
channels = st.sampled_from([spoken_channel("acc_x"), spoken_channel("gyro_z", "left_ankle"), "heart rate"])


@settings(max_examples=300, deadline=None)
@given(series, st.sampled_from(RATES), channels, st.integers(0, 2**32 - 1), st.sampled_from(["segments", "changes"]))
def test_what_is_written_is_read_back(x: np.ndarray, rate_hz: float, sensor: str, seed: int, count: CountRule) -> None:
    facts = trend_facts(x, rate_hz, sensor, count)
    text = trend_answer(facts, draw_style(np.random.default_rng(seed)))
    assert parse_trend_answer(text) == facts
    read = read_trend_answer(text)
    assert (read.segments, read.counts, read.overall) == (facts.segments, dict(facts.counts), facts.overall)
    assert (read.kinds, read.changes, read.total_s) == (facts.kinds, facts.changes, dict(facts.total_s))


@pytest.mark.parametrize("x", [[1, 2, 3], [1, 2, 2, 1, 1, 3], [1, 1, 1], [3, 1, 2]])
def test_every_template_is_read_back(x: list[float]) -> None:
    facts = trend_facts(np.array(x, dtype=np.float32), 50.0, "y-axis gyroscope")
    style = draw_style(np.random.default_rng(0))
    families = {
        "line": phrases.LINES,
        "count_line": phrases.COUNT_LINES,
        "context": phrases.CONTEXT,
        "kinds": phrases.KINDS,
        "single": phrases.SINGLE,
        "first_total": phrases.FIRST_TOTAL,
        "overall": phrases.OVERALL,
    }
    for field, family in families.items():
        for template in family.templates:
            text = trend_answer(facts, dataclasses.replace(style, **{field: template}))
            assert parse_trend_answer(text) == facts, text
    for template in phrases.OTHER_TOTAL.templates:
        for connective in phrases.CONNECTIVES:
            varied = dataclasses.replace(style, other_totals=(template,) * 2, connectives=(connective,) * 2)
            assert parse_trend_answer(trend_answer(facts, varied)) == facts


def test_the_rule_merges_and_times_as_the_method_does() -> None:
    facts = trend_facts(np.array([1.0, 1.0, 2.0, 3.0, 2.0]), 50.0, "x-axis accelerometer")
    assert [(s.start_s, s.end_s, s.trend) for s in facts.segments] == [
        (0.0, 0.02, "steady"),
        (0.02, 0.06, "rising"),
        (0.06, 0.08, "falling"),
    ]
    assert (facts.kinds, facts.changes, facts.overall) == (3, 3, "rising")
    assert trend_facts(np.array([1.0, 2.0, 1.0]), 50.0, "s", "changes").changes == 1
    assert trend_facts(np.arange(32.0), 50.0, "s").end_s == 0.62


def test_variety_is_at_least_the_papers() -> None:
    sizes = [len(f) for f in (phrases.LINES, phrases.COUNT_LINES, phrases.CONTEXT, phrases.KINDS, phrases.SINGLE)]
    assert sizes >= [6, 6, 41, 33, 32]
    assert (len(phrases.FIRST_TOTAL), len(phrases.OTHER_TOTAL), len(phrases.CONNECTIVES)) >= (28, 21, 6)
    assert len(phrases.OVERALL) >= 25


@given(st.integers(0, 999_999))
def test_numbers_in_words(number: int) -> None:
    assert from_words(in_words(number)) == number == from_words(str(number))


@pytest.mark.parametrize("text", ["forty two", "one thousand thousand", "hundred", "", "ten five", "²"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError):
        from_words(text)


def test_articles() -> None:
    assert with_articles("a upward and an steady trend of a x-axis, a 8 and an 7") == (
        "an upward and a steady trend of an x-axis, an 8 and a 7"
    )


@pytest.mark.parametrize("spoil", ["drop the blank line", "cut the summary", "another word", "wrong end"])
def test_a_spoilt_answer_is_refused(spoil: str) -> None:
    facts = trend_facts(np.array([1.0, 2.0, 1.0]), 50.0, "x-axis accelerometer")
    text = trend_answer(facts, draw_style(np.random.default_rng(3)))
    lines, _, tail = text.partition("\n\n")
    spoilt = {
        "drop the blank line": text.replace("\n\n", "\n"),
        "cut the summary": text[:-20],
        "another word": text.replace(draw_style(np.random.default_rng(3)).pair[0], "wobbly"),
        "wrong end": f"{lines}\n\n{tail.replace('0.04', '0.06')}",
    }[spoil]
    with pytest.raises(TrendParseError):
        parse_trend_answer(spoilt)
