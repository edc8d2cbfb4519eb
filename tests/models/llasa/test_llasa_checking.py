"""Sentences about a window: true ones of our own pass, altered ones do not."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from models.limubert import windows_of
from models.llasa.checking import check, sentences_of
from models.llasa.data import Described, described, side_of, training_ranges
from models.llasa.parsing import parse_class_answer
from recordings.datasets import dataset


@pytest.fixture(scope="module")
def corpus(data_dir: Path) -> list[Described]:
    windows = []
    for name, step in (("hapt", 30), ("wisdm", 700), ("usc_had", 400)):
        chosen = dataset(name)
        for key in list(chosen.keys(data_dir))[::step]:
            windows += list(windows_of(chosen.open(key, data_dir)))[::4]
    ranges = training_ranges([w for w in windows if side_of(w) == "train"])
    return list(described(windows, ranges, 7))


def texts(one: Described) -> list[str]:
    """All answers but those about what is usual, which is in no sample."""
    return [one.caption.features, one.caption.narration, *(e.answer for e in one.exchanges[:4])]


def test_our_own_sentences_hold(corpus: list[Described]) -> None:
    checked = 0
    for one in corpus:
        for text in texts(one):
            for verdict in check(text, one.facts, one.window.label, one.window.position):
                assert verdict.supported, (verdict, one.facts)
                assert verdict.exact == verdict.numbers
                checked += 1
    assert checked > 500


def test_an_altered_number_does_not(corpus: list[Described]) -> None:
    rng, caught, altered = random.Random(0), 0, 0
    for one in corpus:
        for text in texts(one)[2:]:
            for sentence in sentences_of(text):
                numbers = [n for n in re.finditer(r"-?\d+\.\d+", sentence) if n.group() not in ("0.5", "0.6")]
                if not numbers:
                    continue
                at = rng.choice(numbers)
                decimals = len(at.group().split(".")[1])
                other = f"{float(at.group()) + rng.choice((-30, -5, 5, 30)) * 10**-decimals:.{decimals}f}"
                lie = sentence[: at.start()] + other + sentence[at.end() :]
                altered += 1
                caught += not all(v.supported for v in check(lie, one.facts, one.window.label, one.window.position))
    # What slips through is another measurement of the same kind that happens to have that value.
    assert altered > 200 and caught / altered > 0.97


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The person is dancing.", "no word"),
        ("The person is sitting in a chair near the window.", "no word"),
        ("The person is walking.", "scores say"),
        ("Gravity lies mostly along acceleration x.", "another axis"),
        ("", ""),
    ],
)
def test_what_samples_cannot_show_is_not_supported(corpus: list[Described], sentence: str, reason: str) -> None:
    one = next(d for d in corpus if d.window.label != "walking" and d.facts.upright != "acceleration x")
    for verdict in check(sentence, one.facts, one.window.label, one.window.position):
        assert not verdict.supported and re.search(reason, verdict.reason)


def test_no_activity_may_be_named_where_none_is_certain(corpus: list[Described]) -> None:
    one = corpus[0]
    (verdict,) = check(f"The person is {one.window.label.replace('_', ' ')}.", one.facts, None, one.window.position)
    assert not verdict.supported


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The activity is walking upstairs.", "walking_upstairs"),
        ("the activity is  WALKING UPSTAIRS", "walking_upstairs"),
        ("The activity is walking.", "walking"),
        ("The activity is walking up the stairs.", None),
        ("Walking upstairs.", None),
        ("The activity is running.", None),
        ("", None),
    ],
)
def test_an_answer_in_another_form_is_unclear(text: str, label: str | None) -> None:
    assert parse_class_answer(text, ("walking", "walking_upstairs", "sitting")) == label
