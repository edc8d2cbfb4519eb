"""What was said of what was true, counted, and the scores of such counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
# (…, classes, classes + 1): truth by prediction, the last column for what is no class → (…) the metric.
CountMetric = Callable[[Numbers], Numbers]


@dataclass(frozen=True, slots=True)
class Confusion:
    """counts: (groups, classes, classes + 1) truth by prediction; the last column holds what is no class, or no answer."""

    labels: tuple[str, ...]
    groups: tuple[str, ...]
    counts: Numbers = field(repr=False)

    @classmethod
    def of(
        cls,
        truth: Sequence[str],
        predicted: Sequence[str | None],
        groups: Sequence[str] | None = None,
        labels: Sequence[str] | None = None,
    ) -> Confusion:
        """labels: the classes; without them whatever is true or said. A truth outside `labels` is a ValueError."""
        names = tuple(labels) if labels is not None else tuple(sorted({*truth, *(p for p in predicted if p)}))
        who = [""] * len(truth) if groups is None else list(groups)
        order = tuple(sorted(set(who)))
        code = {name: i for i, name in enumerate(names)}
        strange = sorted(set(truth) - set(code))
        if strange:
            raise ValueError(f"truths outside the classes: {', '.join(strange[:5])}")
        rows = np.array([code[t] for t in truth], dtype=np.int64)
        columns = np.array([code.get(p or "", len(names)) for p in predicted], dtype=np.int64)
        place = {name: i for i, name in enumerate(order)}
        where = np.array([place[g] for g in who], dtype=np.int64)
        shape = (len(order), len(names), len(names) + 1)
        flat = np.bincount(np.ravel_multi_index((where, rows, columns), shape), minlength=int(np.prod(shape)))
        return cls(names, order, flat.reshape(shape).astype(np.float64))

    @property
    def total(self) -> Numbers:
        return np.asarray(self.counts.sum(axis=0))

    def value(self, metric: CountMetric) -> float:
        return float(metric(self.total[None])[0])


def f1_of_counts(counts: Numbers) -> Numbers:
    """(…, classes) F1 of each class, NaN for one that neither occurs nor is said."""
    classes = counts.shape[-2]
    square = counts[..., :classes]
    hits = np.diagonal(square, axis1=-2, axis2=-1)
    both = counts.sum(axis=-1) + square.sum(axis=-2)
    return np.asarray(np.divide(2 * hits, both, out=np.full(both.shape, np.nan), where=both > 0))


def macro_f1_of_counts(counts: Numbers) -> Numbers:
    """Mean F1 over the classes that occur or are said; 0 where there is none."""
    scores = f1_of_counts(counts)
    there = np.isfinite(scores)
    return np.asarray(np.where(there, scores, 0.0).sum(axis=-1) / np.maximum(1, there.sum(axis=-1)))


def accuracy_of_counts(counts: Numbers) -> Numbers:
    classes = counts.shape[-2]
    hits = np.trace(counts[..., :classes], axis1=-2, axis2=-1)
    return np.asarray(hits / np.maximum(1.0, counts.sum(axis=(-2, -1))))


def balanced_accuracy_of_counts(counts: Numbers) -> Numbers:
    """Mean recall over the classes that occur."""
    classes = counts.shape[-2]
    asked = counts.sum(axis=-1)
    hits = np.diagonal(counts[..., :classes], axis1=-2, axis2=-1)
    recall = np.divide(hits, asked, out=np.zeros_like(asked), where=asked > 0)
    return np.asarray(recall.sum(axis=-1) / np.maximum(1, (asked > 0).sum(axis=-1)))


def macro_f1(truth: Sequence[str], predicted: Sequence[str | None], labels: Sequence[str] | None = None) -> float:
    """Mean F1 over the classes that occur or are said. None (no usable answer) is wrong and is no class of its own."""
    return Confusion.of(truth, predicted, labels=labels).value(macro_f1_of_counts)


def accuracy(truth: Sequence[str], predicted: Sequence[str | None]) -> float:
    return Confusion.of(truth, predicted).value(accuracy_of_counts)
