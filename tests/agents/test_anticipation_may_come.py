"""Activities that nobody was seen to do: said from their names, within what is left, and never as if they were known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from agents.anticipation.engines import CELLS, Observed, PromptedEngine, engine_named, forecast_segments
from agents.anticipation.engines.may_come import MOST_EXAMPLES, ONCE, UNSEEN, MayCome, around
from recordings import UserError
from recordings.sequences import Segment, SegmentSequence


def _sequence(name: str, *activities: str, each_s: float = 10.0) -> SegmentSequence:
    segments = tuple(Segment(a, i * each_s, (i + 1) * each_s) for i, a in enumerate(activities))
    return SegmentSequence(name, segments, name, name)


def _salads(n: int = 8) -> list[SegmentSequence]:
    return [_sequence(f"s{i}", "start", "cut_tomato", "place_tomato", "mix") for i in range(n)]


class _Reader:
    """Likes a name after a history that shares a word with it, and nothing after nothing."""

    likelihoods, name, revision, licence = True, "reader", "1", "none"

    def __init__(self) -> None:
        self.heard: list[str] = []

    def score(self, prompt: str, options: Sequence[str], content_free: Sequence[str] = ()) -> list[float]:
        self.heard.append(prompt)

        def likes(text: str, option: str) -> float:
            last = text.splitlines()[-1].rstrip(",").split(", ")[-1]
            return 8.0 if set(last.split()) & set(option.split()) else 0.0

        free = [np.mean([likes(text, o) for text in content_free]) if content_free else 0.0 for o in options]
        return [likes(prompt, option) - float(f) for option, f in zip(options, free, strict=True)]


class _Chooser(_Reader):
    """An endpoint: 0 for what it chooses, −1 for the rest."""

    likelihoods = False

    def score(self, prompt: str, options: Sequence[str], content_free: Sequence[str] = ()) -> list[float]:
        self.heard.append(prompt)
        return [0.0 if "cheese" in option else -1.0 for option in options]


def _engine(llm: Any, *may_come: str, known: Sequence[SegmentSequence] | None = None) -> PromptedEngine:
    engine = PromptedEngine(llm=llm, language_weight=0.0, may_come=may_come)
    engine.fit(known or _salads())
    return engine


def _after(*activities: str) -> Observed:
    return Observed(_sequence("now", *activities).segments, 40.0, None)


def test_a_name_that_fits_what_was_done_is_likelier_than_one_that_does_not() -> None:
    engine = _engine(_Reader(), "peel_tomato", "wash_car")
    chances = {one.activity: one for one in engine.chances(_after("start", "cut_tomato"))}
    assert chances["peel_tomato"].next > 2 * chances["wash_car"].next > 0.0
    assert all(one.examples == 0 and one.next <= one.ahead <= 1.0 for one in chances.values())
    assert engine.chances(_after("start"))[0].next < chances["peel_tomato"].next


def test_beliefs_still_sum_to_one_and_hold_what_may_come() -> None:
    engine = _engine(_Reader(), "peel_tomato")
    belief = engine.believe(_after("start", "cut_tomato"))
    assert belief.activities[-1] == "peel_tomato"
    assert belief.probabilities.shape == (CELLS, 5)
    assert np.allclose(belief.probabilities.sum(axis=1), 1.0)
    assert belief.probabilities[:, -1].max() > 0.05


def test_without_names_nothing_changes_and_nobody_is_asked() -> None:
    llm = _Reader()
    observed = _after("start", "cut_tomato")
    plain = PromptedEngine(llm=llm, language_weight=0.0)  # type: ignore[arg-type]
    plain.fit(_salads())
    assert np.array_equal(_engine(llm).believe(observed).probabilities, plain.believe(observed).probabilities)
    assert llm.heard == []


def test_what_was_done_already_does_not_come_again() -> None:
    engine = _engine(_Reader(), "peel_tomato")
    observed = Observed(_sequence("now", "start", "peel_tomato", "cut_tomato").segments, 40.0, None)
    assert engine.chances(observed)[0].ahead == 0.0


def test_one_example_is_shown_and_many_are_counted() -> None:
    once = [*_salads(), _sequence("own", "start", "peel_tomato", "cut_tomato", "mix")]
    llm = _Reader()
    engine = _engine(llm, "peel_tomato", known=once)
    assert engine.chances(_after("start"))[0].examples == 1
    assert "start, peel tomato, cut tomato, mix." in llm.heard[0]
    often = [*_salads(), *(_sequence(f"o{i}", "start", "peel_tomato", "mix") for i in range(MOST_EXAMPLES + 1))]
    assert MayCome.taught(("peel_tomato",), often).names == ()
    assert _engine(llm, "peel_tomato", known=often).chances(_after("start")) == []
    assert around(once[-1], "peel_tomato") == ["start", "peel_tomato", "cut_tomato", "mix"]


def test_the_odds_grow_with_the_gain_and_with_what_was_done_and_never_reach_certainty() -> None:
    for odds in (UNSEEN, ONCE):
        assert odds.of(0.0, 3) < odds.of(2.0, 3) < odds.of(2.0, 9)
    llm: Any = _Reader()
    many = MayCome(tuple(f"tomato_{i}" for i in range(30))).probabilities(llm, ["cut_tomato"], [])
    assert 0.5 < sum(many.values()) < 1.0


def test_a_model_that_only_chooses_is_asked_among_known_candidates() -> None:
    engine = _engine(_Chooser(), "cut_cheese", "wash_car")
    chances = {one.activity: one.next for one in engine.chances(_after("start", "cut_tomato"))}
    assert chances["cut_cheese"] > 5 * chances["wash_car"] > 0.0


def test_a_forecast_of_it_says_that_nobody_was_seen_doing_it() -> None:
    class Sure(_Reader):
        def score(self, prompt: str, options: Sequence[str], content_free: Sequence[str] = ()) -> list[float]:
            return [60.0 for _ in options]

    engine = _engine(Sure(), "peel_tomato")
    told = forecast_segments(engine, _after("start", "cut_tomato"), learnt_from=_salads(), source="salads.csv")
    assert [one.activity for one in told][1] == "peel_tomato"
    assert "nobody was seen doing peel_tomato" in told[0].from_.method


def test_who_was_told_of_it_may_have_seen_it_done_here() -> None:
    observed = Observed(_sequence("now", "start", "peel_tomato").segments, 40.0, None)
    engine = _engine(_Reader(), "peel_tomato")
    told = forecast_segments(engine, observed, learnt_from=_salads(), source="salads.csv")
    assert {one.activity for one in told[1:]} <= {"cut_tomato", "place_tomato", "mix"}
    with pytest.raises(UserError, match="peel_tomato"):
        forecast_segments(_engine(_Reader()), observed, learnt_from=_salads(), source="salads.csv")


def test_only_the_engine_that_reads_names_takes_them() -> None:
    assert isinstance(engine_named(may_come=("juggle",)), PromptedEngine)
    with pytest.raises(UserError, match="the engine prompted, which reads names"):
        engine_named("blend", may_come=("juggle",))
