"""Words → queries: forms of questions, times, follow-ups, and what must not be misread."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.questions.follow_up import resolve
from agents.questions.rules import normalise, understand_by_rules
from agents.questions.times import find_time
from agents.wording import activity_forms, clock

VOCABULARY = ("walking", "walking_upstairs", "walking_downstairs", "sitting", "standing", "lying", "typing")


@pytest.mark.parametrize(
    ("question", "intent", "slots"),
    [
        ("When did I walk?", "when", {"activity": "walking"}),
        ("How long was I sitting in total?", "how_long", {"activity": "sitting"}),
        ("how long did i walk between 1:00 and 2:00?", "how_long", {"activity": "walking", "span": (60.0, 120.0)}),
        ("How many times did I sit?", "how_many_episodes", {"activity": "sitting"}),
        ("What share of the recording was sitting?", "share", {"activity": "sitting"}),
        ("Did I walk longer than I sat?", "compare", {"activity": "walking", "other": "sitting"}),
        ("Compare walking with sitting", "compare", {"activity": "walking", "other": "sitting"}),
        ("What was the longest activity?", "extreme", {"extreme": "longest"}),
        ("What did I do most of the time?", "most", {}),
        ("When was the last time I was lying?", "extreme", {"activity": "lying", "extreme": "last"}),
        ("How long was the second walking episode?", "how_long", {"activity": "walking", "ordinal": 2}),
        ("What did I do before the second sitting?", "neighbour", {"relation": "before", "ordinal": 2}),
        ("Did I sit before I walked?", "order", {"activity": "sitting", "other": "walking"}),
        ("What was I doing at 1:30?", "at_time", {"span": (90.0, 90.0)}),
        ("Did I type at all?", "did_i", {"activity": "typing"}),
        ("Why do you think I was walking?", "why", {"activity": "walking"}),
        ("What was the mean of acc_x between 10 and 20 s?", "statistic", {"channel": "acc_x", "quantity": "mean", "span": (10.0, 20.0)}),
        ("maximum rotation rate while walking", "statistic", {"channel": "gyro_magnitude", "activity": "walking"}),
        ("95th percentile of the z axis of the accelerometer", "statistic", {"channel": "acc_z", "quantity": "percentile_95"}),
        ("How many steps did I take while walking upstairs?", "count_events", {"event": "steps", "activity": "walking_upstairs"}),
        ("What was my cadence?", "count_events", {"event": "cadence"}),
        ("What comes next?", "next", {}),
        ("What did I do?", "summary", {}),
        ("How many different activities were there?", "distinct", {}),
        ("How long is the recording?", "recording", {"about": "duration"}),
        ("What sensors are there?", "recording", {"about": "sensors"}),
        ("Who won the match?", "unclear", {}),
    ],
)  # fmt: skip
def test_forms(question: str, intent: str, slots: dict[str, object]) -> None:
    query = understand_by_rules(question, VOCABULARY, 400.0)
    assert query.intent == intent
    for name, expected in slots.items():
        found = getattr(query, name)
        assert (found.labels[0] if name in {"activity", "other"} else found) == expected


@pytest.mark.parametrize(
    ("question", "sensor"),
    [
        ("What was my heart rate?", "heart rate"), ("Where was I?", "location"), ("How many calories did I burn?", "calories"),
        ("What was the maximum heart rate between 0:10 and 0:40?", "heart rate"),
    ],
)  # fmt: skip
def test_a_sensor_that_nobody_wore_is_recognised(question: str, sensor: str) -> None:
    assert understand_by_rules(question, VOCABULARY, 400.0).sensor == sensor


@pytest.mark.parametrize(
    "question", ["Did I swim?", "How long was I juggling?", "Was I ever cycling?", "When did I milk a cow?"]
)
def test_an_activity_outside_the_vocabulary_is_a_mention_without_labels(question: str) -> None:
    mention = understand_by_rules(question, VOCABULARY, 400.0).activity
    assert mention is not None and not mention.known


def test_upstairs_is_not_walking_and_the_longest_word_wins() -> None:
    query = understand_by_rules("How long was I walking upstairs?", VOCABULARY, 400.0)
    assert query.activity is not None and query.activity.labels == ("walking_upstairs",)


def test_stairs_is_a_family() -> None:
    query = understand_by_rules("Did I take the stairs?", VOCABULARY, 400.0)
    assert query.activity is not None and set(query.activity.labels) == {"walking_upstairs", "walking_downstairs"}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("in the first 30 seconds", (0, 30)), ("during the last two minutes", (280, 400)), ("in the second half", (200, 400)),
        ("after 3:00", (180, 400)), ("before minute 2", (0, 120)), ("from 10 s to 1:00", (10, 60)), ("between 10 and 20 s", (10, 20)),
        ("at 90 s", (90, 90)), ("two minutes in", (120, 120)), ("in the last minute", (340, 400)), ("from 20 to 10 seconds", (10, 20)),
    ],
)  # fmt: skip
def test_times(text: str, span: tuple[float, float]) -> None:
    found = find_time(f"what was i doing {text}?", 400.0)
    assert found is not None and (found.start_s, found.end_s) == span


@given(st.floats(0, 35999, allow_nan=False))
def test_every_printed_clock_is_read_back(time_s: float) -> None:
    found = find_time(f"what was i doing at {clock(time_s)}?", 36000.0)
    assert found is not None and abs(found.start_s - time_s) <= 0.0500001


def test_a_time_of_day_is_read_where_the_recording_has_one() -> None:
    start = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
    found = find_time("what was i doing at 14:05?", 600.0, start)
    assert found is not None and found.start_s == 300.0


def test_follow_ups() -> None:
    first = understand_by_rules("How long was I walking?", VOCABULARY, 400.0)
    second = resolve(
        understand_by_rules("And sitting?", VOCABULARY, 400.0), "and sitting?", first, (10.0, 20.0), ("walking",)
    )
    assert second.intent == "how_long" and second.activity is not None and second.activity.labels == ("sitting",)
    why = resolve(understand_by_rules("Why?", VOCABULARY, 400.0), "why?", first, (10.0, 20.0), ("walking",))
    assert why.intent == "why" and why.activity is not None and why.activity.labels == ("walking",)
    alone = understand_by_rules("How long was I standing?", VOCABULARY, 400.0)
    assert resolve(alone, "how long was i standing?", first, (10.0, 20.0), ("walking",)) == alone


@given(st.text(max_size=3000))
def test_any_text_is_understood_as_something(text: str) -> None:
    assert understand_by_rules(text, VOCABULARY, 400.0).intent
    assert len(normalise(text)) <= 1200


def test_no_wording_of_an_activity_is_a_stray_letter() -> None:
    """A one-form tuple without its comma once made every "i" of a question an activity."""
    for label in (
        *VOCABULARY,
        "stand_to_sit",
        "sit_to_stand",
        "sit_to_lie",
        "lie_to_sit",
        "stand_to_lie",
        "lie_to_stand",
    ):
        assert all(len(form) > 2 for form in activity_forms(label))
