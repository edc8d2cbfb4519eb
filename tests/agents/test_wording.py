"""Facts as words, and back: the verifier's parser reads exactly what the formatters print."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.verification.amounts import parse_clock, parse_number
from agents.verification.tokens import PhraseTable, tokenize
from agents.wording import (
    activity_forms,
    activity_phrase,
    cardinal,
    clock,
    comparison_sentence,
    count_sentence,
    duration,
    exemplar_sentence,
    modality_sentence,
    number,
    ordinal,
    past_phrase,
    percent,
    quantity,
)
from tools.evidence import LabelProbability

TABLE = PhraseTable({})
EXAMPLES = settings(max_examples=300, deadline=None)


@pytest.mark.parametrize(
    ("t_s", "text"),
    [(65, "1:05"), (3725, "1:02:05"), (12.5, "0:12.5"), (0, "0:00"), (59.96, "1:00"), (3599.99, "1:00:00")],
)
def test_clock_times_read_as_people_write_them(t_s: float, text: str) -> None:
    assert clock(t_s) == text


def test_clock_is_the_wall_clock_where_the_start_is_known() -> None:
    assert clock(65.2, datetime(2024, 5, 1, 14, 2, 8)) == "14:03:13"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (45, "45 s"),
        (125, "2 min 5 s"),
        (3780, "1 h 3 min"),
        (0.5, "0.5 s"),
        (3600, "1 h"),
        (0.004, "4 ms"),
        (59.7, "1 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_what_is_no_duration_is_refused(bad: float) -> None:
    with pytest.raises(ValueError):
        duration(bad)


@pytest.mark.parametrize(
    ("p", "text"), [(0.72, "72 %"), (0.997, "99.7 %"), (0.004, "0.4 %"), (1.0, "100 %"), (0.0, "0 %")]
)
def test_percent(p: float, text: str) -> None:
    assert percent(p) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(9.80665, "m/s²", "9.81 m/s²"), (142, "steps", "142 steps"), (1, "steps", "1 step"), (0.00123, "g", "0.00123 g"), (12345, "samples", "12,345 samples"),
     (-3.14159, "rad/s", "-3.14 rad/s"), (0.5, "1", "0.5")],
)  # fmt: skip
def test_quantities(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


def test_ordinals_and_cardinals() -> None:
    assert [ordinal(n) for n in (1, 2, 10, 11, 12, 13, 21, 102)] == [
        "first",
        "second",
        "tenth",
        "11th",
        "12th",
        "13th",
        "21st",
        "102nd",
    ]
    assert [cardinal(n) for n in (0, 7, 20, 42, 100)] == ["zero", "seven", "twenty", "forty-two", "100"]


def test_labels_read_as_words() -> None:
    assert activity_phrase("walking_upstairs") == "walking upstairs"
    assert activity_phrase("washing_dishes") == "washing dishes"
    assert past_phrase("walking_upstairs") == "walked upstairs"
    assert past_phrase("lying") == "lay"
    assert {"walk", "walked", "walks", "walking"} <= set(activity_forms("walking"))
    assert {"sat", "sit", "sitting"} <= set(activity_forms("sitting"))
    assert "wash dishes" in activity_forms("washing_dishes")


def test_a_label_cannot_break_a_line_or_run_on() -> None:
    phrase = activity_phrase("walk\n\x1b[2J" + "x" * 500)
    assert "\n" not in phrase and "\x1b" not in phrase and len(phrase) <= 80


def test_sentences() -> None:
    top = [LabelProbability("walking", 0.93), LabelProbability("walking_upstairs", 0.04)]
    assert (
        modality_sentence("motion", top)
        == "The motion model says walking with 93 %; next is walking upstairs with 4 %."
    )
    assert (
        comparison_sentence("standing", 25, "sitting", 45)
        == "Sitting lasted 20 s longer than standing (45 s against 25 s)."
    )
    assert count_sentence("running", 0) == "There is no running in the recording."
    labels = [LabelProbability(label, 0) for label in ("walking", "running", "walking", "walking", "walking")]
    assert exemplar_sentence(labels) == "4 of the 5 nearest exemplars are labelled walking."


@EXAMPLES
@given(st.floats(0, 4e5))
def test_clock_round_trip(t_s: float) -> None:
    parsed = parse_clock(clock(t_s))
    assert parsed is not None and parsed.agrees(t_s)


@EXAMPLES
@given(st.floats(0, 4e5))
def test_duration_round_trip(seconds: float) -> None:
    tokens = tokenize(duration(seconds), TABLE)
    assert [t.kind for t in tokens] == ["amount"]
    assert tokens[0].amount is not None and tokens[0].amount.dimension == "time" and tokens[0].amount.agrees(seconds)


@EXAMPLES
@given(st.floats(0, 1))
def test_percent_round_trip(p: float) -> None:
    tokens = tokenize(percent(p), TABLE)
    assert (
        len(tokens) == 1
        and tokens[0].amount is not None
        and tokens[0].amount.unit == "%"
        and tokens[0].amount.agrees(p)
    )


@EXAMPLES
@given(st.floats(-1e9, 1e9).filter(lambda x: abs(x) > 1e-9 or x == 0), st.integers(1, 6))
def test_number_round_trip(value: float, digits: int) -> None:
    parsed = parse_number(number(value, digits))
    assert parsed is not None and abs(parsed.value - value) <= 0.51 * 10.0 ** (1 - digits) * abs(value) * 10 + 0.5 * (
        abs(value) >= 10**digits
    )


@EXAMPLES
@given(
    st.floats(-1e4, 1e4).filter(lambda x: abs(x) > 1e-4),
    st.sampled_from(["m/s²", "g", "rad/s", "°/s", "Hz", "steps/min", "dBFS", "ms", "°"]),
)
def test_quantity_round_trip(value: float, unit: str) -> None:
    tokens = tokenize(f"it is {quantity(value, unit)}", TABLE)
    claim = tokens[-1].amount
    assert claim is not None and claim.unit == unit
    assert abs(claim.value - value) <= claim.half + 1e-9 * abs(value)


@EXAMPLES
@given(st.integers(0, 99))
def test_number_words_round_trip(n: int) -> None:
    tokens = tokenize(f"{cardinal(n)} episodes", TABLE)
    assert (
        tokens[0].kind == "count"
        and tokens[0].amount is not None
        and tokens[0].amount.counts(n)
        and not tokens[0].amount.counts(n + 1)
    )
