"""SensorCaps and OpenSQA: every number was measured, nobody held out says what is usual, and a seed repeats every word."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.limubert import LabelledWindow, windows_of
from models.llasa.data import (
    KINDS,
    LEAD_IN,
    Described,
    caption,
    described,
    distinct,
    measure,
    side_of,
    training_ranges,
)
from models.llasa.data.facts import original_statistics
from models.llasa.data.grammar import count, say
from models.llasa.data.words import DECIMALS
from recordings.datasets import dataset

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w)(?!\.\d)")


@pytest.fixture(scope="module")
def windows(data_dir: Path) -> list[LabelledWindow]:
    found = []
    for name, step in (("hapt", 6), ("motionsense", 40), ("wisdm", 90), ("usc_had", 120)):
        chosen = dataset(name)
        for key in list(chosen.keys(data_dir))[::step]:
            found += list(windows_of(chosen.open(key, data_dir)))[::3]
    return found


@pytest.fixture(scope="module")
def corpus(windows: list[LabelledWindow]) -> list[Described]:
    ranges = training_ranges([w for w in windows if side_of(w) == "train"])
    return list(described(windows, ranges, 7))


# Constants of the wording: the window's length, the rhythm's band, the moving average, the share called usual.
CONSTANTS = {"6", "2", "0.5", "4", "0.6"}


def test_every_number_in_every_text_was_measured(corpus: list[Described]) -> None:
    checked = 0
    for one in corpus:
        texts = [(one.caption.features + " " + one.caption.narration, one.caption.printed)]
        texts += [(e.answer, e.printed) for e in one.exchanges]
        for text, printed in texts:
            known = {p.text for p in printed}
            for number in NUMBER.findall(text):
                assert number in known or number in CONSTANTS, (number, text)
                checked += 1
    assert checked > 5000


def test_a_printed_number_is_its_measurement_rounded(corpus: list[Described]) -> None:
    for one in corpus[::5]:
        x = one.window.values.astype(np.float64)
        for p in one.caption.printed:
            if p.quantity.startswith("mean of "):
                column = one.facts.axes.index(one.facts.axis(p.quantity[8:]))
                assert float(p.text) == pytest.approx(x[:, column].mean(), abs=0.5 * 10 ** -DECIMALS["g"] + 1e-6)
            if p.quantity == "movement":
                assert float(p.text) == pytest.approx(np.linalg.norm(x[:, :3], axis=1).std(), abs=0.0051)


def test_five_kinds_and_the_closed_question(corpus: list[Described]) -> None:
    for one in corpus:
        kinds = [e.kind for e in one.exchanges]
        assert kinds == [*KINDS, "class", "class"]
        assert one.exchanges[-1].answer.startswith(LEAD_IN)


def test_a_question_that_gives_nothing_away_does_not_name_the_activity(corpus: list[Described]) -> None:
    for one in corpus:
        name = one.window.label.replace("_", " ")
        for e in one.exchanges:
            if e.kind != "class" and not e.gives_away:
                assert not re.search(rf"\b{name}\b", e.question), e.question


def test_the_same_seed_says_the_same_and_another_does_not(
    windows: list[LabelledWindow], corpus: list[Described]
) -> None:
    ranges = training_ranges([w for w in windows if side_of(w) == "train"])
    assert list(described(windows[:40], ranges, 7)) == corpus[:40]
    assert [d.caption for d in described(windows[:40], ranges, 8)] != [d.caption for d in corpus[:40]]


def test_nobody_held_out_says_what_is_usual(windows: list[LabelledWindow]) -> None:
    held = [w for w in windows if side_of(w) == "test"]
    assert held
    with pytest.raises(ValueError, match="training side"):
        training_ranges(held[:1])


def test_features_keep_the_length_that_the_original_asks_for(corpus: list[Described]) -> None:
    lengths = [len(one.caption.features.split()) for one in corpus]
    assert max(lengths) <= 25 and np.mean([n >= 20 for n in lengths]) > 0.97
    assert max(len(one.caption.narration.split()) for one in corpus) <= 500


def test_words_vary(corpus: list[Described]) -> None:
    answers = [e.answer for one in corpus for e in one.exchanges if e.kind != "class"]
    assert len(set(answers)) / len(answers) > 0.8
    assert distinct(answers, 3) > distinct(answers, 1)


def test_without_a_gyroscope_no_rotation_is_told(windows: list[LabelledWindow]) -> None:
    deaf = windows[0].values.copy()
    deaf[:, 3:] = 0
    one = next(described([replace(windows[0], values=deaf)], {}, 0))
    told = one.caption.narration + one.caption.features + " ".join(e.answer for e in one.exchanges)
    assert "otation" in one.caption.narration  # it says that none was recorded
    assert "rad/s" not in told and "turns at" not in told


def test_a_caption_can_keep_the_activity_to_itself(windows: list[LabelledWindow]) -> None:
    for w in windows[:30]:
        told = caption(measure(w.values), None, w.position, random.Random(0)).narration
        assert w.label.replace("_", " ") not in told


def test_statistics_are_over_time_where_the_original_slipped(windows: list[LabelledWindow]) -> None:
    facts, slipped = measure(windows[0].values), original_statistics(windows[0].values)
    assert slipped["minimum"].shape == (120,)
    assert facts.axes[0].minimum == pytest.approx(float(windows[0].values[:, 0].min()))


def test_a_grammar_counts_what_it_can_say() -> None:
    template = "[a|b [c|d]] {x} [e|f|g]"
    said = {say(random.Random(i), template, {"x": "X"}) for i in range(300)}
    assert len(said) == count(template) == 9
