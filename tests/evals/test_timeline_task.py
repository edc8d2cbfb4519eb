"""Frame and segment scores against cases worked by hand, and the whole task on real recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evals import frames
from evals.registry import TaskOptions
from evals.runs import Run
from evals.tasks import timeline
from evals.tasks.timeline import CLASSES
from evals.timeline_pieces import boundary_errors_s, frames_of, pieces, repainted
from models.motion import MotionClassifier
from tools import Bench

A, B, NONE = 0, 1, frames.UNLABELLED


def codes(text: str) -> frames.Codes:
    """ "aab." → classes a, b and unlabelled; "?" is a prediction outside the classes."""
    return np.array([{"a": A, "b": B, ".": NONE, "?": frames.OTHER}[sign] for sign in text], dtype=np.int16)


def test_spans_become_samples() -> None:
    painted = frames.painted([(0.0, 1.0, "a"), (1.0, 1.5, "elsewhere")], ("a", "b"), 4.0, 8, NONE)
    assert painted.tolist() == [A] * 4 + [frames.OTHER] * 2 + [NONE] * 2


def test_unlabelled_samples_count_for_nothing() -> None:
    counts = frames.confusion(codes("aabb...."), codes("aabbabab"), 2)
    assert counts.tolist() == [[2, 0, 0], [0, 2, 0]]
    assert frames.macro_f1(counts) == 1.0


def test_a_prediction_outside_the_classes_is_a_miss_but_nobodys_false_alarm() -> None:
    counts = frames.confusion(codes("aabb"), codes("a?bb"), 2)
    # a: one hit, one miss, no false alarm → 2/3; b: perfect.
    assert frames.f1_scores(counts) == pytest.approx([2 / 3, 1.0])


def test_a_class_that_never_occurs_is_left_out_of_the_mean() -> None:
    assert frames.macro_f1(frames.confusion(codes("aaaa"), codes("aaaa"), 2)) == 1.0


def test_the_interval_is_over_subjects() -> None:
    good, bad = frames.confusion(codes("aabb"), codes("aabb"), 2), frames.confusion(codes("aabb"), codes("bbaa"), 2)
    low, high = frames.subject_interval({"1": good, "2": bad}, resamples=200)
    assert (low, high) == (0.0, 1.0)
    assert frames.subject_interval({"1": good, "2": good}, resamples=50) == (1.0, 1.0)


def test_edit_score_counts_orders_not_samples() -> None:
    assert frames.edit_score(codes("aaabbb"), codes("abbbbb")) == 1.0
    # a b against a b a b: two insertions of four.
    assert frames.edit_score(codes("aaabbb"), codes("abaabb")) == pytest.approx(0.5)


def test_overlap_matches_each_true_segment_once() -> None:
    assert frames.overlap_counts(codes("aaaabbbb"), codes("aaaabbbb"), 0.5) == (2, 0, 0)
    # a shifted far enough is both a false alarm and a miss.
    assert frames.overlap_counts(codes("aabbbbbb"), codes("aaaaaaab"), 0.5) == (0, 2, 2)


@pytest.mark.data
def test_the_task_scores_every_system_on_real_recordings(data_dir: Path, tmp_path: Path) -> None:
    options = TaskOptions(data_dir=data_dir, limit=1)
    run = Run(tmp_path / "run")
    timeline.collect_with(options, run, Bench(motion=MotionClassifier.dummy()), None)
    result = timeline.score(run)
    systems = {str(s["name"]): s for s in result["systems"]}  # type: ignore[attr-defined]
    assert set(systems) == {
        "majority", "window classifier alone", "decoded, without fusion", "timeline, fusion never",
    }  # fmt: skip
    for system in systems.values():
        assert 0.0 <= system["metrics"]["macro_f1"]["value"] <= 1.0
        assert {f"f1_{name}" for name in CLASSES} <= set(system["metrics"])
        assert {"edit", "f1_at_10", "f1_at_25", "f1_at_50", "boundary_error_s"} <= set(system["metrics"])
    # The majority names one of six classes, each a part of the recording.
    assert 0.0 < systems["majority"]["metrics"]["macro_f1"]["value"] < 0.2
    assert result["leak_audit"] and all(c["passed"] for c in result["leak_audit"]["checks"])  # type: ignore[index]
    run.close()
    again = Run(tmp_path / "run")
    before = len(list(again.samples()))
    timeline.collect_with(options, again, Bench(), None)
    assert len(list(again.samples())) == before
    assert timeline.score(again)["systems"] == result["systems"]


def test_rows_hold_a_recording_sample_by_sample() -> None:
    truth = codes("..aaabbbb..aa")
    said = [(0.0, 5.0, "a", 0.9), (5.0, 8.0, "elsewhere", 0.4), (8.0, 13.0, "a", 0.7)]
    rows = list(pieces("x", "hapt/continuous/e", "1", "hapt:e", truth, said, ("a", "b"), 1.0))
    real, heard = repainted(rows, ("a", "b"))
    assert real.tolist() == truth[truth >= 0].tolist()
    assert heard.tolist() == codes("aaa???aaa").tolist()
    assert [r.score for r in rows] == [0.9, 0.4, 0.7, 0.7] and sum(frames_of(r) for r in rows) == 9


def test_a_change_inside_a_transition_is_exact() -> None:
    truth = codes("aaa...bbbb")
    inside = list(pieces("x", "p", "1", "r", truth, [(0, 4, "a", None), (4, 10, "b", None)], ("a", "b"), 1.0))
    late = list(pieces("x", "p", "1", "r", truth, [(0, 8, "a", None), (8, 10, "b", None)], ("a", "b"), 1.0))
    never = list(pieces("x", "p", "1", "r", truth, [(0, 10, "a", None)], ("a", "b"), 1.0))
    assert boundary_errors_s(inside) == [0.0] and boundary_errors_s(late) == [2.0]
    assert boundary_errors_s(never) == [10.0]
