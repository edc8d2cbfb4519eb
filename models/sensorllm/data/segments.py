"""How a labelled run of samples is cut: into random lengths for alignment, into regular windows for recognition."""

from __future__ import annotations

import numpy as np

Piece = tuple[int, int]


def random_partition(length: int, shortest: int, longest: int, rng: np.random.Generator) -> list[Piece]:
    """`[0, length)` in neighbouring pieces of `shortest` … `longest` samples, each length drawn uniformly.

    SensorLLM draws a length, and where less than `shortest` would remain, undoes and redraws it: that is a uniform draw
    among the lengths that leave nothing or enough. A run shorter than `shortest` gives none; where no length fits (only
    possible when `longest` < 2 × `shortest` − 1), the last few samples stay uncovered. ValueError on impossible bounds.
    """
    if not 2 <= shortest <= longest:
        raise ValueError(f"lengths from {shortest} to {longest}: expected 2 ≤ shortest ≤ longest")
    pieces = []
    at = 0
    while (left := length - at) >= shortest:
        # Fitting: shortest … last, and all that is left where that is not too long.
        last = min(longest, left - shortest)
        fitting = max(last - shortest + 1, 0) + (left <= longest)
        drawn = int(rng.integers(fitting)) if fitting else -1
        size = min(longest, left) if drawn < 0 else left if shortest + drawn > last else shortest + drawn
        pieces.append((at, at + size))
        at += size
    return pieces


def random_partitions(
    length: int, shortest: int, longest: int, partitions: int, rng: np.random.Generator
) -> list[Piece]:
    """Pieces of several independent partitions, in order of start, a piece that occurs twice kept once."""
    return sorted({piece for _ in range(partitions) for piece in random_partition(length, shortest, longest, rng)})


def regular_windows(length: int, window: int, stride: int, tail: bool = True) -> list[Piece]:
    """Windows of `window` samples every `stride`; `tail` adds one aligned to the end where samples would be left over.

    A run shorter than a window gives none. ValueError when a size is not positive.
    """
    if window < 1 or stride < 1:
        raise ValueError(f"window {window} and stride {stride} must be positive")
    pieces = [(a, a + window) for a in range(0, length - window + 1, stride)]
    if tail and pieces and pieces[-1][1] < length:
        pieces.append((length - window, length))
    return pieces
