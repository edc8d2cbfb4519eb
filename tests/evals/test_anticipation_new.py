"""Activities taken out of what is learnt from: who is asked what, and how the answers are judged."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, cast

import numpy as np
import pytest

from evals.registry import TaskOptions
from evals.tasks.anticipation import run
from evals.tasks.anticipation.new_activities import mean_auroc, questions, without
from recordings import UserError
from recordings.sequences import Segment, SegmentSequence


def _sequence(*activities: str) -> SegmentSequence:
    segments = tuple(Segment(a, float(i), float(i + 1)) for i, a in enumerate(activities))
    return SegmentSequence("s", segments, "p", "s", 1.0)


def test_an_activity_is_taken_out_and_what_went_before_goes_on() -> None:
    emptied = without(_sequence("x", "a", "x", "a", "b", "x"), "x")
    assert emptied is not None
    assert [(s.activity, s.start_s, s.end_s) for s in emptied.segments] == [("a", 0.0, 4.0), ("b", 4.0, 6.0)]
    assert without(_sequence("x"), "x") is None
    assert without(_sequence("a", "b"), "x") == _sequence("a", "b")


def test_questions_end_where_the_activity_was_done_and_weigh_what_they_stand_for() -> None:
    asked = questions([_sequence(*"abcdefxg")], "x", 1, Random(0))
    assert [q.comes for q in asked] == [True, False, False]
    assert asked[0].said == tuple("abcdef")
    assert [q.weight for q in asked] == [1.0, 2.5, 2.5]
    assert not any("x" in q.said for q in asked)


def test_the_mean_over_activities_counts_ties_half_and_leaves_out_who_cannot_be_judged() -> None:
    perfect = [[0.0, 1.0, 2.0], [0.0, 0.0, 1.0]]
    tied = [[1.0, 1.0, 1.0], [1.0, 0.0, 1.0]]
    alone = [[2.0, 1.0, 5.0]]
    assert mean_auroc(np.array(perfect + tied + alone)) == pytest.approx(0.75)
    assert np.isnan(mean_auroc(np.array(alone)))


def test_every_system_answers_and_what_is_fully_known_is_judged_best(data_dir: Path) -> None:
    result = cast("Any", run(TaskOptions(data_dir=data_dir, protocol="new_activities/2", quick=True, limit=2)))
    rows = {(str(r["part"]), str(r["name"])): r for r in result["systems"]}
    assert len(rows) == 12
    values = {key: row["metrics"]["auroc"]["value"] for key, row in rows.items()}
    assert all(0.0 <= value <= 1.0 for value in values.values())
    assert values["new_activities/50salads/known", "remembering"] > 0.9
    assert set(result["protocol"]["new_activities_odds"]) == {
        "new_activities/50salads/never_seen/2",
        "new_activities/50salads/seen_once/2",
    }


def test_a_fold_that_does_not_exist_is_refused(data_dir: Path) -> None:
    with pytest.raises(UserError, match="new_activities/9"):
        run(TaskOptions(data_dir=data_dir, protocol="new_activities/9"))
