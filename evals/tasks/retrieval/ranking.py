"""Ranks of what should be found, and the figures that are made of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

AT = (1, 5, 10)


def ranks(similarity: npt.NDArray[np.floating], relevant: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """(q,) place, from 1, of the best relevant item of each query; 0 where nothing is relevant.

    similarity, relevant: (q, items). Items as near as the relevant one stand before it: ties never flatter.
    """
    best = np.where(relevant, similarity, -np.inf).max(axis=1)
    before = ((similarity >= best[:, None]) & ~relevant).sum(axis=1)
    return np.where(relevant.any(axis=1), before + 1, 0).astype(np.int64)


def reciprocal(place: int) -> float:
    """1 / place, 0 for what was not found."""
    return 1.0 / place if place > 0 else 0.0
