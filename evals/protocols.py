"""Who trains, who chooses, who tests: every evaluation protocol as data, so that one flag changes it for every task."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.motion.subjects import VALIDATION_SUBJECTS
from recordings import UserError
from recordings.datasets import HELD_OUT_SUBJECTS

# Of the training subjects, at least one: they choose penalties and temperatures, and no test subject ever does.
VALIDATION_SHARE = 0.15
FORMS = "fixed, groups:K, loso, cross:SET+SET, beside:SET+SET or budget:K"


@dataclass(frozen=True, slots=True)
class Fold:
    """Subjects of one round. train and validation are disjoint: what is fitted, and what chooses; both may train the final fit.

    In a cross-dataset fold the names of train and validation read `set/subject`, for they are other people of other sets
    (`train_sets`). beside: sets whose training subjects, `set/subject` in `train`, train beside the set's own. budget: labelled
    windows a class that training may see, None for all. rounds: folds of the protocol.
    """

    name: str
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    train_sets: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    budget: int | None = None
    rounds: int = 1

    @property
    def training(self) -> frozenset[str]:
        """Everyone whose labels may be seen."""
        return frozenset(self.train) | frozenset(self.validation)


def folds(
    spec: str, dataset_name: str, subjects: Sequence[str], elsewhere: Mapping[str, Sequence[str]] | None = None
) -> tuple[Fold, ...]:
    """The folds of a protocol on a set's subjects. elsewhere: the other sets' subjects, for `cross:`.

    `fixed` (or ``): the split of `recordings.datasets.splits`, the papers' own where there is one. `groups:K`: leave one group
    of K out, everyone tested once; groups are drawn by a hash of the names, so that they are the same everywhere. `loso`:
    leave one subject out. `cross:A+B`: trained on other sets, tested on everyone. `beside:A+B`: fixed, and the training subjects
    of other sets train too; nobody of theirs chooses. `budget:K`: fixed, K labelled windows a class.
    UserError for any other form, or for more groups than people.
    """
    people = tuple(sorted(set(subjects), key=natural))
    kind, _, rest = (spec or "fixed").partition(":")
    if kind in ("fixed", "budget") and (rest == "") == (kind == "fixed"):
        budget = _number(spec, rest) if kind == "budget" else None
        return (_fixed(dataset_name, people, budget),)
    if kind == "groups":
        return _groups(spec, dataset_name, people, _number(spec, rest))
    if kind == "loso" and not rest:
        return _groups(spec, dataset_name, people, len(people))
    if kind in ("cross", "beside") and rest:
        sets = _known(spec, dataset_name, rest.split("+"), elsewhere or {})
        form = _cross if kind == "cross" else _beside
        return (form(dataset_name, people, sets),)
    raise UserError(spec, expected=FORMS, found="no such protocol", cure="name one with --protocol")


def natural(subject: str) -> tuple[int, str]:
    """2 before 10."""
    return len(subject), subject


def described(spec: str) -> str:
    """A protocol in words, for a result."""
    kind, _, rest = (spec or "fixed").partition(":")
    return {
        "fixed": "fixed held-out subjects",
        "groups": f"leave one group of {rest} out, subject-disjoint",
        "loso": "leave one subject out",
        "cross": f"trained on {rest.replace('+', ' and ')}, tested on a set never seen",
        "beside": f"fixed held-out subjects; training subjects of {rest.replace('+', ' and ')} train beside the set's own",
        "budget": f"fixed held-out subjects, {rest} labelled windows a class for training",
    }.get(kind, spec)


def _number(spec: str, text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise UserError(
            spec, expected="a whole number after the colon", found=text or "nothing", cure=f"one of {FORMS}"
        )
    return int(text)


def _order(salt: str, people: Sequence[str]) -> list[str]:
    """A shuffle that needs no generator: the same on every machine and version."""
    return sorted(people, key=lambda who: hashlib.sha256(f"{salt}/{who}".encode()).hexdigest())


def _choosing(salt: str, people: Sequence[str]) -> frozenset[str]:
    count = max(1, round(VALIDATION_SHARE * len(people)))
    return frozenset(_order(f"validation/{salt}", people)[:count])


def _fixed(dataset_name: str, people: tuple[str, ...], budget: int | None) -> Fold:
    held, choose = HELD_OUT_SUBJECTS[dataset_name], VALIDATION_SUBJECTS[dataset_name]
    return Fold(
        name="0",
        train=tuple(p for p in people if p not in held and p not in choose),
        validation=tuple(p for p in people if p in choose),
        test=tuple(p for p in people if p in held),
        budget=budget,
    )


def _groups(spec: str, dataset_name: str, people: tuple[str, ...], count: int) -> tuple[Fold, ...]:
    if not 2 <= count <= len(people):
        raise UserError(spec, expected=f"2 to {len(people)} groups of {dataset_name}", found=count, cure="choose fewer")
    mixed = list(people) if count == len(people) else _order(f"groups/{dataset_name}", people)
    found = []
    for number in range(count):
        test = frozenset(mixed[number::count])
        others = [p for p in people if p not in test]
        choose = _choosing(f"{dataset_name}/{count}/{number}", others)
        found.append(
            Fold(
                name=str(number) if count < len(people) else mixed[number],
                train=tuple(p for p in others if p not in choose),
                validation=tuple(p for p in others if p in choose),
                test=tuple(p for p in people if p in test),
                rounds=count,
            )
        )
    return tuple(found)


def _known(
    spec: str, dataset_name: str, sets: Sequence[str], elsewhere: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Set → its people, in the order asked for. UserError for a set that is unknown, the tested one or named twice."""
    unknown = [name for name in sets if name not in elsewhere or name == dataset_name or sets.count(name) > 1]
    if unknown:
        raise UserError(
            spec,
            expected=f"other sets than {dataset_name}, each once, of {', '.join(elsewhere)}",
            found=", ".join(dict.fromkeys(unknown)),
            cure="name sets to train on",
        )
    return {name: sorted(elsewhere[name], key=natural) for name in sets}


def _cross(dataset_name: str, people: tuple[str, ...], sets: Mapping[str, Sequence[str]]) -> Fold:
    train: list[str] = []
    validation: list[str] = []
    for name, members in sets.items():
        for who in members:
            choose = who in VALIDATION_SUBJECTS.get(name, frozenset())
            (validation if choose else train).append(f"{name}/{who}")
    return Fold("+".join(sets), tuple(train), tuple(validation), people, tuple(sets))


def _beside(dataset_name: str, people: tuple[str, ...], sets: Mapping[str, Sequence[str]]) -> Fold:
    own = _fixed(dataset_name, people, None)
    others = tuple(
        f"{name}/{who}"
        for name, members in sets.items()
        for who in members
        if who not in HELD_OUT_SUBJECTS[name] and who not in VALIDATION_SUBJECTS[name]
    )
    return replace(own, train=own.train + others, beside=tuple(sets))
