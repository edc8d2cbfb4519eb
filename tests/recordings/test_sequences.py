"""Sequences of activities: the public sets read whole, and every mistake in a table said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordings import UserError
from recordings.sequences import (
    Segment,
    SegmentSequence,
    joined,
    read_benchmark,
    read_home,
    read_kitchen_actions,
    read_kitchen_sounds,
    read_sequences,
    require_known,
    require_tiling,
)
from recordings.sequences.benchmark import rows_of


def _written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "s.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_fifty_salads_has_disjoint_people_and_tiles_every_video(data_dir: Path) -> None:
    found = read_benchmark("50salads", data_dir)
    assert (len(found.sequences), len(found.vocabulary), len(found.folds)) == (50, 19, 5)
    for fold in found.folds:
        assert not {s.subject for s in fold.train} & {s.subject for s in fold.test}
        assert len(fold.train) == 40
    assert sorted(s.name for fold in found.folds for s in fold.test) == sorted(found.sequences)
    one = found.sequences["rgb-01-1"]
    assert one.frames == 11679
    assert len(one.labels()) == one.frames
    assert one.labels()[604] == "cut_tomato"
    assert one.labels()[603] == "action_start"


def test_the_two_kinds_of_folds_are_different_and_named(data_dir: Path) -> None:
    first = {s.name for s in read_benchmark("50salads", data_dir).folds[0].test}
    lea = read_benchmark("50salads", data_dir, "lea")
    assert lea.protocol == "lea"
    assert {s.name for s in lea.folds[0].test} != first
    with pytest.raises(UserError, match="one of literature"):
        read_benchmark("breakfast", data_dir, "lea")


def test_breakfast_counts_a_trial_once_however_many_cameras_saw_it(data_dir: Path) -> None:
    found = read_benchmark("breakfast", data_dir)
    assert len(found.sequences) == 1712
    assert len({s.trial for s in found.sequences.values()}) == 503


def test_what_ended_before_it_started_is_left_out_and_said(data_dir: Path) -> None:
    activities, history = read_home("A", data_dir)
    assert len(activities) == 245
    assert all(a.end >= a.start for a in activities)
    assert [s.step for s in history if s.warning] == ["left out lines 71, 80, 82"]
    assert len(read_home("B", data_dir)[0]) == 493


def test_kitchens_have_actions_and_sounds_in_order(data_dir: Path) -> None:
    actions, sounds = read_kitchen_actions(data_dir), read_kitchen_sounds(data_dir)
    assert (len(actions), len(sounds)) == (9668, 8035)
    assert list(actions) == sorted(actions, key=lambda a: (a.video, a.start_s, a.end_s))
    assert {s.video for s in sounds} <= {a.video for a in actions}


def test_the_earlier_kitchens_are_told_in_the_later_ones_classes(data_dir: Path) -> None:
    later, earlier = read_kitchen_actions(data_dir), read_kitchen_actions(data_dir, "epic55_train")
    assert len(earlier) == 28_472 and not {a.video for a in earlier} & {a.video for a in later}
    classes = {row["key"] for row in rows_of(data_dir / "anticipation/epic_kitchens/EPIC_100_verb_classes.csv")}
    strange = [a.verb for a in earlier if a.verb not in classes]
    assert len(strange) < 50  # "video", "used": words that no class holds
    first = next(a for a in earlier if (a.video, a.start_s) == ("P01_01", 4.37))
    assert (first.verb, first.noun) == ("turn-on", "light")


def test_a_table_in_steps_and_one_in_seconds_say_the_same(tmp_path: Path) -> None:
    in_steps = read_sequences(_written(tmp_path, "action,start_frame,end_frame", "a,1,30", "b,31,60"))[0]
    in_seconds = read_sequences(_written(tmp_path, "activity,start_s,end_s", "a,0,1", "b,1,2"))[0]
    assert in_steps.segments == in_seconds.segments == (Segment("a", 0.0, 1.0), Segment("b", 1.0, 2.0))
    assert in_steps.frames == 60


def test_many_sequences_in_one_table(tmp_path: Path) -> None:
    path = _written(tmp_path, "sequence,subject,activity,start_s,end_s", "x,p,a,0,1", "y,q,b,0,2", "x,p,b,1,3")
    x, y = read_sequences(path)
    assert (x.name, x.subject, x.activities) == ("x", "p", ("a", "b"))
    assert (y.name, y.duration_s) == ("y", 2.0)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,0,2", "b,1,3"], "an overlap of 1 s"),
        (["a,0,1", "b,3,4"], "a gap of 2 s"),
        (["a,0,1", "b,1,1"], "an end after the start"),
        (["a,2,1"], "an end after the start"),
        (["a,0,x"], "numbers in start_s and end_s"),
        (["a,0,nan"], "numbers in start_s and end_s"),
        (["a,0,inf"], "numbers in start_s and end_s"),
        ([",0,1"], "an activity"),
        ([], "at least one segment"),
    ],
)
def test_a_broken_table_is_one_line(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said) as failure:
        read_sequences(_written(tmp_path, "activity,start_s,end_s", *lines))
    assert "\n" not in str(failure.value)


def test_gaps_are_kept_where_they_are_allowed(tmp_path: Path) -> None:
    path = _written(tmp_path, "activity,start_s,end_s", "a,0,1", "b,3,4")
    assert len(read_sequences(path, gaps=True)[0].segments) == 2


def test_a_table_without_the_columns(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="columns activity, start_s, end_s"):
        read_sequences(_written(tmp_path, "t_s,acc_x", "0,1"))


def test_unknown_activities_are_refused() -> None:
    with pytest.raises(UserError, match="'swim'"):
        require_known(["walk", "swim"], ["walk", "sit"], "here")
    require_tiling([Segment("a", 0, 1), Segment("b", 1.0005, 2)], "within the tolerance")


def test_observed_cuts_the_current_segment_at_int_of_the_share() -> None:
    sequence = SegmentSequence("s", (Segment("a", 0.0, 0.5), Segment("b", 0.5, 1.1)), rate_hz=10.0)
    assert sequence.frames == 11
    assert sequence.observed(0.6) == (Segment("a", 0.0, 0.5), Segment("b", 0.5, 0.6))  # int(6.6) = 6 steps
    assert sequence.observed(0.2) == (Segment("a", 0.0, 0.2),)


def test_neighbours_with_one_name_become_one() -> None:
    assert joined([Segment("a", 0, 1), Segment("a", 1, 2), Segment("b", 2, 3)]) == (
        Segment("a", 0, 2),
        Segment("b", 2, 3),
    )
