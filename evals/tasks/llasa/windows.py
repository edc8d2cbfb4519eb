"""Windows of 6 s at 20 Hz: a hundred of each class of the held-out people, everybody else's for what learns."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.limubert import LabelledWindow, read_windows
from models.llasa.data import side_of
from models.motion.protocols import PROTOCOLS

PER_CLASS = 100
PER_CLASS_QUICK = 10
SETS = ("motionsense", "hapt", "wisdm_watch", "usc_had")
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sides:
    """train and validating: everybody who is not held out. test: balanced. leaky_train: what a random split of all people's
    windows leaves beside `leaky_test`, as the original's."""

    name: str
    classes: tuple[str, ...]
    train: tuple[LabelledWindow, ...] = field(repr=False)
    validation: tuple[LabelledWindow, ...] = field(repr=False)
    test: tuple[LabelledWindow, ...] = field(repr=False)
    leaky_train: tuple[LabelledWindow, ...] = field(repr=False)
    leaky_test: tuple[LabelledWindow, ...] = field(repr=False)


def identity(window: LabelledWindow) -> str:
    return f"{window.recording}@{window.start_s:.3f}"


def drawn_by_id(window: LabelledWindow, seed: int) -> str:
    """A number that a window has whatever else is there: drawing by it needs no order."""
    return hashlib.sha256(f"{seed}/{identity(window)}".encode()).hexdigest()


def balanced(windows: Sequence[LabelledWindow], per_class: int, seed: int) -> list[LabelledWindow]:
    """At most `per_class` of each label, drawn by id, in order of their ids' draws."""
    by_label: dict[str, list[LabelledWindow]] = defaultdict(list)
    for window in sorted(windows, key=lambda w: drawn_by_id(w, seed)):
        by_label[window.label].append(window)
    return [w for label in sorted(by_label) for w in by_label[label][:per_class]]


def load(name: str, data_dir: Path, per_class: int, seed: int) -> Sides:
    """One protocol's windows. UserError when its set is not there."""
    protocol = PROTOCOLS[name]
    mine = [w for w in read_windows(data_dir, (protocol.dataset,)) if w.dataset == name]
    sides: dict[str, list[LabelledWindow]] = {"train": [], "validation": [], "test": []}
    for window in mine:
        sides[side_of(window)].append(window)
    leaky_test = balanced(mine, per_class, seed)
    taken = {identity(w) for w in leaky_test}
    return Sides(
        name,
        protocol.classes,
        tuple(sides["train"]),
        tuple(sides["validation"]),
        tuple(balanced(sides["test"], per_class, seed)),
        tuple(w for w in mine if identity(w) not in taken),
        tuple(leaky_test),
    )


def stacked(windows: Sequence[LabelledWindow]) -> Floats:
    """(n, 120, 6)."""
    return np.stack([w.values for w in windows]) if windows else np.zeros((0, 120, 6), np.float32)


def numbers_of(windows: Sequence[LabelledWindow], classes: tuple[str, ...]) -> npt.NDArray[np.int64]:
    return np.array([classes.index(w.label) for w in windows], dtype=np.int64)
