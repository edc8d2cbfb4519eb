"""Whatever is written under the constraint parses and tiles; whatever the exact captioner writes is admitted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sensorllm.data.answer import draw_style, trend_answer
from models.sensorllm.data.constraint import TrendConstraint
from models.sensorllm.data.facts import CountRule, facts_of_segments, trend_facts
from models.sensorllm.data.parsing import parse_trend_answer
from models.sensorllm.data.token_trie import TokenTrie

SENSOR = "x-axis accelerometer"
VOCABULARY = TokenTrie(
    enumerate([*map(chr, range(32, 127)), "\n", " to", " s", ": ", "\n\n", "The ", "0.", "0.0", "ing\n", "s:"])
)
TEXTS = [*map(chr, range(32, 127)), "\n", " to", " s", ": ", "\n\n", "The ", "0.", "0.0", "ing\n", "s:"]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 40),
    st.sampled_from([20.0, 50.0, 100.0, 250.0]),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["segments", "changes"]),
)
def test_a_random_walk_parses_and_tiles(samples: int, rate_hz: float, seed: int, count: CountRule) -> None:
    rng = np.random.default_rng(seed)
    state = TrendConstraint(samples, rate_hz, SENSOR, count=count).start()
    text = ""
    while state.allowed:
        ids = VOCABULARY.allowed_ids(state)
        piece = TEXTS[ids[int(rng.integers(len(ids)))]]
        after = state.advance(piece)
        assert after is not None
        state, text = after, text + piece
    assert state.complete
    facts = parse_trend_answer(text)
    segments = facts.segments
    assert segments[0].start_s == 0.0 and segments[-1].end_s == round((samples - 1) / rate_hz, 2)
    assert all(a.end_s == b.start_s and a.trend != b.trend for a, b in pairwise(segments))
    assert facts == facts_of_segments(segments, facts.overall, SENSOR, count)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=2, max_size=30).map(np.array), st.integers(0, 2**32 - 1))
def test_the_exact_answer_is_admitted_with_and_without_its_style(x: np.ndarray, seed: int) -> None:
    style = draw_style(np.random.default_rng(seed))
    text = trend_answer(trend_facts(x, 50.0, SENSOR), style)
    assert TrendConstraint(len(x), 50.0, SENSOR).accepts(text)
    fixed = TrendConstraint(len(x), 50.0, SENSOR, style=style)
    assert fixed.accepts(text)
    assert not fixed.accepts(text[:-1]) and not fixed.accepts(text + " ")
    assert not TrendConstraint(len(x) + 1, 50.0, SENSOR).accepts(text)


def test_what_is_forced_is_what_every_way_on_shares() -> None:
    style = draw_style(np.random.default_rng(1))
    constraint = TrendConstraint(3, 50.0, SENSOR, style=style)
    state = constraint.start()
    assert state.forced.startswith("0.0")
    walked, text = state, ""
    while walked.allowed:
        step = walked.forced or min(walked.allowed)
        after = walked.advance(step)
        assert after is not None
        walked, text = after, text + step
    assert constraint.accepts(text)


def test_impossible_requests() -> None:
    for samples, rate_hz in ((1, 50.0), (10, 0.0), (10, float("nan"))):
        with pytest.raises(ValueError):
            TrendConstraint(samples, rate_hz, SENSOR)
