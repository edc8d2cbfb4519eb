"""A planted leak as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.leaks.material import Item, Material

Spoil = Callable[[Material, np.random.Generator], Material]


@dataclass(frozen=True, slots=True)
class Plant:
    """name: of the leak, with its severity. detector: which must find it. on: the clean material it is planted in. spoil: plants it."""

    name: str
    detector: str
    on: str
    spoil: Spoil


def replaced(material: Material, part: str, changed: dict[str, Item]) -> Material:
    """The material with some items of one part exchanged by id."""
    items: Sequence[Item] = getattr(material, part) or ()
    return _with(material, part, [changed.get(i.id, i) for i in items])


def added(material: Material, part: str, items: Sequence[Item]) -> Material:
    return _with(material, part, [*(getattr(material, part) or ()), *items])


def _with(material: Material, part: str, items: list[Item]) -> Material:
    return dataclasses.replace(material, **{part: items})  # type: ignore[arg-type]


def some(items: Sequence[Item], share: float, rng: np.random.Generator) -> list[Item]:
    """A share of the items, at least one, drawn; share 0 is one item."""
    count = max(1, round(share * len(items)))
    return [items[int(k)] for k in rng.choice(len(items), count, replace=False)]


def disguised(item: Item, number: int = 0, **changes: object) -> Item:
    """The item as if it were of a stranger: other id, subject, recording and group, no digest."""
    fresh: dict[str, object] = {
        "id": f"extra-{number}",
        "subject": f"extra-person-{number}",
        "recording": f"extra-recording-{number}",
        "group": f"extra-source-{number}",
        "digest": "",
    }
    return dataclasses.replace(item, **{**fresh, **changes})  # type: ignore[arg-type]
