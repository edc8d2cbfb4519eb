"""Windows turned for training: the same movement about other axes, the same draw each time, and told anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.sensorllm.data import WindowSample, parse_statistics, statistics_text
from models.sensorllm.training.turned import turned

CHANNELS = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")


def _sample(start: int) -> WindowSample:
    rng = np.random.default_rng(start)
    series = rng.normal(0, 1, (6, 128)).astype(np.float32)
    series[0] += 9.81
    text = statistics_text(series, CHANNELS)
    return WindowSample(series, CHANNELS, 50.0, text, text, "What is it?", "walking", "hapt", "1", "r", start)


def _angles_deg(before: WindowSample, after: WindowSample) -> list[float]:
    """Between the mean vectors of each sensor before and after."""
    found = []
    for at in (0, 3):
        a, b = (one.series[at : at + 3].mean(axis=1).astype(float) for one in (before, after))
        found.append(np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))))
    return found


def test_lengths_stay_and_gravity_moves_by_no_more_than_was_asked() -> None:
    samples = [_sample(i) for i in range(40)]
    found = turned(samples, 30.0)
    for before, after in zip(samples, found, strict=True):
        for at in (0, 3):
            norms = [np.linalg.norm(one.series[at : at + 3], axis=0) for one in (before, after)]
            assert np.allclose(*norms, atol=1e-4)
        assert after.series.dtype == np.float32
        assert (after.label, after.id, after.question) == (before.label, before.id, before.question)
    moved = [_angles_deg(a, b)[0] for a, b in zip(samples, found, strict=True)]
    assert max(moved) <= 30.0 + 1e-3 and np.mean(moved) > 5.0 and len({round(m, 3) for m in moved}) == len(moved)


def test_acceleration_and_rotation_turn_together() -> None:
    (before,) = [_sample(3)]
    both = replace(before, series=np.concatenate([before.series[:3]] * 2))
    (after,) = turned([both], 90.0)
    assert np.allclose(after.series[:3], after.series[3:], atol=1e-5)


def test_the_statistics_are_those_of_the_turned_samples() -> None:
    (after,) = turned([_sample(5)], 30.0)
    assert after.statistics == after.text == statistics_text(after.series, CHANNELS)
    assert parse_statistics(after.statistics) != parse_statistics(_sample(5).statistics)


def test_a_draw_belongs_to_its_window_and_seed() -> None:
    samples = [_sample(i) for i in range(4)]
    forth, back = turned(samples, 30.0), turned(samples[::-1], 30.0)[::-1]
    assert all(np.array_equal(a.series, b.series) for a, b in zip(forth, back, strict=True))
    assert not np.array_equal(forth[0].series, turned(samples, 30.0, seed=1)[0].series)


def test_no_degrees_leave_windows_alone_and_odd_channels_are_refused() -> None:
    sample = _sample(1)
    assert turned([sample], 0.0) == [sample]
    odd = replace(sample, series=sample.series[:4])
    with pytest.raises(ValueError, match="4 channels, not three axes"):
        turned([odd], 30.0)
