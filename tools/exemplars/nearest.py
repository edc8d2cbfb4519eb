"""Exact nearest neighbours, and who may be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tools.perception import Flags, Floats

CHUNK_QUERIES = 1024


@dataclass(frozen=True, slots=True)
class Filter:
    """Who must not be found, where the device must have been worn, and of which set (None: no matter)."""

    exclude_subject: str | None = None
    exclude_recording: str | None = None
    position: str | None = None
    dataset: str | None = None

    def admits(
        self, subjects: Sequence[str], recordings: Sequence[str], positions: Sequence[str], datasets: Sequence[str]
    ) -> Flags:
        """(n,) True where an exemplar may be found."""
        kept = np.ones(len(subjects), dtype=np.bool_)
        if self.exclude_subject is not None:
            kept &= np.array([s != self.exclude_subject for s in subjects], dtype=np.bool_)
        if self.exclude_recording is not None:
            kept &= np.array([r != self.exclude_recording for r in recordings], dtype=np.bool_)
        if self.position is not None:
            kept &= np.array([p == self.position for p in positions], dtype=np.bool_)
        if self.dataset is not None:
            kept &= np.array([d == self.dataset for d in datasets], dtype=np.bool_)
        return kept

    def where(self) -> dict[str, object] | None:
        """The same in Chroma's words."""
        clauses: list[dict[str, object]] = []
        if self.exclude_subject is not None:
            clauses.append({"subject": {"$ne": self.exclude_subject}})
        if self.exclude_recording is not None:
            clauses.append({"recording_id": {"$ne": self.exclude_recording}})
        if self.position is not None:
            clauses.append({"position": self.position})
        if self.dataset is not None:
            clauses.append({"dataset": self.dataset})
        if not clauses:
            return None
        return clauses[0] if len(clauses) == 1 else {"$and": clauses}


def nearest(vectors: Floats, queries: Floats, k: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """(q, k') rows of `vectors` nearest to each query, nearest first, and their Euclidean distances; k' = min(k, n).

    Equal distances keep the order of the rows.
    """
    n = len(vectors)
    k = min(k, n)
    rows = np.zeros((len(queries), k), dtype=np.intp)
    distances = np.zeros((len(queries), k))
    if not k:
        return rows, distances
    squares = (vectors.astype(np.float64) ** 2).sum(axis=1)
    # A few more than k by the fast formula, then exact differences: rounding must not decide who is nearest.
    spare = min(n, k + 8)
    for first in range(0, len(queries), CHUNK_QUERIES):
        part = queries[first : first + CHUNK_QUERIES].astype(np.float64)
        rough = squares - 2.0 * part @ vectors.T.astype(np.float64)
        candidates = np.sort(np.argpartition(rough, spare - 1, axis=1)[:, :spare], axis=1)
        exact = np.sqrt(((part[:, None, :] - vectors[candidates]) ** 2).sum(axis=2))
        order = np.argsort(exact, axis=1, kind="stable")[:, :k]
        rows[first : first + len(part)] = np.take_along_axis(candidates, order, axis=1)
        distances[first : first + len(part)] = np.take_along_axis(exact, order, axis=1)
    return rows, distances
