"""The anticipation task: the field's metric to the step, noise as stated, choices without test videos, runs that resume."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from agents.anticipation.engines import ENGINES
from agents.anticipation.moments import MarkovNext, Moment
from agents.anticipation.routine import LogisticNext
from agents.anticipation.timing import Timing
from evals.registry import TaskOptions
from evals.runs import Run
from evals.tasks import anticipation
from evals.tasks.anticipation.choosing import choose, inner_beliefs, one_view
from evals.tasks.anticipation.homes import moments, split_by_day
from evals.tasks.anticipation.mean_over_classes import counts, expanded, mean_over_classes, runs, window
from evals.tasks.anticipation.noise import with_wrong_labels
from evals.tasks.anticipation.scoring import video_rows
from recordings.sequences import Segment, SegmentSequence, read_benchmark, read_home


def test_two_videos_by_hand() -> None:
    """Two videos of ten steps, 0.2 seen, 0.3 ahead: A A B told as A B B, and B B B told as B B A."""
    assert window(10, 0.2, 0.3) == (2, 5)
    a, b = 0, 1
    first = counts(np.array([a, a, b]), np.array([a, b, b]), 2)
    second = counts(np.array([b, b, b]), np.array([b, b, a]), 2)
    right, asked = first[0] + second[0], first[1] + second[1]
    assert mean_over_classes(right, asked) == pytest.approx(0.625)
    assert right.sum() / asked.sum() == pytest.approx(4 / 6)


def test_windows_are_cut_as_the_fields_code_cuts_them() -> None:
    assert window(11, 0.3, 0.3) == (3, 6)  # int(6.6), not int(3.3) + int(3.3)
    assert window(9, 0.2, 0.5) == (1, 5)  # never more than int(4.5) steps ahead
    assert window(10, 0.3, 0.5) == (3, 8)


def test_classes_that_never_occur_are_left_out_and_none_is_wrong() -> None:
    right, asked = counts(np.array([0, 0, 2]), np.array([0, -1, -1]), 3)
    assert mean_over_classes(right, asked) == pytest.approx((0.5 + 0.0) / 2)
    assert np.isnan(mean_over_classes(np.zeros(3), np.zeros(3)))


def test_cells_are_laid_out_at_the_full_rate() -> None:
    assert expanded([1, 2], 6).tolist() == [1, 1, 1, 2, 2, 2]
    assert len(expanded([1, 2, 3], 0)) == 0
    assert runs(np.array([4, 4, 7])) == [(4, 2), (7, 1)]


def test_wrong_labels_are_as_many_as_stated_and_always_the_same() -> None:
    vocabulary = ["a", "b", "c", "d"]
    segments = [Segment(vocabulary[i % 4], i, i + 1) for i in range(2000)]
    wrong = with_wrong_labels(segments, 0.3, vocabulary, seed=0, name="v", share=0.2)
    changed = [s.activity != w.activity for s, w in zip(segments, wrong, strict=True)]
    assert np.mean(changed) == pytest.approx(0.3, abs=0.04)
    assert [(w.start_s, w.end_s) for w in wrong] == [(s.start_s, s.end_s) for s in segments]
    assert wrong == with_wrong_labels(segments, 0.3, vocabulary, seed=0, name="v", share=0.2)
    assert wrong != with_wrong_labels(segments, 0.3, vocabulary, seed=1, name="v", share=0.2)
    assert with_wrong_labels(segments, 0.0, vocabulary, seed=0, name="v", share=0.2) == tuple(segments)


def _known(n: int) -> list[SegmentSequence]:
    rows = []
    for i in range(n):
        parts = (("a", 10 + i % 3), ("b", 20), ("c", 10)) if i % 2 else (("a", 10 + i % 3), ("c", 10), ("b", 20))
        now, segments = 0.0, []
        for name, seconds in parts:
            segments.append(Segment(name, now, now + seconds))
            now += seconds
        rows.append(SegmentSequence(f"v{i}", tuple(segments), f"p{i // 2}", f"t{i}", 5.0))
    return rows


def test_choices_come_from_inner_people_only() -> None:
    known = _known(16)
    inner = inner_beliefs({"markov_1": ENGINES["markov_1"], "repeat_last": ENGINES["repeat_last"]}, known)[""]
    assert sum(len(t) for t in inner.truths) == 2 * len(known)
    best = choose(inner, ["markov_1", "repeat_last"])
    assert sum(best.weights.values()) == pytest.approx(1.0)
    alone = [choose(inner, [name]).inner for name in ("markov_1", "repeat_last")]
    assert best.inner >= max(alone)


def test_one_view_of_each_trial() -> None:
    twice = [SegmentSequence(f"cam{i}", _known(1)[0].segments, "p", "t", 5.0) for i in range(3)]
    assert [s.name for s in one_view(twice)] == ["cam0"]


def test_the_floors_are_reproduced(data_dir: Path) -> None:
    """The published figures of the simple engines on the literature's folds of 50 Salads: 8.5, 20.4, 23.3, 24.7."""
    run = Run()
    from evals.tasks.anticipation.videos import collect_videos

    names = ("most_frequent", "repeat_last", "markov_1", "markov_6")
    collect_videos(TaskOptions(data_dir=data_dir, systems=names), run, "50salads", "")
    found = {
        str(row["name"]): 100 * row["metrics"]["moc"]["value"]  # type: ignore[index]
        for row in video_rows(run)
        if row["part"] == "50salads/literature/oracle"
    }
    for name, floor in zip(names, (8.5, 20.4, 23.3, 24.7), strict=True):
        assert found[name] == pytest.approx(floor, abs=0.2)


def test_a_killed_run_goes_on_and_scores_the_same(data_dir: Path, tmp_path: Path) -> None:
    from evals.tasks.anticipation.videos import collect_videos

    options = TaskOptions(data_dir=data_dir, systems=("repeat_last", "markov_1"))
    whole = Run(tmp_path / "whole")
    collect_videos(options, whole, "50salads", "")
    lines = (tmp_path / "whole" / "samples.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "killed").mkdir()
    (tmp_path / "killed" / "samples.jsonl").write_text("".join(lines[: len(lines) // 3]) + lines[len(lines) // 3][:40])
    again = Run(tmp_path / "killed")
    collect_videos(options, again, "50salads", "")

    def figures(run: Run) -> str:
        return json.dumps([[r["name"], r["part"], r["metrics"]] for r in video_rows(run)])

    assert figures(again) == figures(whole) == figures(Run(tmp_path / "whole"))
    result = anticipation.score(whole)
    assert all(check["passed"] is not False for check in result["leak_audit"]["checks"])  # type: ignore[index]
    rows = [p for p in result["published"] if str(p["system"]).startswith("ActionLLM")]  # type: ignore[attr-defined, index]
    assert [r["comparable"] for r in rows] == ["no"]  # type: ignore[index]


def test_labels_are_needed_no_further_than_observed(data_dir: Path) -> None:
    """A future that was otherwise changes no forecast."""
    from evals.tasks.anticipation.choosing import asked_of

    known = read_benchmark("50salads", data_dir)
    one = known.folds[0].test[0]
    question = asked_of(one, 0.2)
    assert question.segments[-1].end_s == pytest.approx(int(0.2 * one.frames) / 30)
    cut = [s for s in one.segments if s.start_s < question.now_s]
    other = SegmentSequence(
        one.name, (*cut[:-1], Segment(cut[-1].activity, cut[-1].start_s, one.end_s)), one.subject, one.trial, 30.0
    )
    assert asked_of(other, 0.2) == question


def test_homes_are_split_by_day_and_know_no_later_moment(data_dir: Path) -> None:
    activities, _ = read_home("A", data_dir)
    found = moments(activities, "A", at_end=True, merged=True)
    train, test = split_by_day(found)
    assert max(m.group for m in train) < min(m.group for m in test)
    assert all(m.past[-1] != m.next for m in found)
    started = moments(activities, "A", at_end=False, merged=True)
    assert all(m.lasted_s == 0 for m in started)
    assert [m.next for m in started] == [m.next for m in found]


def test_days_lie_on_one_side_and_no_question_is_asked_twice(data_dir: Path) -> None:
    from evals.leaks import audit
    from evals.tasks.anticipation.homes import _material

    for home in ("A", "B"):
        for at_end in (True, False):
            train, test = split_by_day(moments(read_home(home, data_dir)[0], home, at_end, merged=True))
            assert [c.name for c in audit(_material(train, test, home)) if c.passed is False] == []


def test_the_hour_tells_what_follows() -> None:
    rows = [
        Moment(f"{i}", f"d{i}", ("wake",), "coffee" if i % 2 else "bed", hour=8.0 if i % 2 else 23.5) for i in range(20)
    ]
    markov = MarkovNext(by_hour=True)
    markov.fit(rows)
    morning, night = markov.probabilities(
        [Moment("m", "d", ("wake",), "?", 7.5), Moment("n", "d", ("wake",), "?", 0.3)]
    )
    assert max(morning, key=morning.__getitem__) == "coffee"
    assert max(night, key=night.__getitem__) == "bed"
    logistic = LogisticNext()
    logistic.fit(rows)
    told = logistic.probabilities([Moment("m", "d", ("wake",), "?", 8.0)])[0]
    assert max(told, key=told.__getitem__) == "coffee"


def test_the_onset_asked_at_the_end_waits_for_the_pause_alone() -> None:
    timing = Timing("activity")
    whole = [
        Moment(f"{k}", f"d{k}", ("sleep",), "eat", lasted_s=100.0 * k, wait_s=100.0 * k + 5, length_s=60.0, over=True)
        for k in range(1, 9)
    ]
    timing.fit(whole)
    over = timing.onset(Moment("b", "d", ("sleep",), "eat", lasted_s=900.0, over=True))
    assert over.middle_s == pytest.approx(5.0, rel=0.05)
    begun = timing.onset(Moment("b", "d", ("sleep",), "eat", lasted_s=0.0))
    assert begun.middle_s == pytest.approx(455.0, rel=0.15)
    assert begun.low_s < 250 < 650 < begun.high_s
    later = timing.onset(Moment("b", "d", ("sleep",), "eat", lasted_s=700.0))
    assert later.middle_s < begun.middle_s
    following = timing.length(Moment("c", "d", ("sleep",), "eat"), "eat")
    assert following.middle_s == pytest.approx(60.0, rel=0.02)


def test_intervals_are_calibrated_on_groups_left_out() -> None:
    """Lengths that differ between people by more than inside one: a level for people, not for rows."""
    rng = np.random.default_rng(0)

    def people(names: range) -> list[Moment]:
        found = []
        for who in names:
            pace = float(np.exp(rng.normal() * 0.8))
            found += [
                Moment(f"{who}/{i}", f"p{who}", ("walk",), "sit", wait_s=pace * float(np.exp(rng.normal() * 0.2)) * 60)
                for i in range(12)
            ]
        return found

    timing = Timing("activity")
    timing.fit(people(range(40)))
    inside = []
    for m in people(range(100, 200)):
        told = timing.onset(m)
        inside.append(told.low_s <= m.wait_s <= told.high_s)
    assert 0.84 <= np.mean(inside) <= 0.96


def test_homes_and_videos_are_scored_side_by_side() -> None:
    run = Run()
    run.note("vocabulary/50salads", ["cut", "mix"])
    run.finish(
        "repeat_last", "50salads/literature/oracle/1", seconds=0.0, seconds_per_video=0.0, fit_s=0.0, parameters=0
    )
    run.finish("markov_1", "homes/A/merged/at_end", seconds=0.0)
    assert video_rows(run) == []


def test_postures_are_asked_by_the_clock_and_answered_with_intervals(data_dir: Path) -> None:
    """Three people of HAPT's training subjects teach, one is asked: rows with start, length and intervals for every system."""
    from agents.anticipation.fitting import calibrated_on, hapt_sequences
    from evals.tasks.anticipation.answering import answers, baselines
    from evals.tasks.anticipation.next_rows import next_rows
    from evals.tasks.anticipation.wearables import ASKED, by_minute, material_of, moment_of, told_by, whole_moments

    known = hapt_sequences(data_dir)
    people = sorted({k.subject for k in known}, key=int)
    train, test = [k for k in known if k.subject in people[:5]], [k for k in known if k.subject == people[5]]
    run = Run()
    run.audit(material_of(train, test))
    checks = run.header["leak_checks"]
    assert isinstance(checks, list)
    assert all(isinstance(c, dict) and c["passed"] is not False for c in checks)
    whole = whole_moments(train)
    part = "hapt/annotated/by_clock/1"
    asked = [(k, q) for k in test for q in ASKED["by_clock"](k.episodes)]
    moments = [moment_of(q, k.subject, k.source) for k, q in asked]
    for answerer in baselines(by_minute(whole)):
        answerer.following.fit(whole)
        answerer.timing.fit(whole)
        run.add_all(answers(answerer, moments, part))
        run.finish(answerer.name, part, seconds=0.0)
    model = calibrated_on(train, source="five people")
    run.add_all(told_by(model, q, m, part) for (_, q), m in zip(asked, moments, strict=True))
    run.finish("telltale", part, seconds=0.0)
    rows = {str(row["name"]): row["metrics"] for row in next_rows(run)}
    assert set(rows) == {"most_frequent", "repeat_last", "markov_1", "markov_1_by_hour", "telltale"}
    ours, markov, frequent = (
        rows[name]["accuracy"]["value"]  # type: ignore[index]
        for name in ("telltale", "markov_1", "most_frequent")
    )
    assert ours > markov > frequent
    assert rows["telltale"]["told_share"]["value"] < 1.0  # type: ignore[index]  # the first activity: it cannot tell
    assert rows["telltale"]["onset_error_median_s"]["value"] < rows["most_frequent"]["onset_error_median_s"]["value"]  # type: ignore[index]
    assert 0.7 <= rows["telltale"]["duration_covered_90"]["value"] <= 1.0  # type: ignore[index]


def test_a_recording_cut_earlier_holds_nothing_later(data_dir: Path) -> None:
    from recordings import UserError, recorded_until
    from recordings.datasets import dataset

    hapt = dataset("hapt")
    recording = hapt.open(hapt.keys(data_dir)[0], data_dir)
    seen = recorded_until(recording, 60.0)
    assert seen.duration_s == pytest.approx(60.0, abs=0.03)
    assert np.array_equal(seen.streams[0].samples, recording.streams[0].samples[:, : seen.streams[0].n])
    assert all(a.end_s <= 60.0 for a in seen.annotations)
    with pytest.raises(UserError, match="observe more"):
        recorded_until(recording, 0.0)
