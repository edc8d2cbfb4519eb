"""What ActionLLM is shown: observed rows, targets, label noise, feature files; and how its slots become time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.actionllm import (
    ActionLLMConfig,
    ActionLLMPlan,
    EventRows,
    FileRows,
    Slots,
    laid_out,
    probabilities,
    read_feature_file,
)
from models.actionllm.examples import drawn, example_of, sampling_weights, stretched, wrongly_told
from models.actionllm.modeling_actionllm import IGNORED
from models.actionllm.streams import PROGRESS, rows_of
from recordings import UserError
from recordings.sequences import Segment, SegmentSequence

ACTIVITIES = ("cut", "mix", "serve")


def _config(**changes: Any) -> ActionLLMConfig:
    return ActionLLMConfig(**{"activities": ACTIVITIES, "feature_size": 3 + PROGRESS, "queries": 5, **changes})


def _sequence(name: str = "one", trial: str = "") -> SegmentSequence:
    parts = (("cut", 0.0, 20.0), ("mix", 20.0, 60.0), ("cut", 60.0, 70.0), ("serve", 70.0, 100.0))
    return SegmentSequence(name, tuple(Segment(*p) for p in parts), name, trial, 1.0)


def test_the_window_is_half_the_whole_and_ends_in_none() -> None:
    example = example_of(_sequence(), 0.3, _config())
    assert example is not None
    assert example.rows.activities == ("cut", "mix")
    assert example.future.tolist() == [1, 0, 2, 3, IGNORED]
    assert example.durations.tolist() == pytest.approx([0.6, 0.2, 0.2, 0.0, 0.0])


def test_more_segments_than_queries_cost_the_none() -> None:
    example = example_of(_sequence(), 0.3, _config(queries=3))
    assert example is not None
    assert example.future.tolist() == [1, 0, 2]


def test_a_later_start_moves_everything() -> None:
    example = example_of(_sequence(), 0.3, _config(), start_s=25.0)
    assert example is not None
    assert example.rows.activities == ("mix",)
    assert example.future.tolist() == [1, 0, 2, 3, IGNORED]
    assert example.durations[:3].tolist() == pytest.approx([5 / 45, 10 / 45, 30 / 45])


def test_nothing_left_is_no_example() -> None:
    assert example_of(_sequence(), 0.5, _config(), start_s=60.0) is None


def test_steps_take_the_label_in_their_middle() -> None:
    rows = rows_of(_sequence().until(30.0), 100.0, _config(sampling="steps", step_s=5.0))
    assert rows.activities == ("cut",) * 4 + ("mix",) * 2
    latest = rows_of(_sequence().until(30.0), 100.0, _config(sampling="steps", step_s=5.0, most_tokens=3))
    assert latest.activities == ("cut", "mix", "mix")
    assert np.array_equal(latest.features, rows.features[-3:])


def test_statistics_hold_shares_and_progress_of_what_was_told() -> None:
    seen = _sequence().until(65.0)
    rows = rows_of(seen, 100.0, _config())
    assert rows.features[-1, :3] == pytest.approx([25 / 65, 40 / 65, 0.0])
    assert rows.features[-1, 3:6] == pytest.approx([0.05, 0.60, 0.65])
    assert rows.features[:, 3 + 6].tolist() == [0.0, 0.0, 1.0]
    wrong = rows_of(seen, 100.0, _config(), told=["serve", "mix", "cut"])
    assert wrong.features[-1, :3] == pytest.approx([5 / 65, 40 / 65, 20 / 65])
    assert wrong.activities[0] == "serve"
    assert wrong.truth[0] == "cut"


def test_what_comes_is_in_no_row() -> None:
    """The same beginning with another end gives the same rows, wherever the end's length is not used."""
    other = SegmentSequence("two", (*_sequence().segments[:2], Segment("serve", 60.0, 100.0)), "two", "", 1.0)
    for sampling in ("segments", "steps"):
        config = _config(sampling=sampling, step_s=5.0)
        a, b = (rows_of(s.until(60.0), 100.0, config) for s in (_sequence(), other))
        assert a.activities == b.activities
        assert np.array_equal(a.features, b.features)


def test_an_unknown_length_is_said_to_be_unknown() -> None:
    known, unknown = (rows_of(_sequence().until(30.0), total, _config()) for total in (100.0, None))
    assert known.features[0, -1] == 1.0
    assert unknown.features[0, -1] == 0.0
    assert np.isfinite(unknown.features).all()


def test_wrong_labels_come_at_the_stated_rate() -> None:
    rng = np.random.default_rng(0)
    sequence = _sequence()
    wrong = [a != b for _ in range(2000) for a, b in zip(wrongly_told(rng, sequence, 0.3, ACTIVITIES), sequence.activities, strict=True)]  # fmt: skip
    assert np.mean(wrong) == pytest.approx(0.3, abs=0.02)
    assert wrongly_told(rng, sequence, 0.0, ACTIVITIES) == list(sequence.activities)


def test_drawing_is_seeded_and_counts_a_trial_once() -> None:
    views = [_sequence("a", "t1"), _sequence("b", "t1"), _sequence("c", "t2")]
    weights = sampling_weights(views)
    assert weights.tolist() == pytest.approx([0.25, 0.25, 0.5])
    plan = ActionLLMPlan()
    first, second = (
        [drawn(np.random.default_rng(3), views, weights, plan, _config(), [None] * 3) for _ in range(5)]
        for _ in range(2)
    )
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.rows.features, b.rows.features)
        assert np.array_equal(a.future, b.future)


def test_an_epoch_is_as_long_as_the_papers() -> None:
    assert ActionLLMPlan().per_epoch(40) == 1600  # 50 Salads: five shares, eight starts
    assert ActionLLMPlan(shares=(0.2, 0.3, 0.5), starts=1).per_epoch(1279) == 3837  # Breakfast
    assert ActionLLMPlan().per_epoch(1279) == 4000
    assert ActionLLMPlan(examples_per_epoch=8).per_epoch(1279) == 8


def test_stretching_keeps_order_and_tiling() -> None:
    longer = stretched(_sequence(), np.array([2.0, 1.0, 1.0, 1.0, 0.5]))
    assert [s.duration_s for s in longer.segments] == pytest.approx([20.0, 20.0, 5.0, 15.0])
    assert longer.activities == _sequence().activities


def _slots(actions: list[list[float]], durations: list[float]) -> Slots:
    return Slots(np.array(actions), np.array(durations))


def test_slots_are_laid_out_as_published() -> None:
    slots = _slots([[9, 0, 0, 0], [0, 9, 0, 0], [0, 0, 0, 9], [0, 0, 9, 0]], [np.log(0.25), np.log(0.75), 5.0, 5.0])
    assert laid_out(slots, 8).tolist() == [0, 0, 1, 1, 1, 1, 1, 1]
    assert laid_out(slots, 0).tolist() == []
    # three equal slots of ten steps: int(0.5 + 10 / 3) = 3 each, one step is left over
    thirds = _slots([[9, 0, 0], [0, 9, 0], [9, 0, 0], [0, 0, 9]], [0.0, 0.0, 0.0, 0.0])
    assert laid_out(thirds, 10).tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    assert laid_out(thirds, 10, "last_slot").tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, -1]


def test_none_first_says_nothing() -> None:
    assert laid_out(_slots([[0, 9], [9, 0]], [0.0, 0.0]), 3).tolist() == [-1, -1, -1]


def test_without_none_all_slots_are_used() -> None:
    slots = _slots([[9, 0, 0], [0, 9, 0]], [0.0, 0.0])
    assert slots.said.tolist() == [0, 1]
    assert slots.shares.tolist() == pytest.approx([0.5, 0.5])


def test_probabilities_in_time_follow_the_slots() -> None:
    slots = _slots([[9, 0, -9], [0, 9, -9], [0, 0, 9]], [np.log(0.2), np.log(0.8), 0.0])
    at = (np.arange(10) + 0.5) / 10
    sharp = probabilities(slots, at, 0.0)
    assert sharp.sum(axis=1) == pytest.approx(np.ones(10))
    assert sharp.argmax(axis=1).tolist() == [0] * 2 + [1] * 8
    soft = probabilities(slots, at, 0.1)
    assert 0.5 < soft[1, 0] < sharp[1, 0]
    assert probabilities(slots, np.array([5.0]), 0.1).argmax() == 1


def test_feature_files_are_read_by_name_either_way_round(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(100, 4)).astype(np.float32)
    np.save(tmp_path / "one.npy", values.T)
    rows = read_feature_file(tmp_path, _sequence(), size=4)
    assert np.allclose(rows.at([20.0], [10.0])[0], values[10:20].mean(axis=0), atol=1e-6)
    config = _config(stream="files", feature_size=4)
    found = rows_of(_sequence().until(30.0), 100.0, config, files=rows)
    assert np.allclose(found.features[0], values[:20].mean(axis=0), atol=1e-6)


def test_feature_files_that_do_not_fit_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_feature_file(tmp_path, _sequence(), size=4)
    np.save(tmp_path / "one.npy", np.zeros((4, 60), dtype=np.float32))
    with pytest.raises(UserError, match="100 steps, as many as there are labels"):
        read_feature_file(tmp_path, _sequence(), size=4)
    np.save(tmp_path / "one.npy", np.zeros((5, 100), dtype=np.float32))
    with pytest.raises(UserError, match=r"\(4, steps\) numbers"):
        read_feature_file(tmp_path, _sequence(), size=4)
    np.save(tmp_path / "one.npy", np.full((4, 100), np.nan, dtype=np.float32))
    with pytest.raises(UserError, match="finite"):
        read_feature_file(tmp_path, _sequence(), size=4)
    (tmp_path / "one.npy").write_bytes(b"not an array")
    with pytest.raises(UserError, match="NumPy array"):
        read_feature_file(tmp_path, _sequence(), size=4)
    with pytest.raises(UserError, match="rows of 11 numbers"):
        rows_of(_sequence().until(30.0), 100.0, _config(stream="files"), files=None)


def test_sounds_are_a_second_stream_by_the_same_interface() -> None:
    sounds = EventRows(("chop", "water"), (("chop", 0.0, 15.0), ("water", 18.0, 30.0), ("bang", 1.0, 2.0)))
    found = rows_of(_sequence().until(30.0), 100.0, _config(stream="files", feature_size=2), files=sounds)
    assert found.features.tolist() == [pytest.approx([0.75, 0.1]), pytest.approx([0.0, 1.0])]
    assert FileRows(np.ones((3, 2), dtype=np.float32), 1.0).at([9.0], [8.0]).tolist() == [[1.0, 1.0]]
