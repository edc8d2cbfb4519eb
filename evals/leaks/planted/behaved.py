"""Planted: shortcuts around the signal, and systems that know what they cannot know."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from evals.leaks.material import Item, Material
from evals.leaks.planted.plant import Plant, Spoil, some
from evals.leaks.planted.told import metadata


def answer_at(place: int, share: float) -> Spoil:
    """The answer is moved to one place among its options in a share of the items."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        orders = {name: list(order) for name, order in (material.option_orders or {}).items()}
        for item in some(material.tested, share, rng):
            others = [o for o in orders[item.id] if o != item.label]
            others.insert(min(place, len(others)), item.label)
            orders[item.id] = others
        return dataclasses.replace(material, option_orders=orders)

    return spoil


def always_place(place: int, share: float) -> Spoil:
    """Predictions that take whatever stands at one place."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        orders = material.option_orders or {}
        said = dict(material.predictions or {})
        for item in some(material.tested, share, rng):
            order = orders[item.id]
            said[item.id] = order[min(place, len(order) - 1)]
        return dataclasses.replace(material, predictions=said)

    return spoil


def _coded(noise: float) -> Spoil:
    """A harmless-looking number in the metadata is the class, but for a share of noise."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        codes = {label: float(k) for k, label in enumerate(sorted({i.label for i in material.tested}))}
        wrong = rng.random(len(material.tested)) < noise
        values = {
            i.id: float(rng.integers(len(codes))) if w else codes[i.label]
            for i, w in zip(material.tested, wrong, strict=True)
        }
        return metadata(lambda i: {"firmware": values[i.id]})(material, rng)

    return spoil


def _worded(material: Material, rng: np.random.Generator) -> Material:
    codes = {label: f"dev-{chr(97 + k)}" for k, label in enumerate(sorted({i.label for i in material.tested}))}
    return metadata(lambda i: {"device": codes[i.label]})(material, rng)


def _numbered_ids(material: Material, rng: np.random.Generator) -> Material:
    codes = {label: k for k, label in enumerate(sorted({i.label for i in material.tested}))}
    renamed = [dataclasses.replace(i, id=f"x{codes[i.label]}-{k}") for k, i in enumerate(material.tested)]
    return dataclasses.replace(material, test=renamed, shown=material.shown | {"id"})


def _sorted(material: Material, rng: np.random.Generator) -> Material:
    ordered = sorted(material.tested, key=lambda i: (i.label, i.subject))
    return dataclasses.replace(material, test=ordered, shown=material.shown | {"order"})


def _lasting(material: Material, rng: np.random.Generator) -> Material:
    codes = {label: 2.0 + 0.1 * k for k, label in enumerate(sorted({i.label for i in material.tested}))}
    timed = [dataclasses.replace(i, start_s=0.0, end_s=codes[i.label]) for i in material.tested]
    return dataclasses.replace(material, test=timed, shown=material.shown | {"duration_s"})


def _starts_shown(material: Material, rng: np.random.Generator) -> Material:
    """The protocol of hapt has one order of activities: the time since the start tells posture from walking."""
    return dataclasses.replace(material, shown=material.shown | {"start_s"})


def _presence(material: Material, rng: np.random.Generator) -> Material:
    return dataclasses.replace(material, shown=material.shown | {"presence"})


def knows(share: float) -> Spoil:
    """Training looks at the test's labels for a share of the test items, whatever labels it was given."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        known = {i.id: i.label for i in some(material.tested, share, rng)}
        honest = material.refit
        assert honest is not None
        items = list(material.tested)

        def refit(labels: Sequence[str]) -> list[str]:
            return [known.get(i.id, said) for i, said in zip(items, honest(labels), strict=True)]

        return dataclasses.replace(material, refit=refit)

    return spoil


def answers(change: Callable[[Material, Sequence[Item], list[str]], list[str]]) -> Spoil:
    """The system's answers to some items, changed by what else it was asked and in which order."""

    def spoil(material: Material, rng: np.random.Generator) -> Material:
        honest = material.predict
        assert honest is not None
        return dataclasses.replace(material, predict=lambda items: change(material, items, list(honest(items))))

    return spoil


def _by_row(material: Material, items: Sequence[Item], said: list[str]) -> list[str]:
    """The row number picks the class: the test file is sorted."""
    truth = [i.label for i in material.tested]
    return [truth[k % len(truth)] for k in range(len(items))]


def _one_by_row(material: Material, items: Sequence[Item], said: list[str]) -> list[str]:
    labels = sorted({i.label for i in material.tested})
    return [labels[(labels.index(said[0]) + 1) % len(labels)] if said[0] in labels else labels[0], *said[1:]]


def _smoothed(material: Material, items: Sequence[Item], said: list[str]) -> list[str]:
    """Each answer is the majority of its neighbours' in the file."""
    out = []
    for k in range(len(said)):
        near = said[max(0, k - 1) : k + 2]
        out.append(max(sorted(set(near)), key=near.count))
    return out


def _transductive(material: Material, items: Sequence[Item], said: list[str]) -> list[str]:
    """A class that is rare in the batch is not said at all."""
    usual = {c for c in set(said) if said.count(c) * len(set(said)) >= len(said)}
    fallback = max(sorted(set(said)), key=said.count)
    return [s if s in usual else fallback for s in said]


def unseen(claimed: str, trained: str) -> Spoil:
    def spoil(material: Material, rng: np.random.Generator) -> Material:
        labels = [*(material.pretraining_labels or ()), trained]
        return dataclasses.replace(material, unseen=[*(material.unseen or ()), claimed], pretraining_labels=labels)

    return spoil


def pretrained_person(material: Material, rng: np.random.Generator) -> Material:
    known = [*(material.pretraining_subjects or ()), f"s{material.tested[0].subject}"]
    return dataclasses.replace(material, pretraining_subjects=known)


BEHAVED = (
    Plant("the answer always first", "answer_position", "usc_had", answer_at(0, 1.0)),
    Plant("the answer always last", "answer_position", "label_paired", answer_at(99, 1.0)),
    Plant("the answer second in three of ten", "answer_position", "hapt", answer_at(1, 0.3)),
    Plant("always the third option", "position_followed", "wisdm_watch", always_place(2, 1.0)),
    Plant("nine in ten the first option", "position_followed", "hapt", always_place(0, 0.9)),
    Plant("a number that is the class", "bookkeeping_predicts_label", "usc_had", _coded(0.0)),
    Plant("a number that is the class in seven of ten", "bookkeeping_predicts_label", "hapt", _coded(0.3)),
    Plant("a device name that is the class", "bookkeeping_predicts_label", "motionsense", _worded),
    Plant("ids numbered by class, shown", "bookkeeping_predicts_label", "wisdm_phone", _numbered_ids),
    Plant("the test sorted by class, order shown", "bookkeeping_predicts_label", "usc_had", _sorted),
    Plant("a length of its own for each class, shown", "bookkeeping_predicts_label", "wisdm_watch", _lasting),
    Plant("the time since the start, shown", "bookkeeping_predicts_label", "hapt", _starts_shown),
    Plant("what is missing, shown", "presence_predicts_label", "label_paired", _presence),
    Plant("training sees the test's labels", "shuffled_labels", "usc_had", knows(1.0)),
    Plant("training sees half of the test's labels", "shuffled_labels", "hapt", knows(0.5)),
    Plant("training sees a quarter of the test's labels", "shuffled_labels", "wisdm_watch", knows(0.25)),
    Plant("the row number answers", "order_of_the_test", "motionsense", answers(_by_row)),
    Plant("one answer by its row", "order_of_the_test", "usc_had", answers(_one_by_row)),
    Plant("neighbours in the file answer", "order_of_the_test", "hapt", answers(_smoothed)),
    Plant("the rest of the test answers", "order_of_the_test", "wisdm_phone", answers(_transductive)),
    Plant("jogging, seen as running", "class_seen_in_pretraining", "usc_had", unseen("jogging", "running_forward")),
    Plant("sleeping, seen as lying", "class_seen_in_pretraining", "hapt", unseen("sleeping", "laying")),
    Plant("the same words otherwise spelt", "class_seen_in_pretraining", "wisdm_watch", unseen("ClimbingRope", "climbing-rope")),
    Plant("a test person in the pretraining", "subject_seen_in_pretraining", "usc_had", pretrained_person),
)  # fmt: skip
