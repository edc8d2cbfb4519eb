"""The captions: pinned to the method's numbers, and every number of theirs true."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sensorlm.captions import (
    BUDGETS,
    DAY,
    DAY_FEATURES,
    LEVELS,
    Logged,
    Mood,
    day_caption,
    logged,
    unsupported,
    window_caption,
    window_data,
)
from models.sensorlm.captions.semantic import kept, summary
from models.sensorlm.captions.sentence import Caption, Claim, Line, Sentence, printed
from models.sensorlm.captions.structural import (
    BINS,
    Event,
    Trend,
    bin_edges,
    binned,
    event_row,
    events,
    selected,
    trend_rows,
    trends,
)
from models.sensorlm.captions.wording import ACTIVITIES, EVENTS, MOODS, STATISTICS, TRENDS
from models.sensorlm.reading import MOST_NUMBERS, numbers_of, read


def a_day(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    at = np.arange(1440)[:, None]
    return 50 + 20 * np.sin(at / 230 + rng.uniform(0, 6, 26)) + rng.normal(size=(1440, 26))


def test_the_method_s_numbers():
    assert (len(STATISTICS), len(TRENDS), len(EVENTS), len(ACTIVITIES), len(MOODS)) == (20, 15, 15, 20, 10)
    assert (
        len(set(STATISTICS)) == 20 and len(set(TRENDS)) == 15 and len(set(EVENTS)) == 15 and len(set(ACTIVITIES)) == 20
    )
    assert len(DAY_FEATURES) == len(set(DAY_FEATURES)) == 26
    assert BINS == 36 and np.diff(bin_edges(1440)).tolist() == [40] * 36
    assert BUDGETS["summary"] == 256 and BUDGETS["semantic"] == 1024 and BUDGETS["semantic+structural"] == 512


def bins_with(values: list[float]) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(("size", "factor"), [(6, 1.5), (8, 1.3), (12, 1.0)])
def test_steepness_thresholds(size: int, factor: float):
    """A ramp just above k · R / 40 a bin is told, one just below is not."""
    for scale, told in ((1.02, True), (0.98, False)):
        bins = np.zeros(36)
        slope = factor * scale / 40
        bins[:size] = slope * np.arange(size)
        bins[20], bins[30] = 1.0, 0.0  # the range is 1
        bins[:size] += 0.2
        found = [t for t in trends(bins) if t.first == 0 and t.last == size - 1]
        net = slope * (size - 1)
        assert bool(found) == (told and net > 0.2), (size, scale, found)


def test_a_small_net_change_is_no_trend():
    bins = np.zeros(36)
    bins[20] = 1.0
    bins[:6] = [0, 0.1, 0.15, 0.19, 0.19, 0.19]
    assert not [t for t in trends(bins) if t.first == 0 and t.way == "increasing"]


def test_selection_takes_three_that_hardly_overlap_in_order_of_time():
    found = [Trend("increasing", 0, 5, 0.1, 0.5), Trend("increasing", 3, 8, 0.1, 0.6), Trend("decreasing", 10, 17, -0.1, -0.9),
             Trend("stable", 20, 25, 0.0, 0.0), Trend("increasing", 30, 35, 0.1, 0.4)]  # fmt: skip
    kept_ones = selected(found, 1.0)
    assert [(t.first, t.last) for t in kept_ones] == [(3, 8), (10, 17), (30, 35)]
    # 3 shared of 6 is over 30 %, 1 of 6 is not.
    assert len(selected([Trend("increasing", 0, 5, 1, 1), Trend("increasing", 5, 10, 1, 0.9)], 1.0)) == 2


def test_times_begin_with_the_bin_and_the_original_begins_one_late():
    trend = Trend("increasing", 0, 5, 1.0, 1.0)
    assert trend_rows(trend, 1440) == (0, 240)
    assert trend_rows(trend, 1440, original=True) == (40, 240)
    assert event_row(Event("peak", 3), 1440) == 140
    assert event_row(Event("peak", 3), 1440, original=True) == 160


def test_a_drop_mirrors_a_peak_and_the_original_is_loose():
    bins = np.full(36, 0.8)
    bins[18] = 0.0
    assert [(e.what, e.bin) for e in events(bins)] == [("drop", 18)]
    assert [(e.what, e.bin) for e in events(-bins)] == [("peak", 18)]
    mild = np.full(36, 0.55)
    mild[5], mild[15] = 1.0, 0.0
    # The mean is about 0.55: 0.0 is less than 0.6 of the range below it, yet below the mean plus 0.4 of the range.
    assert not events(mild)
    assert [(e.what, e.bin) for e in events(mild, original=True)] == [("drop", 15)]


def test_short_activities_are_dropped_and_the_longest_kept():
    logs = [Logged(f"a{i}", 100 * i, 100 * i + 18 + i) for i in range(12)]
    mine = kept(logs, 8)
    assert all(log.minutes >= 20 for log in mine) and len(mine) == 8
    assert {log.name for log in mine} == {f"a{i}" for i in range(4, 12)}
    assert [log.name for log in kept(logs, 8, original=True)] == [f"a{i}" for i in range(1, 9)]
    assert [log.start for log in mine] == sorted(log.start for log in mine)


def test_a_day_has_three_levels_and_the_semantic_one_needs_logs():
    rng = Random(3)
    acts = [Logged("Walk", 480, 520), Logged("Bike", 600, 610)]
    caption = day_caption(
        a_day(), DAY_FEATURES, "semantic+structural+statistical", rng, activities=acts, sleeps=[Logged("nap", 0, 400)], moods=[Mood("calm", 700)]
    )  # fmt: skip
    text = caption.text
    assert "Walk" in text and "Bike" not in text and "Sleep" in text and "calm" in text
    assert text.count("For heart, ") == 1 and "For skin, " in text
    assert day_caption(a_day(), DAY_FEATURES, "semantic", rng).text == ""
    assert summary(acts)[0].text == "Walk for 41 minutes."


def test_seven_insights_a_category_at_most():
    rng = np.random.default_rng(1)
    values = np.repeat(rng.normal(size=(36, 26)).cumsum(axis=0), 40, axis=0)
    caption = day_caption(values, DAY_FEATURES, "structural", Random(0))
    assert max(len(line.sentences) for line in caption.lines) <= 7


def test_imputed_values_are_left_out_unless_the_original_is_asked_for():
    values, missing = a_day(), np.zeros((1440, 26), dtype=bool)
    values[700:, 0], missing[700:, 0] = 9999.0, True
    data = {c: values[:, i] for i, c in enumerate(DAY_FEATURES)}
    assert "9999.0" not in day_caption(values, DAY_FEATURES, "statistical", Random(0), missing=missing).text
    original = day_caption(values, DAY_FEATURES, "statistical", Random(0), missing=missing, original=True)
    assert "9999.0" in original.text
    assert not unsupported(original, data, decimals=1)
    missing[:, 0] = True
    assert "heart rate" not in day_caption(values, DAY_FEATURES, "statistical", Random(0), missing=missing).text


def test_the_original_s_slips_can_be_reproduced():
    said = {day_caption(a_day(), DAY_FEATURES, "statistical", Random(i), original=True).text for i in range(20)}
    assert any("skin temperature slope" in text for text in said)
    assert not any("slope" in day_caption(a_day(), DAY_FEATURES, "statistical", Random(i)).text for i in range(20))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(36, 300), st.floats(0.01, 20.0))
def test_every_number_of_a_window_s_caption_is_borne_out(seed: int, samples: int, size: float):
    window = np.random.default_rng(seed).normal(size=(6, samples)).cumsum(axis=1) * size
    caption = window_caption(window, LEVELS, Random(seed), label="sitting", position="hip")
    assert unsupported(caption, window_data(window), decimals=2) == []


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 0.5))
def test_every_number_of_a_day_s_caption_is_borne_out(seed: int, gone: float):
    values = a_day(seed)
    missing = np.repeat(np.random.default_rng(seed).random((36, 26)) < gone, 40, axis=0)
    caption = day_caption(values, DAY_FEATURES, "structural+statistical", Random(seed), missing=missing)
    data = {c: np.where(missing[:, i], np.nan, values[:, i]) for i, c in enumerate(DAY_FEATURES)}
    assert unsupported(caption, data, decimals=DAY.decimals) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_planted_lies_are_found(seed: int):
    """One number of a true caption is changed: the check must notice."""
    rng = Random(seed)
    window = np.random.default_rng(seed).normal(size=(6, 128)).cumsum(axis=1)
    caption = window_caption(window, ("statistical",), rng)
    line = rng.randrange(len(caption.lines))
    at = rng.randrange(len(caption.lines[line].sentences))
    sentence = caption.lines[line].sentences[at]
    claim = rng.choice(sentence.claims)
    wrong = printed(float(claim.said) + rng.choice((-0.05, 0.05, 1.0, -3.0)), 2)
    lied = Sentence(sentence.text, tuple(Claim(c.kind, c.column, wrong) if c is claim else c for c in sentence.claims))
    lines = list(caption.lines)
    told = list(lines[line].sentences)
    told[at] = lied
    lines[line] = Line(lines[line].opening, tuple(told))
    assert unsupported(Caption(caption.levels, tuple(lines)), window_data(window), decimals=2)


def test_binning_leaves_out_what_is_missing():
    values = np.arange(72.0)
    values[2:4] = np.nan
    bins = binned(values)
    assert np.isnan(bins[1]) and bins[0] == 0.5 and bins[2] == 4.5


def test_a_constant_channel_says_nothing_about_its_course():
    assert trends(np.ones(36)) == [] and events(np.ones(36)) == []


def test_reading_parts_words_from_numbers():
    heard = read("For heart, mean 71.5, max -3. Peak at minute 120!\nwalking upstairs")
    assert [h.words for h in heard] == ["for heart, mean #, max #", "peak at minute #", "walking upstairs"]
    assert heard[0].numbers == (71.5, -3.0) and heard[1].numbers == (120.0,)
    assert numbers_of("between 40-60 and v2 at 3.5") == ["40", "60", "3.5"]
    assert len(read("a. " * 500)) <= 48 and read("")[0].words == ""
    assert len(read("1 2 3 4 5 6")[0].numbers) == MOST_NUMBERS


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_a_caption_is_heard_as_it_was_written(seed: int):
    """Every sentence of a caption is one heard sentence with all its numbers in order."""
    window = np.random.default_rng(seed).normal(size=(6, 100)).cumsum(axis=1)
    caption = window_caption(window, ("statistical", "structural"), Random(seed))
    heard = read(caption.text)
    assert len(heard) == len(caption.sentences)
    for one, sentence in zip(heard, caption.sentences, strict=True):
        assert sorted(one.numbers) == sorted(float(c.said) for c in sentence.claims)


def test_logs_become_whole_minutes():
    assert logged([("walking", 30.0, 185.0)]) == [Logged("walking", 1, 2)]
    assert logged([("nap", 0.0, 30.0)]) == []
    assert logged([("late", 0.0, 600.0)], midnight_s=86_100.0) == [Logged("late", 1435, 1439)]


@pytest.mark.data
def test_captions_of_real_windows(data_dir):
    from recordings.datasets import dataset

    chosen = dataset("hapt")
    key = next(iter(chosen.keys(data_dir)))
    stream = chosen.open(key, data_dir).streams[0]
    six = stream.select("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")
    for i in range(30):
        window = six[:, 500 * i : 500 * i + 128]
        caption = window_caption(window, LEVELS, Random(i), label="walking", position="waist")
        assert unsupported(caption, window_data(window), decimals=2) == []
        assert caption == window_caption(window, LEVELS, Random(i), label="walking", position="waist")
