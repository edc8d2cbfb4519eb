"""Scores of a timeline against the truth, sample by sample and segment by segment; truth without a label is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int16]

UNLABELLED = -1
# What a prediction is coded as when it is none of the classes: it can be nobody's true positive.
OTHER = -2


def painted(
    spans: Sequence[tuple[float, float, str]], classes: Sequence[str], rate_hz: float, n: int, blank: int
) -> Codes:
    """(n,) the class of each sample. spans: (start_s, end_s, label); a label that is no class is `OTHER`; elsewhere `blank`."""
    out = np.full(n, blank, dtype=np.int16)
    codes = {name: i for i, name in enumerate(classes)}
    for start_s, end_s, label in spans:
        out[max(0, round(start_s * rate_hz)) : max(0, round(end_s * rate_hz))] = codes.get(label, OTHER)
    return out


def confusion(truth: Codes, said: Codes, classes: int) -> Counts:
    """(classes, classes + 1): truth by prediction, the last column for predictions outside the classes."""
    kept = truth >= 0
    columns = np.where(said[kept] >= 0, said[kept], classes)
    out = np.zeros((classes, classes + 1), dtype=np.int64)
    np.add.at(out, (truth[kept], columns), 1)
    return out


def f1_scores(counts: Counts) -> npt.NDArray[np.float64]:
    """(classes,) F1 of each class; 0 for a class that occurs and is never found, NaN for one that neither occurs nor is said."""
    classes = counts.shape[0]
    hits = np.diag(counts[:, :classes]).astype(np.float64)
    both = counts.sum(axis=1) + counts[:, :classes].sum(axis=0)
    return np.asarray(np.divide(2 * hits, both, out=np.full(classes, np.nan), where=both > 0))


def macro_f1(counts: Counts) -> float:
    """The mean over classes that occur or are said."""
    return float(np.nanmean(f1_scores(counts)))


def subject_interval(by_subject: Mapping[str, Counts], *, resamples: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of the macro-F1, subjects drawn with replacement: a person's samples are not independent."""
    stacked = np.stack([by_subject[s] for s in sorted(by_subject)])
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(stacked), size=(resamples, len(stacked)))
    scores = [macro_f1(stacked[draw].sum(axis=0)) for draw in draws]
    low, high = np.percentile(scores, [2.5, 97.5])
    return float(low), float(high)


def runs(codes: Codes) -> list[tuple[int, int, int]]:
    """(code, start, end) of each stretch of one code."""
    out = []
    at = 0
    for code, group in groupby(codes.tolist()):
        length = len(list(group))
        out.append((int(code), at, at + length))
        at += length
    return out


def edit_score(truth: Codes, said: Codes) -> float:
    """1 − Levenshtein distance between the two orders of segments / the longer one's length (Lea et al., 2017), labelled samples only."""
    kept = truth >= 0
    a, b = [r[0] for r in runs(truth[kept])], [r[0] for r in runs(said[kept])]
    if not a and not b:
        return 1.0
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        previous, row[0] = row[0], i
        for j, right in enumerate(b, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return 1.0 - row[-1] / max(len(a), len(b))


def overlap_counts(truth: Codes, said: Codes, threshold: float) -> tuple[int, int, int]:
    """(true positives, false positives, false negatives) of segments at an intersection over union of `threshold`.

    Each true segment is matched once, by the predicted one that overlaps it most (Lea et al., 2017); labelled samples only.
    """
    kept = truth >= 0
    real, guesses = runs(truth[kept]), [r for r in runs(said[kept]) if r[0] >= 0]
    taken = [False] * len(real)
    hits = 0
    for code, start, end in guesses:
        shares = [
            max(0, min(end, b) - max(start, a)) / (max(end, b) - min(start, a)) if other == code else 0.0
            for other, a, b in real
        ]
        best = int(np.argmax(shares)) if shares else -1
        if best >= 0 and shares[best] >= threshold and not taken[best]:
            taken[best] = True
            hits += 1
    return hits, len(guesses) - hits, len(real) - hits
