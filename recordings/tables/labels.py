"""A column of labels as annotations: data for evaluation, never an instruction to anybody."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recordings.errors import plain
from recordings.recording import Annotation
from recordings.tables.table import MISSING, Numbers

UNLABELLED = frozenset({*MISSING, "unlabeled", "unlabelled", "undefined", "unknown"})


def annotations_of(labels: npt.NDArray[np.object_], times_s: Numbers, interval_s: float) -> tuple[Annotation, ...]:
    """Runs of one label as spans. labels, times_s: (n,) in order. A pause longer than 1 s between rows ends a span."""
    if len(labels) == 0:
        return ()
    changed = (labels[1:] != labels[:-1]) | (np.diff(times_s) > max(1.0, 4 * interval_s))
    starts = np.flatnonzero(np.append(True, changed))
    ends = np.append(starts[1:], len(labels))
    found = []
    for a, b in zip(starts, ends, strict=True):
        label = plain(labels[a], 80)
        if label.lower() in UNLABELLED:
            continue
        end = times_s[b - 1] + interval_s
        if b < len(labels) and times_s[b] - times_s[b - 1] <= max(1.0, 4 * interval_s):
            end = times_s[b]
        found.append(Annotation(round(float(times_s[a]), 6), round(float(end), 6), label))
    return tuple(found)
