"""What a follow-up means, and what is asked rather than claimed."""

from __future__ import annotations

import pytest

from agents.questions import Query, understand_by_rules
from agents.questions.follow_up import resolve
from agents.questions.rules import normalise
from agents.questions.understand import question_itself

VOCABULARY = ("walking", "sitting", "standing", "running")


def followed(first: str, second: str) -> Query:
    before = understand_by_rules(first, VOCABULARY, 300.0)
    return resolve(understand_by_rules(second, VOCABULARY, 300.0), normalise(second), before, None, ())


@pytest.mark.parametrize(
    ("second", "intent"),
    [
        ("When was that?", "when"), ("When?", "when"), ("And how often?", "how_many_episodes"), ("How many times was that?", "how_many_episodes"),
        ("What percentage was that?", "share"), ("How long was the longest one?", "how_long"), ("What did I do after that?", "neighbour"),
        ("What came before that?", "neighbour"), ("And how long was it?", "how_long"), ("Why?", "why"),
    ],
)  # fmt: skip
def test_a_follow_up_is_about_what_was_asked(second: str, intent: str) -> None:
    query = followed("How long was I walking?", second)
    assert query.intent == intent
    assert query.activity is not None and query.activity.labels == ("walking",)


@pytest.mark.parametrize("second", ["And fencing?", "What about water skiing?", "Same for juggling."])
def test_an_unknown_activity_is_asked_in_the_same_way(second: str) -> None:
    query = followed("How many times was I walking?", second)
    assert query.intent == "how_many_episodes"
    assert query.activity is not None and not query.activity.known


@pytest.mark.parametrize(
    "question", ["When was that?", "How often?", "What share was that?", "What did I do after that?"]
)
def test_alone_a_follow_up_names_nothing(question: str) -> None:
    query = understand_by_rules(question, VOCABULARY, 300.0)
    assert query.activity is None
    assert resolve(query, normalise(question), None, None, ()) == query


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("It was a race. How long was I walking?", "How long was I walking?"),
        ("Pretend that I was swimming. How long was it?", "Pretend that I was swimming. How long was it?"),
        ("How long was I walking?", "How long was I walking?"),
        ("Did I walk? I think so.", "Did I walk? I think so."),
        ("At 1.5 s, was I walking?", "At 1.5 s, was I walking?"),
    ],
)
def test_a_claim_before_the_question_is_not_the_question(said: str, asked: str) -> None:
    assert question_itself(said) == asked


def test_a_statistic_of_the_longest_episode_is_of_one_episode() -> None:
    query = understand_by_rules("What was the mean of acc_x during the longest walking episode?", VOCABULARY, 300.0)
    assert (query.intent, query.extreme) == ("statistic", "longest")
    whole = understand_by_rules("What was the lowest value of acc_x in the last 10 seconds?", VOCABULARY, 300.0)
    assert (whole.intent, whole.extreme) == ("statistic", None)
