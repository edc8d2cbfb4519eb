"""Windows of several sets that can be mixed: one rate, one length, one way up, the classes that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from evals.systems.windows import WindowSet, joined, load_windows
from models.motion.protocols import PROTOCOLS, WindowProtocol
from recordings.datasets import as_worn_in, with_x_up

RATE_HZ = 50.0
WINDOW_S = 2.56
STRIDE_S = 1.28


def shared_classes(test: str, train: Sequence[str]) -> tuple[str, ...]:
    """Classes of the tested protocol that some training set knows, in its order."""
    known = {label for name in train for label in PROTOCOLS[name].classes}
    return tuple(label for label in PROTOCOLS[test].classes if label in known)


def aligned_windows(name: str, classes: tuple[str, ...], data_dir: Path, every: int = 1) -> WindowSet:
    """A set's windows of these classes at 50 Hz, 2.56 s, x up; subjects read `set/subject`."""
    own = PROTOCOLS[name]
    protocol = WindowProtocol(name, own.dataset, own.position, WINDOW_S, STRIDE_S, classes, "aligned sets")
    found = load_windows(protocol, data_dir, rate_hz=RATE_HZ, align=partial(with_x_up, name), every=every)
    return replace(found, subjects=np.array([f"{name}/{who}" for who in found.subjects.tolist()]))


def windows_beside(name: str, beside: Sequence[str], data_dir: Path, every: int = 1) -> WindowSet:
    """A set's own windows as they are, and those of other sets in its form: its axes, rate, length and classes.

    Only the others' subjects read `set/subject`. every: each n-th recording.
    """
    own = PROTOCOLS[name]
    mine = load_windows(own, data_dir, every=every)
    parts = [mine]
    for other in beside:
        theirs = PROTOCOLS[other]
        form = replace(own, dataset=theirs.dataset, position=theirs.position)
        turn = partial(as_worn_in, name, other)
        found = load_windows(form, data_dir, rate_hz=mine.rate_hz, align=turn, every=every)
        parts.append(replace(found, subjects=np.array([f"{other}/{who}" for who in found.subjects.tolist()])))
    return replace(joined(parts, own.name), position=own.position)
