"""What stays of a window's samples when they are compared exactly: a digest, and hashes of short stretches."""

from __future__ import annotations

import hashlib

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
    if not varies(vector):
        return ""
    quantised = np.round(as_channels(vector) / _STEP).astype(np.int64)
    return hashlib.blake2b(quantised.tobytes(), digest_size=16, person=str(quantised.shape).encode()[:16]).hexdigest()


def item_digest(item: Item) -> str:
    """The item's own digest, or that of its samples; '' when it has neither."""
    if item.digest or item.vector is None:
        return item.digest
    return digest_of(item.vector)


def stretch_hashes(vector: Vector) -> Hashes:
    """Hashes of some of the stretches of eight or more samples over all channels, quantised to 1e-4; chosen by content."""
    x = as_channels(vector)
    stretch = STRETCH if x.shape[0] >= 3 else _LONG_STRETCH
    if x.shape[1] < stretch:
        return np.zeros(0, dtype=np.uint64)
    bits = np.round(x / _STEP).astype(np.int64).view(np.uint64)
    with np.errstate(over="ignore"):
        instants = np.zeros(x.shape[1], dtype=np.uint64)
        for row in bits:
            instants = _mixed(instants * _PRIME + row)
        n = len(instants) - stretch + 1
        # A stretch of 2k is two stretches of k: doubling, not one pass an instant.
        rolled, factor, length = instants, _PRIME, 1
        while length < stretch:
            rolled = rolled[:-length] * factor + rolled[length:]
            factor, length = factor * factor, 2 * length
        rolled = _mixed(rolled)
    changes = np.concatenate([[0], np.cumsum(instants[1:] != instants[:-1])])
    moving = changes[stretch - 1 :] - changes[:n] >= _CHANGES * stretch // STRETCH
    kept = np.uint64(_KEPT_OF if len(instants) < 4096 else 4 * _KEPT_OF)
    return np.asarray(rolled[moving & (rolled % kept == 0)])


def _mixed(x: Hashes) -> Hashes:
    x = (x ^ (x >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    return x ^ (x >> np.uint64(29))
