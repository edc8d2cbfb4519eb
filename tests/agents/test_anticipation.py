"""Anticipation: what follows, when, how surely, and when it cannot be told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.anticipation import Anticipator, Happened, stretches
from agents.anticipation.asking import questions_at_starts, questions_by_the_clock
from agents.anticipation.intervals import calibrated, off_centre
from agents.anticipation.lasting import Lasted, Lasting
from agents.anticipation.transitions import Transitions
from agents.language import ScriptedModel


def _sequence(*activities: str, seconds: float = 10.0) -> list[Happened]:
    return [Happened(name, i * seconds, (i + 1) * seconds) for i, name in enumerate(activities)]


@pytest.fixture
def routine() -> Anticipator:
    """Sitting leads to standing, standing to walking; after a walk mostly sitting."""
    days = [_sequence("sitting", "standing", "walking", "sitting", "standing", "walking", "running", "walking")] * 6
    return Anticipator.from_sequences(days, source="routines")


def test_the_usual_follower_comes_first(routine: Anticipator) -> None:
    forecast = routine.forecast(_sequence("walking", "sitting"))
    assert forecast[0].activity == "standing"
    assert forecast[0].probability > 0.8
    assert sum(f.probability for f in forecast) <= 1.0 + 1e-6
    assert forecast[0].start_s >= 20.0
    assert forecast[0].interval_s is not None
    assert forecast[0].interval_s[0] <= forecast[0].start_s <= forecast[0].interval_s[1]
    assert forecast[0].duration_s == pytest.approx(10.0)
    assert forecast[0].duration_interval_s is not None
    assert forecast[0].duration_interval_s[0] <= 10.0 <= forecast[0].duration_interval_s[1]
    assert forecast[0].coverage == 0.9
    assert forecast[0].from_.observed_s == 20.0
    assert "routines" in forecast[0].from_.method


def test_it_waits_less_the_longer_it_has_waited(routine: Anticipator) -> None:
    starts = [
        routine.forecast([Happened("walking", 0, 10), Happened("sitting", 10, 10 + elapsed)])[0].start_s - 10 - elapsed
        for elapsed in (1.0, 4.0, 7.0)
    ]
    assert starts == sorted(starts, reverse=True)


def test_what_this_person_does_outvotes_the_others(routine: Anticipator) -> None:
    own = _sequence(*["sitting", "typing"] * 4, "sitting")
    assert routine.forecast(own)[0].activity == "typing"


@pytest.mark.parametrize(
    "episodes",
    [
        [],
        _sequence("sitting"),
        _sequence("sitting", "unknown"),
        _sequence("sitting", "no_data"),
        _sequence("juggling", "fencing"),
        _sequence("unknown", "unknown", "unknown"),
        [*_sequence("walking", "sitting"), Happened("no_data", 20, 900)],
    ],
)
def test_too_little_is_cannot_tell(routine: Anticipator, episodes: list[Happened]) -> None:
    assert routine.forecast(episodes) == []


def test_beyond_the_horizon_nothing_is_forecast(routine: Anticipator) -> None:
    assert routine.forecast(_sequence("walking", "sitting"), horizon_s=0.5) == []
    assert routine.forecast(_sequence("walking", "sitting"), horizon_s=500) != []


def test_repeats_are_joined_and_long_pauses_cut() -> None:
    episodes = [
        Happened("walking", 0, 5),
        Happened("walking", 5, 9),
        Happened("unknown", 9, 12),
        Happened("sitting", 12, 20),
        Happened("no_data", 20, 100),
        Happened("lying", 100, 120),
    ]
    found = [[h.activity for h in run] for run in stretches(episodes)]
    assert found == [["walking", "sitting"], ["lying"]]


@given(
    st.lists(st.lists(st.sampled_from("abcd"), max_size=12), max_size=6), st.lists(st.sampled_from("abcde"), max_size=5)
)
def test_followers_are_a_distribution_without_the_current_one(sequences: list[list[str]], past: list[str]) -> None:
    transitions = Transitions()
    for sequence in sequences:
        transitions.learn(sequence)
    shares = transitions.following(past)
    assert not shares or sum(shares.values()) == pytest.approx(1.0)
    assert not past or past[-1] not in shares
    assert all(0 <= p <= 1 for p in shares.values())


@given(st.lists(st.floats(0.5, 500), min_size=1, max_size=30), st.floats(0, 1000))
def test_waits_are_ordered_and_places_undo_them(seconds: list[float], elapsed_s: float) -> None:
    lasting = Lasting({"a": [Lasted(s) for s in seconds]})
    low, middle, high = lasting.remaining_s("a", elapsed_s, (0.1, 0.5, 0.9))
    assert 0 <= low <= middle <= high
    for wait, share in ((low, 0.1), (middle, 0.5), (high, 0.9)):
        assert lasting.share_within("a", wait, elapsed_s) == pytest.approx(share, abs=1e-3)
    assert lasting.remaining_s("never seen", elapsed_s, (0.5,))[0] > 0
    with pytest.raises(ValueError, match="no length"):
        Lasting().remaining_s("a", 0.0, (0.5,))


def test_like_hours_count_more() -> None:
    naps = [Lasted(1200.0 + i, hour=15.0) for i in range(20)]
    nights = [Lasted(28000.0 + i, hour=23.0) for i in range(20)]
    lasting = Lasting({"sleep": naps + nights}, hour_width=1.0)
    assert lasting.remaining_s("sleep", 0.0, (0.5,), hour=15.2)[0] < 2000
    assert lasting.remaining_s("sleep", 0.0, (0.5,), hour=0.2)[0] > 20000


def test_a_level_holds_what_it_promises_on_people_left_out() -> None:
    """Forecasts that are too sure of themselves: the calibrated level is wider than the nominal one, and covers."""
    import numpy as np

    rng = np.random.default_rng(0)
    truths = rng.normal(size=(200, 30)) * 2.0
    from scipy.special import ndtr

    off = [[off_centre(float(p)) for p in row] for row in ndtr(truths)]
    people = [f"p{i}" for i in range(200)]
    flat = [(o, who) for who, row in zip(people[:100], off[:100], strict=True) for o in row]
    level = calibrated([o for o, _ in flat], [who for _, who in flat])
    assert level.level > 0.95
    covered = np.mean([[o <= level.level for o in row] for row in off[100:]])
    assert 0.87 <= covered <= 0.93
    assert calibrated([], []).level == 0.9


def test_questions_by_the_clock_know_nothing_of_the_end() -> None:
    episodes = [Happened("sitting", 0, 25), Happened("walking", 27, 40), Happened("lying", 200, 230)]
    asked = list(questions_by_the_clock(episodes))
    assert [q.now_s for q in asked] == [10, 20]
    assert asked[1].so_far == (Happened("sitting", 0, 20),)
    assert asked[1].wait_s == 7
    assert [q.following.activity for q in questions_at_starts(episodes)] == ["walking"]


def test_a_language_model_with_a_share_moves_the_forecast(routine: Anticipator) -> None:
    routine.llm, routine.language_share = ScriptedModel({"the person is": "running"}), 0.9
    forecast = routine.forecast(_sequence("standing", "walking"))
    assert forecast[0].activity == "running"
    assert "language model" in forecast[0].from_.method
    routine.llm = ScriptedModel({"the person is": "rubbish"})
    measured = routine.forecast(_sequence("standing", "walking"))
    assert "language model" not in measured[0].from_.method


def test_the_shipped_model_knows_its_source_and_how_good_it_is() -> None:
    shipped = Anticipator.shipped()
    assert "HAPT" in shipped.source
    forecast = shipped.forecast(_sequence("standing", "stand_to_sit", "sitting"))
    assert forecast[0].activity in ("sit_to_stand", "sit_to_lie")
    again = shipped.forecast(_sequence("standing", "stand_to_sit", "sitting"))
    assert [f.model_dump_json() for f in forecast] == [f.model_dump_json() for f in again]


def test_intervals_hold_what_they_promise_on_people_left_out(data_dir: Path) -> None:
    from agents.anticipation.fitting import hapt_sequences, measure

    known = hapt_sequences(data_dir)
    people = sorted({k.subject for k in known})[:6]
    figures, onset, duration = measure([k for k in known if k.subject in people])
    assert 0.84 <= figures["onset_covered_90"] <= 0.96
    assert 0.84 <= figures["duration_covered_90"] <= 0.96
    assert 0.7 < onset.level < 1.0
    assert 0.7 < duration.level < 1.0
    assert figures["next_accuracy"] > 0.9
