"""Protocols on the sets' real subject lists: disjoint, deterministic, everyone tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.protocols import described, folds, natural
from models.motion.subjects import VALIDATION_SUBJECTS
from recordings import UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset

SETS = ("usc_had", "hapt", "motionsense", "wisdm")
# Predictions made elsewhere name these folds by number.
GROUPS_OF_USC_HAD = [("1", "3", "12"), ("9", "13", "14"), ("4", "5", "11"), ("2", "7", "8"), ("6", "10")]


@pytest.fixture(scope="module")
def subjects(data_dir: Path) -> dict[str, tuple[str, ...]]:
    return {name: tuple({dataset(name).subject_of(k, data_dir) for k in dataset(name).keys(data_dir)}) for name in SETS}


@pytest.mark.data
@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("spec", ["fixed", "groups:5", "groups:2", "loso", "budget:5"])
def test_no_fold_shares_a_person(subjects: dict[str, tuple[str, ...]], name: str, spec: str) -> None:
    for fold in folds(spec, name, subjects[name]):
        sides = [set(fold.train), set(fold.validation), set(fold.test)]
        assert all(sides) and sum(map(len, sides)) == len(set.union(*sides))
        assert set.union(*sides) == set(subjects[name])
        assert fold.training == sides[0] | sides[1]


@pytest.mark.data
@pytest.mark.parametrize("name", SETS)
def test_the_fixed_split_is_the_published_one(subjects: dict[str, tuple[str, ...]], name: str) -> None:
    (fold,) = folds("", name, subjects[name])
    assert set(fold.test) == HELD_OUT_SUBJECTS[name] and set(fold.validation) == VALIDATION_SUBJECTS[name]
    (few,) = folds("budget:10", name, subjects[name])
    assert few.test == fold.test and few.budget == 10 and fold.budget is None


@pytest.mark.data
@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("count", [3, 5])
def test_everyone_is_tested_once_whatever_the_order(
    subjects: dict[str, tuple[str, ...]], name: str, count: int
) -> None:
    found = folds(f"groups:{count}", name, subjects[name])
    tested = [who for fold in found for who in fold.test]
    assert sorted(tested) == sorted(subjects[name]) and len(found) == count
    sizes = [len(fold.test) for fold in found]
    assert max(sizes) - min(sizes) <= 1
    assert found == folds(f"groups:{count}", name, sorted(subjects[name], reverse=True))
    alone = folds("loso", name, subjects[name])
    assert [fold.test for fold in alone] == [(who,) for who in sorted(subjects[name], key=natural)]


@pytest.mark.data
def test_groups_are_those_that_were_published(subjects: dict[str, tuple[str, ...]]) -> None:
    """Predictions made elsewhere name these folds: they may never move."""
    assert [fold.test for fold in folds("groups:5", "usc_had", subjects["usc_had"])] == GROUPS_OF_USC_HAD


@pytest.mark.data
def test_another_set_trains(subjects: dict[str, tuple[str, ...]]) -> None:
    (fold,) = folds("cross:motionsense+hapt", "usc_had", subjects["usc_had"], subjects)
    assert set(fold.test) == set(subjects["usc_had"]) and fold.train_sets == ("motionsense", "hapt")
    assert {who.split("/")[0] for who in fold.training} == {"motionsense", "hapt"}
    assert len(fold.training) == len(subjects["motionsense"]) + len(subjects["hapt"])
    assert not set(fold.train) & set(fold.validation)


@pytest.mark.data
def test_people_of_other_sets_train_beside_and_choose_nothing(subjects: dict[str, tuple[str, ...]]) -> None:
    (alone,) = folds("fixed", "usc_had", subjects["usc_had"])
    (fold,) = folds("beside:hapt+motionsense", "usc_had", subjects["usc_had"], subjects)
    assert (fold.test, fold.validation) == (alone.test, alone.validation) and fold.beside == ("hapt", "motionsense")
    assert set(alone.train) < set(fold.train) and not fold.train_sets
    others = set(fold.train) - set(alone.train)
    kept = {
        f"{name}/{who}"
        for name in fold.beside
        for who in set(subjects[name]) - HELD_OUT_SUBJECTS[name] - VALIDATION_SUBJECTS[name]
    }
    assert others == kept and len(others) == 17 + 15


@pytest.mark.parametrize("sets", ["usc_had", "wisdm_watch", "hapt+hapt", ""])
def test_what_cannot_train_beside_is_refused(sets: str) -> None:
    elsewhere = {"hapt": ("1", "2"), "motionsense": ("2", "3")}
    with pytest.raises(UserError):
        folds(f"beside:{sets}", "usc_had", ("1", "2", "13"), elsewhere)


@pytest.mark.parametrize("spec", ["groups:1", "groups:99", "groups:", "groups:x", "budget:", "fixed:3", "cross:", "k"])
def test_what_is_no_protocol_is_refused(spec: str) -> None:
    with pytest.raises(UserError):
        folds(spec, "hapt", ("1", "2", "3"))


def test_a_set_does_not_cross_to_itself() -> None:
    with pytest.raises(UserError, match="other sets than hapt"):
        folds("cross:hapt", "hapt", ("1", "2"), {"hapt": ("1", "2"), "usc_had": ("3",)})


def test_a_protocol_is_said_in_words() -> None:
    assert described("") == described("fixed") and "never seen" in described("cross:motionsense+hapt")
    assert "motionsense and hapt train beside" in described("beside:motionsense+hapt")
