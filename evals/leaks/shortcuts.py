"""Ways to the answer that go around the signal: ids, order, times, metadata, and which modality is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evals.leaks.check import Detector, Finding, not_applicable
from evals.leaks.material import Item, Material

_DEPTH = 5
_FOLDS = 5
_PERMUTATIONS = 40
_MOST_ITEMS = 1500
_FEWEST = 40
# Above chance by less, in mean recall, no shortcut would be taken.
_EFFECT = 0.08
_DIGITS = re.compile(r"\d+")

Features = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def _bookkeeping(material: Material) -> Finding:
    fields = material.shown & {"id", "order", "start_s", "duration_s", "metadata"}
    items = [i for i in material.tested if i.label]
    if "metadata" in fields and not any(i.metadata for i in items):
        fields -= {"metadata"}
    if not fields:
        return not_applicable("the system is shown neither ids, order, times nor metadata")
    if len(items) < _FEWEST or len({i.label for i in items}) < 2:
        return not_applicable(f"fewer than {_FEWEST} labelled test items, or one class")
    score, chance, p = predictable(items, bookkeeping_features(items, fields), material.seed)
    what = ", ".join(sorted(f.replace("_s", "") for f in fields))
    detail = f"a small tree on {what} alone recalls {score:.3f} of a class (chance {chance:.3f}, p = {p:.3f})"
    leaks = score - chance > _EFFECT and p <= 1.5 / (_PERMUTATIONS + 1)
    return Finding(len(items) if leaks else 0, detail)


def bookkeeping_features(items: Sequence[Item], fields: frozenset[str]) -> Features:
    """(items, features) of what is shown beside the signal: numbers as they are, words as codes, digits inside ids."""
    columns: list[Sequence[float]] = []
    if "id" in fields:
        digits = [[float(d[:12]) for d in _DIGITS.findall(i.id)] for i in items]
        columns += [
            [row[k] if k < len(row) else -1.0 for row in digits] for k in range(max(map(len, digits), default=0))
        ]
        columns.append(_codes([_DIGITS.sub("#", i.id) for i in items]))
        columns.append([float(len(i.id)) for i in items])
    if "order" in fields:
        columns.append([float(k) for k in range(len(items))])
        first: dict[str, int] = {}
        columns.append([float(k - first.setdefault(i.subject, k)) for k, i in enumerate(items)])
    if "start_s" in fields:
        columns.append([i.start_s if i.start_s is not None else -1.0 for i in items])
    if "duration_s" in fields:
        columns.append([i.end_s - i.start_s if i.start_s is not None and i.end_s is not None else -1.0 for i in items])
    if "metadata" in fields:
        for key in sorted({key for i in items for key in i.metadata}):
            values = [i.metadata.get(key) for i in items]
            if all(isinstance(v, (int, float)) or v is None for v in values):
                columns.append([float(v) if isinstance(v, (int, float)) else -1.0 for v in values])
            else:
                columns.append(_codes([str(v) for v in values]))
    return np.asarray(columns, dtype=np.float64).T


def _codes(words: Sequence[str]) -> list[float]:
    order = {word: float(k) for k, word in enumerate(sorted(set(words)))}
    return [order[word] for word in words]


def predictable(items: Sequence[Item], features: Features, seed: int) -> tuple[float, float, float]:
    """(mean recall of a small tree over folds of subjects, its mean under permuted labels, permutation probability).

    Labels are permuted among the recordings of a subject, not among windows: windows of one recording share everything.
    """
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(items))[:_MOST_ITEMS])
    kept = [items[i] for i in chosen]
    x, y = features[chosen], np.unique([i.label for i in kept], return_inverse=True)[1].astype(np.int64)
    folds = _folds_of(kept)
    score, chance = _cross_validated(x, y, folds), 1 / len(np.unique(y))
    if score - chance <= _EFFECT:  # nothing that a permutation could make worse
        return score, chance, 1.0
    units = np.unique([f"{i.subject}\0{i.recording or i.id}\0{i.label}" for i in kept], return_inverse=True)[1]
    label_of = np.zeros(units.max() + 1, dtype=np.int64)
    label_of[units] = y
    null = [_cross_validated(x, rng.permutation(label_of)[units], folds) for _ in range(_PERMUTATIONS)]
    p = (1 + sum(n >= score for n in null)) / (1 + _PERMUTATIONS)
    return score, float(np.mean(null)), p


def _folds_of(items: Sequence[Item]) -> Codes:
    """A fold a subject, at most `_FOLDS`; with one subject only, folds of recordings, and at last of items."""
    for key in ([i.subject for i in items], [i.recording for i in items], [i.id for i in items]):
        names = sorted(set(key))
        if len(names) > 1:
            fold = {name: k % _FOLDS for k, name in enumerate(names)}
            return np.array([fold[k] for k in key], dtype=np.int64)
    return np.arange(len(items), dtype=np.int64) % _FOLDS


def _cross_validated(x: Features, y: Codes, folds: Codes) -> float:
    from sklearn.tree import DecisionTreeClassifier

    said = np.full(len(y), -1, dtype=np.int64)
    for fold in np.unique(folds):
        out = folds == fold
        tree = DecisionTreeClassifier(max_depth=_DEPTH, class_weight="balanced", random_state=0).fit(x[~out], y[~out])
        said[out] = tree.predict(x[out])
    return float(np.mean([(said[y == c] == c).mean() for c in np.unique(y)]))


def _presence(material: Material) -> Finding:
    items = [i for i in material.tested if i.present is not None and i.label]
    patterns = {i.present for i in items if i.present is not None}
    if len(items) < _FEWEST or len(patterns) < 2:
        return not_applicable("no modality is ever missing" if items else "nothing is said about missing modalities")
    bits, chance, p = _shared_bits(items, material.seed)
    detail = f"presence pattern: which of {len(patterns)} patterns alone tells {bits:.2f} bits of the class (chance {chance:.2f}, p = {p:.3f})"
    if "presence" in material.shown and p <= 1.5 / (_PERMUTATIONS + 1):
        return Finding(len(items), f"{detail}, and the system is shown it")
    return Finding(0, f"{detail}; it is reported, never fed")


def _shared_bits(items: Sequence[Item], seed: int) -> tuple[float, float, float]:
    """(mutual information of pattern and class in bits, its mean when classes are permuted, permutation probability)."""
    rng = np.random.default_rng(seed)
    pattern = np.unique(["+".join(sorted(i.present or ())) for i in items], return_inverse=True)[1]
    label = np.unique([i.label for i in items], return_inverse=True)[1]
    bits = _mutual_bits(pattern, label)
    null = [_mutual_bits(pattern, rng.permutation(label)) for _ in range(_PERMUTATIONS)]
    return bits, float(np.mean(null)), (1 + sum(n >= bits for n in null)) / (1 + _PERMUTATIONS)


def _mutual_bits(a: npt.NDArray[np.int_], b: npt.NDArray[np.int_]) -> float:
    joint = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(joint, (a, b), 1 / len(a))
    product = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    filled = joint > 0
    return float((joint[filled] * np.log2(joint[filled] / product[filled])).sum())


SHORTCUTS = (
    Detector(
        "bookkeeping_predicts_label",
        ("test",),
        "a class told by ids, order, times or metadata that are shown",
        _bookkeeping,
    ),
    Detector("presence_predicts_label", ("test",), "a class told by which modality is missing", _presence),
)
