"""Two experiments on the system itself: learn from shuffled labels, and answer in another order."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt

from evals.leaks.check import Detector, Finding, not_applicable, offenders
from evals.leaks.material import Material

Codes = npt.NDArray[np.int64]

_DRAWS = 4000
ALPHA = 1e-3
_EFFECT = 0.05
# Floating-point ties may fall either way when a batch is composed differently; so few of the items may differ.
_TIES_SHARE = 0.001


def _shuffled(material: Material) -> Finding:
    train, test = list(material.train or ()), list(material.tested)
    labels = sorted({i.label for i in [*train, *test]})
    if len(labels) < 2 or material.refit is None:
        return not_applicable("one class")
    code = {label: k for k, label in enumerate(labels)}
    truth = np.array([code[i.label] for i in test])
    rng = np.random.default_rng(material.seed)
    given = [i.label for i in train]
    runs = []
    for _ in range(refits_needed(len(labels))):
        permuted = [given[k] for k in rng.permutation(len(given))]
        said = np.array([code.get(label, -1) for label in material.refit(permuted)])
        runs.append(agreement(truth, said, len(labels)))
    observed, chance, p = renamed_p(runs, rng)
    detail = f"trained on shuffled labels ({len(runs)} times) it recalls {observed:.3f} of a class (chance {chance:.3f}, p = {p:.3g})"
    return Finding(len(test) if p < ALPHA and observed - chance > _EFFECT else 0, detail)


def refits_needed(classes: int) -> int:
    """So many that renaming the predicted classes by luck alone gives a probability below `ALPHA`."""
    return max(3, math.ceil(math.log(1 / (ALPHA / 2)) / math.lgamma(classes + 1)))


def agreement(truth: Codes, said: Codes, classes: int) -> npt.NDArray[np.float64]:
    """(classes, classes): share of the items of each true class (rows) that are called each class (columns)."""
    counts = np.zeros((classes, classes))
    kept = said >= 0
    np.add.at(counts, (truth[kept], said[kept]), 1.0)
    sizes = np.bincount(truth, minlength=classes).astype(np.float64)
    return np.asarray(counts / np.maximum(sizes, 1.0)[:, None], dtype=np.float64)


def renamed_p(tables: list[npt.NDArray[np.float64]], rng: np.random.Generator) -> tuple[float, float, float]:
    """(mean recall, its mean, the probability of so much) when what is said is renamed at random.

    Predictions come in clumps (all of one class called another), so shuffling single items would make chance look narrower than it
    is; a bijection of the class names keeps the clumps and knows nothing of the truth.
    """
    classes = len(tables[0])
    rows = [np.flatnonzero(t.sum(axis=1) > 0) for t in tables]
    observed = float(np.mean([t[r, r].mean() for t, r in zip(tables, rows, strict=True)]))
    draws = np.zeros(_DRAWS)
    every = list(itertools.permutations(range(classes))) if classes <= 4 else None
    for table, used in zip(tables, rows, strict=True):
        for k in range(_DRAWS):
            names = np.array(every[rng.integers(len(every))]) if every else rng.permutation(classes)
            draws[k] += table[used, names[used]].mean() / len(tables)
    return observed, float(draws.mean()), float((1 + (draws >= observed - 1e-12).sum()) / (1 + _DRAWS))


def _order(material: Material) -> Finding:
    test = list(material.tested)
    if material.predict is None or len(test) < 2:
        return not_applicable("fewer than two test items")
    straight = list(material.predict(test))
    rng = np.random.default_rng(material.seed)
    shuffled, half = rng.permutation(len(test)), np.arange(0, len(test), 2)
    differing: set[str] = set()
    few, one = np.arange(min(8, len(test))), np.array([len(test) // 2])
    for order in (np.arange(len(test))[::-1], shuffled, half, few, one):
        said = material.predict([test[k] for k in order])
        differing |= {test[k].id for k, s in zip(order.tolist(), said, strict=True) if s != straight[k]}
    if len(differing) <= int(_TIES_SHARE * len(test)):
        return Finding(0, f"{len(test)} predictions, the same in any order and in any company")
    return offenders(
        differing,
        len(test),
        "predictions change with the order or the company of the test items",
        "the same in any order",
    )


CONTROLS = (
    Detector(
        "shuffled_labels", ("train", "test", "refit"), "knowledge that did not come from the training labels", _shuffled
    ),
    Detector(
        "order_of_the_test", ("test", "predict"), "predictions that depend on row order or on other test items", _order
    ),
)
