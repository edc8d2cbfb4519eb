"""Windows of lying people as others would have recorded them, for training; not in the paper."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.limubert.windows import LabelledWindow
from models.lying import LYING, Vector, body_axis, roll


def rolled_windows(windows: Sequence[LabelledWindow], seed: int = 0) -> list[LabelledWindow]:
    """Every window of a lying person turned once, about the body's axis by any angle, acceleration and rotation alike; the
    others as they are.

    The axis is that of the window's set and place. The draw depends on the window and the seed alone.
    """
    places: dict[tuple[str, str], list[LabelledWindow]] = defaultdict(list)
    for window in windows:
        places[window.dataset, window.position].append(window)
    axes = {
        place: body_axis([w.values[:, :3].mean(axis=0) for w in found], [w.label for w in found])
        for place, found in places.items()
    }
    return [_rolled(w, axes[w.dataset, w.position], seed) if w.label == LYING else w for w in windows]


def _rolled(window: LabelledWindow, axis: Vector | None, seed: int) -> LabelledWindow:
    if axis is None:
        return window
    name = f"{seed}\n{window.dataset}\n{window.recording}\n{window.start_s}"
    number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())
    turn = roll(axis, np.random.default_rng(number))
    values = (window.values.reshape(-1, 2, 3) @ turn.T).reshape(window.values.shape)
    return replace(window, values=np.asarray(values, dtype=np.float32))
