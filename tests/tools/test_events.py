"""Steps, posture changes, impacts and still bouts, where the truth is known and on real walking."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recordings import Span
from recordings.datasets import open_dataset_recording
from tests.tools.gait_signal import recording_of, rest, stream_of, walk
from tools import Bench, NoData, detect_events, measure
from tools.gait import find_gait
from tools.posture import find_posture_changes
from tools.stillness import find_impacts, find_still_bouts


@pytest.mark.parametrize("rate_hz", [20.0, 50.0, 100.0])
@pytest.mark.parametrize("step_hz", [1.5, 1.9, 2.4])
def test_steps_of_a_known_gait(rate_hz: float, step_hz: float) -> None:
    gait = find_gait(
        stream_of(np.concatenate([rest(20, rate_hz), walk(60, rate_hz, step_hz), rest(20, rate_hz)], axis=1), rate_hz)
    )
    assert abs(len(gait.times_s) - 60 * step_hz) <= 3
    cadence = gait.cadence_in(Span(0, 100))
    assert cadence is not None and abs(cadence - 60 * step_hz) < 4
    assert not len(gait.steps_in(Span(0, 16))) and not len(gait.steps_in(Span(84, 100)))


def test_noise_and_a_single_knock_are_no_steps() -> None:
    noise = np.random.default_rng(5).normal(0, 2.0, (3, 3000)).astype(np.float32)
    noise[2] += 9.8
    assert len(find_gait(stream_of(noise)).times_s) < 15  # of a minute in which a walker takes a hundred
    still = rest(60, 50)
    still[2, 1500] += 30
    assert len(find_gait(stream_of(still)).times_s) == 0


def test_steps_do_not_cross_a_gap() -> None:
    samples = walk(60, 50, 2.0)
    samples[:, 1000:2000] = np.nan
    gait = find_gait(stream_of(samples))
    assert len(gait.steps_in(Span(20, 40))) == 0
    assert abs(len(gait.times_s) - 80) <= 4


def test_a_turn_of_gravity_is_a_posture_change() -> None:
    stream = stream_of(np.concatenate([rest(15, 50, axis=2), rest(15, 50, axis=0)], axis=1))
    (change,) = find_posture_changes(stream)
    assert abs(change.time_s - 15) < 0.3 and abs(change.angle_deg - 90) < 5
    assert find_posture_changes(stream_of(rest(30, 50))) == ()


def test_gravity_that_was_removed_is_no_data() -> None:
    with pytest.raises(NoData, match="gravity was not recorded"):
        find_posture_changes(stream_of(rest(10, 50), gravity="removed"))


def test_impacts_and_stillness() -> None:
    samples = rest(30, 50)
    for at, strength in ((250, 40), (255, 45), (900, 40)):
        samples[2, at] += strength
    stream = stream_of(samples)
    assert [round(i.time_s, 2) for i in find_impacts(stream)] == [5.1, 18.0]
    bouts = find_still_bouts(stream)
    assert [(round(b.start_s, 1), round(b.end_s, 1)) for b in bouts] == [(0.0, 5.0), (5.1, 18.0), (18.0, 30.0)]


def test_events_of_neighbouring_spans_add_up() -> None:
    bench = Bench()
    bench.add(recording_of(stream_of(np.concatenate([rest(10, 50), walk(40, 50, 1.8), rest(10, 50)], axis=1))))
    whole = measure(bench, "made", "step_count", None, Span(0, 60)).value
    parts = [measure(bench, "made", "step_count", None, Span(a, a + 7.5)).value for a in np.arange(0, 60, 7.5)]
    assert whole == sum(parts)  # type: ignore[arg-type]
    assert measure(bench, "made", "still_s", None, Span(0, 60)).value == pytest.approx(20, abs=1.5)


def test_a_slow_or_absent_accelerometer_is_no_data() -> None:
    bench = Bench()
    bench.add(recording_of(stream_of(rest(60, 5), 5.0), identity="slow"))
    with pytest.raises(NoData, match="too slow"):
        measure(bench, "slow", "step_count", None, Span(0, 60))
    assert "step_count" not in {e.quantity for e in detect_events(bench, "slow", Span(0, 60))}


def test_real_walking_has_the_cadence_of_walking(data_dir: Path) -> None:
    """hapt: its own README says 1.7–1.8 Hz; held-out subjects that nothing was tuned on. Still postures: no steps."""
    cadences, resting, rested_s = [], 0, 0.0
    for key in ("hapt:exp24", "hapt:exp37", "hapt:exp49"):
        recording = open_dataset_recording(key, data_dir)
        gait = find_gait(recording.streams[0])
        for note in recording.annotations:
            span = Span(note.start_s, note.end_s)
            if note.label == "walking":
                cadences.append(gait.cadence_in(span))
            elif note.label in ("sitting", "standing", "laying"):
                resting += len(gait.steps_in(Span(span.start_s + 2, span.end_s - 2)))
                rested_s += span.duration_s
    assert cadences and all(c is not None and 85 <= c <= 135 for c in cadences)
    assert 60 * resting / rested_s < 3
    recording = open_dataset_recording("usc_had:s13/a1/t1", data_dir)
    cadence = find_gait(recording.streams[0]).cadence_in(recording.span)
    assert cadence is not None and 90 <= cadence <= 130


def test_lying_down_is_found_in_real_recordings(data_dir: Path) -> None:
    recording = open_dataset_recording("hapt:exp36", data_dir)
    changes = find_posture_changes(recording.streams[0])
    for note in recording.annotations:
        if note.label in ("stand_to_lie", "sit_to_lie", "lie_to_sit", "lie_to_stand"):
            near = [c for c in changes if note.start_s - 1.5 <= c.time_s <= note.end_s + 1.5]
            assert near and max(c.angle_deg for c in near) > 45, note
