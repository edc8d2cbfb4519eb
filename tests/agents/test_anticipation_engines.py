"""Engines that forecast sequences: each learns what it can, none invents time, the same seed gives the same belief."""

from __future__ import annotations

import numpy as np
import pytest

from agents.anticipation.engines import (
    CELLS,
    ENGINES,
    Balance,
    Belief,
    Blend,
    Markov,
    Observed,
    PrefixNeighbours,
    RepeatLast,
    SegmentNetworkEngine,
    SemiMarkov,
    engine_named,
    forecast_segments,
    observe,
)
from agents.anticipation.engines.forecasting import steady
from agents.anticipation.engines.grammar import Grammar
from agents.anticipation.engines.lengths import Lengths
from models.segments import SegmentSettings
from recordings import UserError
from recordings.sequences import Segment, SegmentSequence

# The others are trained for minutes or ask a language model: they have tests of their own.
QUICK = [name for name in ENGINES if name not in ("segment_network", "actionllm", "prompted")]


def _sequence(name: str, *parts: tuple[str, float], subject: str | None = None) -> SegmentSequence:
    now, segments = 0.0, []
    for activity, seconds in parts:
        segments.append(Segment(activity, now, now + seconds))
        now += seconds
    return SegmentSequence(name, tuple(segments), subject or name, name)


def _salads(n: int = 12) -> list[SegmentSequence]:
    """Tomato and cheese are cut in either order, each once; then the salad is mixed and served."""
    first, second = ("tomato", 10.0), ("cheese", 20.0)
    return [
        _sequence(
            f"s{i}", ("start", 5.0), *((first, second) if i % 2 else (second, first)), ("mix", 10.0), ("serve", 5.0)
        )
        for i in range(n)
    ]


@pytest.mark.parametrize("name", QUICK)
def test_every_engine_gives_probabilities_for_every_cell(name: str) -> None:
    engine = engine_named(name)
    engine.fit(_salads())
    belief = engine.believe(observe(_salads()[0], 0.3, 0.5))
    assert belief.probabilities.shape == (CELLS, len(belief.activities))
    assert np.allclose(belief.probabilities.sum(axis=1), 1.0)
    assert (belief.probabilities >= 0).all()
    assert engine.parameters >= 0


@pytest.mark.parametrize("name", QUICK)
def test_the_same_question_gets_the_same_answer(name: str) -> None:
    beliefs = []
    for _ in range(2):
        engine = engine_named(name)
        engine.fit(_salads())
        beliefs.append(engine.believe(observe(_salads()[1], 0.3, 0.5)).probabilities)
    assert np.array_equal(*beliefs)


@pytest.mark.parametrize("name", ["remembering", "remembering_shares", "blend", "prefix_neighbours", "markov_6"])
def test_what_was_done_is_not_done_again(name: str) -> None:
    """After tomato then cheese comes mixing, after cheese alone tomato: only who remembers both knows."""
    engine = engine_named(name)
    engine.fit(_salads(24))
    both = _sequence("new", ("start", 5.0), ("tomato", 10.0), ("cheese", 19.0))
    one = _sequence("new", ("start", 5.0), ("cheese", 19.0))
    for seen, expected in ((both, "mix"), (one, "tomato")):
        belief = engine.believe(Observed(seen.segments, 12.0, 50.0))
        middle = belief.probabilities[CELLS // 2]
        assert belief.activities[int(middle.argmax())] == expected


def test_a_future_fits_the_known_length() -> None:
    """Served at the end of a video, however long it is: half as fast as in training."""
    engine = SemiMarkov(draws=100)
    engine.fit(_salads())
    slow = tuple(Segment(s.activity, 2 * s.start_s, 2 * s.end_s) for s in _salads()[0].segments[:3])
    belief = engine.believe(Observed(slow, 30.0, 100.0))
    last = dict(zip(belief.activities, belief.probabilities[-1], strict=True))
    assert last["serve"] > 0.9


def test_markov_goes_on_for_the_mean_of_what_remained() -> None:
    engine = Markov(1)
    engine.fit([_sequence("a", ("x", 10.0), ("y", 4.0)), _sequence("b", ("x", 20.0), ("y", 4.0))])
    belief = engine.believe(Observed((Segment("x", 0.0, 12.0),), 16.0))
    said = [belief.activities[i] for i in belief.probabilities.argmax(axis=1)]
    assert said.count("x") == CELLS // 2  # 8 of 16 s: only the one of 20 s had lasted so long
    assert said[-1] == "y"


def test_conditional_remaining_and_what_outlasted_everything() -> None:
    lengths = Lengths()
    lengths.fit([_sequence("a", ("x", 10.0)), _sequence("b", ("x", 30.0))])
    assert lengths.mean_remaining_s("x", 5.0) == pytest.approx(15.0)
    assert lengths.mean_remaining_s("x", 20.0) == pytest.approx(10.0)
    assert lengths.mean_remaining_s("x", 40.0) > 0


def test_views_of_one_trial_count_once() -> None:
    views = [SegmentSequence(f"v{i}", _sequence("t", ("a", 1.0), ("b", 1.0)).segments, "p", "t") for i in range(3)]
    other = _sequence("u", ("a", 1.0), ("c", 1.0))
    grammar = Grammar(("a", "b", "c"), 1)
    grammar.fit([*views, other])
    after = grammar.following(grammar.state(grammar.history(["a"])))
    assert after[1] == pytest.approx(after[2])
    neighbours = PrefixNeighbours()
    neighbours.fit([*views, other])
    assert neighbours.parameters == 2 * 4


def test_the_grammar_never_repeats_the_current_activity_and_sums_to_one() -> None:
    grammar = Grammar(("cheese", "mix", "serve", "start", "tomato"), 3)
    grammar.fit(_salads())
    for names in (["start"], ["start", "tomato"], ["serve"], []):
        state = grammar.state(grammar.history(names))
        shares = grammar.following(state)
        assert shares.sum() == pytest.approx(1.0)
        if names:
            assert shares[grammar.number[names[-1]]] == 0


def test_balance_prefers_the_rare_class_and_power_zero_does_not() -> None:
    train = [_sequence(f"t{i}", ("a", 30.0), ("long", 60.0), ("rare", 10.0)) for i in range(3)]
    belief = Belief(("long", "rare"), np.tile([0.6, 0.4], (CELLS, 1)))
    for power, expected in ((0.0, "long"), (1.0, "rare")):
        balance = Balance(power, 0.01)
        balance.fit(train)
        assert set(balance.decided(belief, 0.3, 0.7)) == {expected}


def test_a_blend_is_the_weighted_mean() -> None:
    blend = Blend(((RepeatLast(), 0.25), (Markov(1), 0.75)))
    blend.fit(_salads())
    belief = blend.believe(observe(_salads()[0], 0.2, 0.5))
    assert set(np.unique(belief.probabilities)) <= {0.0, 0.25, 0.75, 1.0}


def test_a_changeable_belief_gives_a_steady_plan() -> None:
    flapping = np.tile([[0.51, 0.49], [0.49, 0.51]], (CELLS // 2, 1))
    assert len(set(steady(flapping).tolist())) == 1
    clear = np.repeat([[1.0, 0.0], [0.0, 1.0]], CELLS // 2, axis=0)
    assert steady(clear).tolist() == [0] * (CELLS // 2) + [1] * (CELLS // 2)


def test_forecast_segments_tile_the_horizon() -> None:
    engine = engine_named()
    engine.fit(_salads())
    question = observe(_salads()[0], 0.3, 0.5)
    forecast = forecast_segments(engine, question, learnt_from=_salads(), source="salads")
    assert forecast[0].start_s == pytest.approx(question.now_s)
    assert sum(f.duration_s or 0 for f in forecast) == pytest.approx(question.horizon_s, abs=0.1)
    assert all(0 < f.probability <= 1 for f in forecast)
    assert "blend" in forecast[0].from_.method
    assert "whole length known" in forecast[0].from_.method


@pytest.mark.parametrize(("share", "horizon"), [(0.0, 0.5), (1.0, 0.1), (0.6, 0.5), (0.3, 0.0), (-0.1, 0.5)])
def test_impossible_questions_are_one_line(share: float, horizon: float) -> None:
    with pytest.raises(UserError):
        observe(_salads()[0], share, horizon)


def test_an_activity_nobody_knows_is_refused() -> None:
    engine = engine_named("markov_1")
    engine.fit(_salads())
    odd = _sequence("odd", ("juggling", 5.0), ("mix", 5.0))
    with pytest.raises(UserError, match="juggling"):
        forecast_segments(engine, observe(odd, 0.3, 0.5), learnt_from=_salads(), source="salads")
    with pytest.raises(UserError, match="no such engine"):
        engine_named("oracle")


@pytest.mark.parametrize("name", QUICK)
def test_a_wrong_label_from_elsewhere_breaks_no_engine(name: str) -> None:
    """A recogniser may say what training never showed; the task then still needs an answer."""
    engine = engine_named(name)
    engine.fit(_salads())
    belief = engine.believe(Observed((Segment("start", 0.0, 5.0), Segment("juggling", 5.0, 9.0)), 25.0, 50.0))
    assert np.allclose(belief.probabilities.sum(axis=1), 1.0)


def test_the_network_learns_a_routine_and_repeats_itself() -> None:
    settings = SegmentSettings(width=32, cells=10, steps=120, batch=32, seeds=1, dropout=0.0)
    beliefs = []
    for _ in range(2):
        engine = SegmentNetworkEngine(settings, device="cpu")
        engine.fit([_sequence(f"r{i}", ("a", 10.0), ("b", 20.0), ("c", 20.0)) for i in range(4)])
        beliefs.append(engine.believe(observe(_sequence("new", ("a", 10.0), ("b", 20.0), ("c", 20.0)), 0.3, 0.5)))
    assert np.array_equal(beliefs[0].probabilities, beliefs[1].probabilities)
    said = [beliefs[0].activities[i] for i in beliefs[0].probabilities.argmax(axis=1)]
    assert said[0] == "b"
    assert said[-1] == "c"
    assert engine.parameters > 1000


def test_futures_drawn_one_by_one_are_as_likely_as_they_are_believed() -> None:
    engine = SemiMarkov(order=2, draws=400)
    engine.fit(_salads())
    asked = observe(_salads()[0], 0.2, 0.5)
    names, futures = engine.futures(asked, 2000)
    belief = engine.believe(asked)
    assert names == belief.activities and futures.shape == (2000, CELLS)
    for cell in (0, 60, CELLS - 1):
        shares = np.bincount(futures[:, cell], minlength=len(names)) / 2000
        assert np.abs(shares - belief.probabilities[cell]).max() < 0.05
    assert np.array_equal(futures, engine.futures(asked, 2000)[1])
