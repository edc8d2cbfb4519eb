"""Plots: no peak is lost, gaps stay gaps, the same input is the same bytes, anybody's words are drawn as they are."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from io import BytesIO

import numpy as np
import pytest
from sample_timelines import sample_recording, sample_timeline

from apps.plots import colour_of, draw_timeline, envelope, sound_level_db


def test_a_single_peak_survives_six_hours() -> None:
    signal = np.zeros(6 * 3600 * 50, dtype=np.float32)
    signal[700_001] = 9.0
    drawn = envelope(signal, 50.0, 0.0, columns=500)
    assert len(drawn.times_s) == 500
    assert drawn.high.max() == 9.0
    peak_s = drawn.times_s[drawn.high.argmax()]
    assert abs(peak_s - 700_001 / 50) <= 6 * 3600 / 500 / 2


def test_a_gap_stays_a_gap() -> None:
    signal = np.ones(100_000, dtype=np.float32)
    signal[40_000:60_000] = np.nan
    drawn = envelope(signal, 50.0, 0.0, columns=100)
    inside = (drawn.times_s > 805) & (drawn.times_s < 1195)
    assert np.isnan(drawn.mean[inside]).all()
    assert np.isfinite(drawn.mean[~inside]).sum() >= 78


def test_a_short_signal_is_drawn_as_it_is() -> None:
    signal = np.arange(20, dtype=np.float32)
    drawn = envelope(signal, 10.0, 5.0)
    assert drawn.exact
    assert drawn.mean.tolist() == signal.tolist()
    assert drawn.times_s[0] == 5.0


def test_sound_level_of_a_full_scale_sine_and_of_silence() -> None:
    t = np.arange(16_000) / 16_000
    tone = np.sin(2 * np.pi * 440 * t).astype(np.float32)
    assert sound_level_db(tone, 16_000, 0.0).mean == pytest.approx(-3.01, abs=0.05)
    assert sound_level_db(np.zeros(16_000, dtype=np.float32), 16_000, 0.0).mean.max() == -80.0


def test_same_input_same_bytes_and_hostile_words_are_text() -> None:
    recording = sample_recording("<script>alert(1)</script> $x^2$", minutes=1.0)
    timeline = sample_timeline(recording)
    one = draw_timeline(recording, timeline, timeline.evidence)
    two = draw_timeline(recording, timeline, timeline.evidence)
    assert (one.svg, one.png) == (two.svg, two.png)
    words = "".join(ET.parse(BytesIO(one.svg.encode())).getroot().itertext())
    assert "<script>alert(1)</script> $x^2$ – simulated recording" in words
    assert "sitting" in words
    assert 0 < one.x0 < one.x1 < 1


def test_a_colour_is_an_activitys_own() -> None:
    assert colour_of("walking") != colour_of("sitting")
    assert colour_of("vacuuming") == colour_of("vacuuming")
    assert colour_of("anything", "unknown") != colour_of("anything")
