"""Mean over classes as the field computes it: recall of each class, counts pooled over the test videos of a split.

Abu Farha and Gall, CVPR 2018, as coded by FUTR (gongda0e/FUTR, utils.py, predict.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

OBSERVED = (0.2, 0.3)
AHEAD = (0.1, 0.2, 0.3, 0.5)
HORIZON = 0.5
# Not a class: a system that says nothing for a step says this, and is wrong.
NONE = -1

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def window(total: int, observed: float, ahead: float) -> tuple[int, int]:
    """[start, end) of what is scored, in label steps: int(α T) to int((α + β) T), never beyond half the video ahead or its end."""
    start = int(observed * total)
    return start, min(int((observed + ahead) * total), start + int(HORIZON * total), total)


def counts(truth: Numbers, predicted: Numbers, classes: int) -> tuple[Floats, Floats]:
    """(classes,) right steps and all steps, by the class of the truth. truth, predicted: (steps,) of the scored window."""
    if len(truth) != len(predicted):
        raise ValueError(f"{len(truth)} steps and {len(predicted)} predictions")
    asked = np.bincount(truth, minlength=classes)
    right = np.bincount(truth[truth == predicted], minlength=classes)
    return right.astype(np.float64), asked.astype(np.float64)


def mean_over_classes(right: Floats, asked: Floats) -> Floats:
    """Over the last axis, classes that never occur left out; NaN where none occurs. right, asked: (…, classes)."""
    there = asked > 0
    recall = np.divide(right, asked, out=np.zeros_like(right), where=there)
    number = there.sum(axis=-1)
    return np.asarray(np.where(number > 0, recall.sum(axis=-1) / np.maximum(number, 1), np.nan))


def expanded(cells: Sequence[int] | Numbers, steps: int) -> Numbers:
    """(steps,): equal cells over the horizon laid out at the full rate, each step taking the cell that its middle is in."""
    given = np.asarray(cells, dtype=np.int64)
    at = ((np.arange(steps) + 0.5) / max(steps, 1) * len(given)).astype(np.int64)
    return np.asarray(given[np.minimum(at, len(given) - 1)], dtype=np.int64)


def runs(labels: Numbers) -> list[tuple[int, int]]:
    """(label, steps) of every run."""
    if not len(labels):
        return []
    cuts = np.flatnonzero(np.diff(labels)) + 1
    starts = np.concatenate([[0], cuts])
    ends = np.concatenate([cuts, [len(labels)]])
    return [(int(labels[a]), int(b - a)) for a, b in zip(starts, ends, strict=True)]
