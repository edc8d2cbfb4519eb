"""The parts of the detectors, without data: spellings, words, copies, and what does not apply."""

from __future__ import annotations

import numpy as np
import pytest

from evals.leaks import DETECTORS, Check, Item, Material, audit, digest_of
from evals.leaks.controls import refits_needed
from evals.leaks.digests import stretch_hashes
from evals.leaks.identity import canonical_recording, canonical_subject
from evals.leaks.options import uniform_p
from evals.leaks.similarity import near_copies
from evals.leaks.words import forms_of, mentions, words_of


def test_nothing_given_is_nothing_claimed() -> None:
    checks = audit(Material())
    assert {c.passed for c in checks} == {None}
    assert all(c.detail.startswith("does not apply") for c in checks)
    assert len(checks) == len(DETECTORS) >= 15


def test_only_named_detectors_run() -> None:
    items = [Item("a", subject="1"), Item("b", subject="2")]
    (check,) = audit(Material(train=items[:1], test=items[1:]), only={"same_subject"})
    assert check == Check("same_subject", True, check.detail, 0)


def test_an_unknown_field_shown_is_an_error() -> None:
    with pytest.raises(ValueError, match="colour"):
        Material(shown=frozenset({"colour"}))


@pytest.mark.parametrize("other", ["13", "S13", "s_013", "subject 13", "Subject-0013", "person#13", "P13", "user 13"])
def test_one_person_has_many_spellings(other: str) -> None:
    assert canonical_subject(other) == "13"


@pytest.mark.parametrize("other", ["113", "130", "a13", "usc_had/14", "hapt/13"])
def test_other_people_stay_other_people(other: str) -> None:
    assert canonical_subject(other) != "13"


def test_a_person_belongs_to_a_set() -> None:
    assert canonical_subject("HAPT/s01") == "hapt/1"


def test_a_recording_is_its_name_without_dressing() -> None:
    assert (
        canonical_recording("USC_HAD s1 a2.csv")
        == canonical_recording("usc-had_s1_a2")
        != canonical_recording("usc-had-s1-a3")
    )


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("walking", "WalkingSlowly"), ("walking", "he walks"), ("walking", "a stroll"), ("running_forward", "jogged along"),
        ("walking_upstairs", "climbing stairs"), ("walking_upstairs", "walked up the stairs"), ("sitting", "seated person"),
        ("lying", "lies down"), ("lying", "sleeping"), ("eating_soup", "ate"), ("brushing_teeth", "tooth-brush: brushed"),
        ("folding_clothes", "laundry"), ("standing", "stood still"), ("drinking", "drank"), ("vacuum_cleaner", "vacuum_cleaner_2"),
    ],
)  # fmt: skip
def test_words_that_name_a_class(label: str, text: str) -> None:
    assert mentions(words_of(text), forms_of(label))


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("walking", "a boardwalkway"), ("standing", "standard deviation 0.3"), ("lying", "the peak lies at 2 Hz"), ("typing", "type: phone"),
        ("walking_left", "turned left"), ("jumping_up", "the axis points up"), ("sitting", "situation normal"),
        ("elevator_up", "an elevated level, up"), ("running", "the trunk is warm"), ("eating_soup", "repeated heating"),
    ],
)  # fmt: skip
def test_words_that_name_none(label: str, text: str) -> None:
    assert not mentions(words_of(text), forms_of(label))


def test_a_list_of_all_options_tells_nothing() -> None:
    text = "One of: walking, sitting, running."
    items = [Item(f"i{k}", label=label, text=text) for k, label in enumerate(("walking", "sitting", "running") * 5)]
    (check,) = audit(Material(test=items), only={"label_words_in_text"})
    assert check.passed is True


def test_silence_is_nobodys_copy() -> None:
    silence = np.zeros((6, 128), dtype=np.float32)
    assert digest_of(silence) == ""
    assert [len(h) for h in stretch_hashes([silence])] == [0]
    assert near_copies([silence], [silence]) == []


def test_a_copy_is_a_copy_whatever_was_done_to_it() -> None:
    rng = np.random.default_rng(0)
    train = [rng.normal(size=(3, 100)).cumsum(axis=1).astype(np.float32) for _ in range(200)]
    test = [
        (-2 * train[7]).astype(np.float32),
        train[9][:, ::-1],
        train[11][:, 4:],
        rng.normal(size=(3, 100)).cumsum(axis=1),
    ]
    assert [(p.train, p.test) for p in near_copies(train, test)] == [(7, 0), (9, 1), (11, 2)]


def test_a_gap_does_not_hide_a_copy() -> None:
    rng = np.random.default_rng(1)
    window = rng.normal(size=(6, 100)).astype(np.float32)
    window[:, 20:30] = np.nan
    assert digest_of(window) == digest_of(window.copy()) != ""


def test_chance_is_told_from_a_place() -> None:
    rng = np.random.default_rng(2)
    assert uniform_p(rng.integers(0, 4, 400).tolist(), [4] * 400)[0] > 1e-3
    assert uniform_p([0] * 200 + rng.integers(0, 4, 200).tolist(), [4] * 400)[0] < 1e-6


def test_two_classes_need_more_refits_than_many() -> None:
    assert refits_needed(2) >= 10
    assert refits_needed(12) == 3


def test_a_system_that_learns_nothing_passes_under_shuffled_labels() -> None:
    labels = [f"c{k % 4}" for k in range(80)]
    items = [Item(f"i{k}", label=label) for k, label in enumerate(labels)]
    checks = audit(
        Material(train=items, test=items, refit=lambda given: ["c0"] * 80, predict=lambda shown: ["c0"] * len(shown)),
        only={"shuffled_labels", "order_of_the_test"},
    )
    assert [c.passed for c in checks] == [True, True]
