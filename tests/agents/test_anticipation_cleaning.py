"""Observed labels that may be wrong: what was really done is weighed, and a second stream shifts what comes next."""

from __future__ import annotations

import numpy as np
import pytest

from agents.anticipation.engines import ENGINES, Cleaning, Denoised, Observed, believe_about, engine_named
from agents.anticipation.engines.semi_markov import SemiMarkov
from agents.anticipation.engines.sounds import SoundShift, heard
from recordings.sequences import Segment, SegmentSequence

STEPS = (("wash", 10.0), ("peel", 30.0), ("cut", 60.0), ("mix", 20.0), ("eat", 100.0))


def _segments(names: list[str]) -> tuple[Segment, ...]:
    lengths, now, found = dict(STEPS), 0.0, []
    for name in names:
        found.append(Segment(name, now, now + lengths.get(name, 30.0)))
        now = found[-1].end_s
    return tuple(found)


@pytest.fixture(scope="module")
def recipes() -> list[SegmentSequence]:
    """Twenty people; the usual order, every fifth mixes before cutting."""
    usual = [name for name, _ in STEPS]
    other = ["wash", "peel", "mix", "cut", "eat"]
    return [
        SegmentSequence(f"s{i}", _segments(other if i % 5 == 0 else usual), f"p{i}", f"t{i}", 10.0) for i in range(20)
    ]


def test_a_label_that_fits_nothing_is_doubted(recipes: list[SegmentSequence]) -> None:
    cleaning = Cleaning(0.3)
    cleaning.fit(recipes)
    segments = _segments(["wash", "peel", "cut"])
    wrong = (segments[0], Segment("eat", segments[1].start_s, segments[1].end_s), segments[2])
    histories = cleaning.histories(Observed(wrong, 100.0, 220.0))
    assert sum(h.weight for h in histories) == pytest.approx(1.0)
    assert histories[0].observed.activities == ("wash", "peel", "cut")
    assert histories[0].weight > 0.6
    assert [s.end_s for s in histories[0].observed.segments] == [s.end_s for s in segments]


def test_without_errors_nothing_is_doubted(recipes: list[SegmentSequence]) -> None:
    cleaning = Cleaning(0.0)
    cleaning.fit(recipes)
    observed = Observed(_segments(["wash", "eat"]), 100.0, 220.0)
    (only,) = cleaning.histories(observed)
    assert only.observed is observed
    assert only.weight == 1.0


def test_a_denoised_engine_forecasts_what_follows_the_truth(recipes: list[SegmentSequence]) -> None:
    segments = _segments(["wash", "peel", "cut"])
    now = Segment("cut", segments[2].start_s, segments[2].start_s + 55.0)
    wrong = Observed((segments[0], segments[1], Segment("wash", now.start_s, now.end_s)), 60.0, 220.0)
    for name in ("remembering", "prefix_neighbours"):
        sure, doubting = ENGINES[name](), Denoised(engine_named(name), Cleaning(0.3))
        sure.fit(recipes)
        doubting.fit(recipes)
        told = doubting.believe(wrong)
        assert told.probabilities.sum(axis=1) == pytest.approx(1.0)
        mix = (
            told.probabilities[20, told.activities.index("mix")] + told.probabilities[20, told.activities.index("cut")]
        )
        believed = sure.believe(wrong)
        both = [believed.activities.index(n) for n in ("mix", "cut")]
        assert mix > believed.probabilities[20, both].sum()
        assert doubting.name == f"{name}+denoised"


def test_draws_are_shared_out_by_weight(recipes: list[SegmentSequence]) -> None:
    engine = SemiMarkov(draws=100)
    engine.fit(recipes)
    one = Observed(_segments(["wash", "peel"]), 60.0)
    other = Observed((*_segments(["wash", "peel"]), Segment("mix", 40.0, 41.0)), 60.0)
    alone = engine.believe(one).probabilities
    assert np.allclose(engine.believe_any([one], [1.0]).probabilities, alone)
    mixed = engine.believe_any([one, other], [0.7, 0.3])
    assert mixed.probabilities[0, mixed.activities.index("mix")] == pytest.approx(0.3, abs=0.02)
    assert believe_about(engine, Cleaning(0.0).histories(one)).probabilities == pytest.approx(alone)


def test_a_sound_shifts_what_comes_next_and_not_when(recipes: list[SegmentSequence]) -> None:
    sounds = {
        s.name: tuple(
            Segment("clatter", seg.end_s - 4, seg.end_s - 1)
            for seg, after in zip(s.segments, s.segments[1:], strict=False)
            if after.activity == "mix"
        )
        for s in recipes
    }
    shift = SoundShift()
    shift.fit(recipes, sounds)
    engine = ENGINES["semi_markov"]()
    engine.fit(recipes)
    observed = Observed(_segments(["wash", "peel"]), 60.0)
    belief = engine.believe(observed)
    moved = shift.shifted(belief, observed, [Segment("clatter", 36.0, 39.0)])
    mix, peel = belief.activities.index("mix"), belief.activities.index("peel")
    assert moved.probabilities.sum(axis=1) == pytest.approx(1.0)
    assert (moved.probabilities[:, peel] == belief.probabilities[:, peel]).all()
    assert moved.probabilities[60, mix] > belief.probabilities[60, mix]
    assert shift.shifted(belief, observed, [Segment("clatter", 36.0, 41.0)]) is belief  # it goes on: not over by now
    assert heard([Segment("bang", 1.0, 2.0)], 40.0) == frozenset()
