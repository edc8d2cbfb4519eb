"""Windows of several sets that can be mixed: one rate, one length, one vertical axis, the classes that they share.

From the sets' own documentation, no label: USC-HAD's x is vertical at the hip, so is HAPT's at the waist; MotionSense's phone
stands on its head in the pocket, −y up (after its reader has turned the iOS sign), and is turned about z by 90°.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evals.systems.windows import WindowSet, load_windows
from models.motion.protocols import PROTOCOLS, WindowProtocol
from recordings import Stream

RATE_HZ = 50.0
WINDOW_S = 2.56
STRIDE_S = 1.28
# new x, y, z ← (old axis, sign); the sets left out stay as they are.
AXES: dict[str, tuple[tuple[int, float], ...]] = {"motionsense": ((1, -1.0), (0, 1.0), (2, 1.0))}


def aligned(name: str, stream: Stream) -> Stream:
    """A stream of set `name` with x up: acceleration and rotation turned alike."""
    axes = AXES.get(name)
    if axes is None:
        return stream
    rows = [offset + axis for offset in (0, 3) for axis, _ in axes]
    signs = np.array([sign for _ in (0, 3) for _, sign in axes], dtype=np.float32)
    return replace(stream, samples=np.ascontiguousarray(stream.samples[rows] * signs[:, None]))


def shared_classes(test: str, train: Sequence[str]) -> tuple[str, ...]:
    """Classes of the tested protocol that some training set knows, in its order."""
    known = {label for name in train for label in PROTOCOLS[name].classes}
    return tuple(label for label in PROTOCOLS[test].classes if label in known)


def aligned_windows(name: str, classes: tuple[str, ...], data_dir: Path, every: int = 1) -> WindowSet:
    """A set's windows of these classes at 50 Hz, 2.56 s, x up; subjects read `set/subject`."""
    own = PROTOCOLS[name]
    protocol = WindowProtocol(name, own.dataset, own.position, WINDOW_S, STRIDE_S, classes, "aligned sets")
    found = load_windows(protocol, data_dir, rate_hz=RATE_HZ, align=lambda stream: aligned(name, stream), every=every)
    return replace(found, subjects=np.array([f"{name}/{who}" for who in found.subjects.tolist()]))
