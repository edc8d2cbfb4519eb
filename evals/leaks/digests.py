"""What stays of a window's samples when they are compared exactly: a digest, and hashes of short stretches."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evals.leaks.material import Item, Vector

# Four significant decimals survive a round trip through text or float16-free storage, and no two real windows share them.
_STEP = 1e-4
# Instants of a stretch: eight of six channels; with fewer channels each instant says less, sixty-four of one.
STRETCH = 8
_LONG_STRETCH = 64
# One stretch in so many is kept, by its own content, so that copies keep the same ones wherever they begin.
_KEPT_OF = 4
# A frozen sensor repeats itself; a stretch must change at least so often to identify anything.
_CHANGES = 5
_PRIME = np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]


def as_channels(vector: Vector) -> npt.NDArray[np.float32]:
    """(channels, n) float32, NaN (a gap) as 0."""
    return np.nan_to_num(np.atleast_2d(np.asarray(vector, dtype=np.float32)))


def varies(vector: Vector) -> bool:
    """Whether any channel moves at all: silence and a dead sensor are the same everywhere and identify nobody."""
    return bool((np.ptp(as_channels(vector), axis=1) > 1e-6).any())


def digest_of(vector: Vector) -> str:
    """Of the samples quantised to 1e-4 in their own unit; '' for a signal that does not move."""
    x = as_channels(vector)
    if not (np.ptp(x, axis=1) > 1e-6).any():
        return ""
    quantised = np.round(x / _STEP).astype(np.int64)
    return hashlib.blake2b(quantised.tobytes(), digest_size=16, person=str(quantised.shape).encode()[:16]).hexdigest()


def item_digest(item: Item) -> str:
    """The item's own digest, or that of its samples; '' when it has neither."""
    if item.digest or item.vector is None:
        return item.digest
    return digest_of(item.vector)


def stretch_hashes(vectors: Sequence[Vector]) -> list[Hashes]:
    """For each window, hashes of some of its stretches of eight or more samples over all channels, quantised to 1e-4.

    Which ones are kept is decided by their own content, so that a copy keeps the same ones wherever it begins.
    """
    windows = [as_channels(v) for v in vectors]
    by_shape: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for i, window in enumerate(windows):
        by_shape[window.shape].append(i)
    out: list[Hashes] = [np.zeros(0, dtype=np.uint64)] * len(windows)
    for (channels, n), rows in by_shape.items():
        stretch = STRETCH if channels >= 3 else _LONG_STRETCH
        step = max(1, 400_000 // (channels * n))
        for start in range(0, len(rows) if n >= stretch else 0, step):
            part = rows[start : start + step]
            rolled, kept = _rolled(np.stack([windows[i] for i in part]), stretch)
            for i, hashes, mask in zip(part, rolled, kept, strict=True):
                out[i] = hashes[mask]
    return out


def _rolled(x: npt.NDArray[np.float32], stretch: int) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """(windows, channels, n) → (windows, n − stretch + 1) hashes and which are kept."""
    bits = np.round(x / _STEP).astype(np.int64).view(np.uint64)
    with np.errstate(over="ignore"):
        instants = np.zeros((x.shape[0], x.shape[2]), dtype=np.uint64)
        for channel in range(x.shape[1]):
            instants = _mixed(instants * _PRIME + bits[:, channel])
        # A stretch of 2k is two stretches of k: doubling, not one pass an instant.
        rolled, factor, length = instants, _PRIME, 1
        while length < stretch:
            rolled = rolled[:, :-length] * factor + rolled[:, length:]
            factor, length = factor * factor, 2 * length
        rolled = _mixed(rolled)
    n = rolled.shape[1]
    changes = np.pad(np.cumsum(instants[:, 1:] != instants[:, :-1], axis=1), ((0, 0), (1, 0)))
    moving = changes[:, stretch - 1 :] - changes[:, :n] >= _CHANGES * stretch // STRETCH
    kept = np.uint64(_KEPT_OF if x.shape[2] < 4096 else 4 * _KEPT_OF)
    return rolled, moving & (rolled % kept == 0)


def _mixed(x: Hashes) -> Hashes:
    x = (x ^ (x >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    return x ^ (x >> np.uint64(29))
