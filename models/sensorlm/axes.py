"""Devices at the trunk with one vertical axis, so that a placement never met can be read.

From the sets' own documentation, no label: USC-HAD's x is vertical at the hip, so is HAPT's at the waist. A phone stands on its
head in MotionSense's pocket, −y up (after its reader has turned the iOS sign): every pocket is turned about z by 90°.
"""

from __future__ import annotations

import numpy as np

from models.sensorlm.configuration_sensorlm import PLACEMENTS
from recordings import Samples

TRUNK = PLACEMENTS.index("trunk")
AT_TRUNK = ("hip", "pocket", "waist")
# new x, y, z ← (old axis, sign)
_POCKET = ((1, -1.0), (0, 1.0), (2, 1.0))


def upright(samples: Samples, position: str) -> Samples:
    """(6, n) in a position's usual axes → x up where the wearer stands, at the hip, in a pocket and at the waist."""
    if position != "pocket":
        return samples
    rows = [offset + axis for offset in (0, 3) for axis, _ in _POCKET]
    signs = np.array([sign for _ in (0, 3) for _, sign in _POCKET], dtype=np.float32)
    return np.ascontiguousarray(samples[rows] * signs[:, None])
