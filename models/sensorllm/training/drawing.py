"""Which windows are learnt from: as evenly over classes as they allow, other sets' on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]

# Windows of each other set for each of the set's own, class by class. As many as there are would drown the own: standing people of
# three sets beside one set's lifts teach that whoever stands in that set is in a lift.
BESIDE_SHARE = 0.5


def evenly(labels: Sequence[str], count: int, rng: np.random.Generator) -> Rows:
    """At most `count` indices, as evenly over the labels as they allow, in ascending order."""
    members = {label: rng.permutation(np.flatnonzero(np.array(labels) == label)) for label in sorted(set(labels))}
    chosen: list[int] = []
    left = count
    for number, label in enumerate(sorted(members, key=lambda name: len(members[name]))):
        share = left // (len(members) - number)
        taken = members[label][:share]
        chosen += [int(i) for i in taken]
        left -= len(taken)
    return np.array(sorted(chosen), dtype=np.int64)


def evenly_beside(labels: Sequence[str], sets: Sequence[str], own: str, count: int, rng: np.random.Generator) -> Rows:
    """Of the rows of set `own` at most `count`, evenly; of each class of every other set half as many again. Ascending indices.

    What was drawn is kept whole when it is drawn from again.
    """
    names, origins = np.array(labels, dtype=object), np.array(sets, dtype=object)
    mine = np.flatnonzero(origins == own)
    chosen = mine[evenly([labels[i] for i in mine], count, rng)].tolist()
    kept = Counter(labels[i] for i in chosen)
    for other in sorted(set(sets) - {own}):
        for label in sorted(kept):
            rows = np.flatnonzero((origins == other) & (names == label))
            chosen += rng.permutation(rows)[: round(BESIDE_SHARE * kept[label])].tolist()
    return np.array(sorted(chosen), dtype=np.int64)
