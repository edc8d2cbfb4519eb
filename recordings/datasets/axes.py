"""Which way the sensors of a research set point, so that streams of several sets can be mixed.

From the sets' own documentation, no label: USC-HAD's x is vertical at the hip, so is HAPT's at the waist; MotionSense's phone
stands on its head in the pocket, −y up (after its reader has turned the iOS sign), and is turned about z by 90°. WISDM says too
little of its watch.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recordings.recording import Stream

# Where x, y and z, x up, are found among a set's own axes: (axis, sign).
_UPRIGHT: dict[str, tuple[tuple[int, float], ...]] = {
    "usc_had": ((0, 1.0), (1, 1.0), (2, 1.0)),
    "hapt": ((0, 1.0), (1, 1.0), (2, 1.0)),
    "motionsense": ((1, -1.0), (0, 1.0), (2, 1.0)),
}
# Sets whose axes are known well enough to be mixed.
MIXABLE_SETS: tuple[str, ...] = tuple(_UPRIGHT)


def with_x_up(name: str, stream: Stream) -> Stream:
    """A stream of set `name` with x up, acceleration and rotation turned alike. KeyError for a set whose axes are not known."""
    return _chosen(stream, _UPRIGHT[name])


def as_worn_in(own: str, name: str, stream: Stream) -> Stream:
    """A stream of set `name` with the axes of set `own`, acceleration and rotation turned alike. KeyError as `with_x_up`."""
    back = {axis: (row, sign) for row, (axis, sign) in enumerate(_UPRIGHT[own])}
    theirs = _UPRIGHT[name]
    return _chosen(stream, tuple((theirs[back[i][0]][0], theirs[back[i][0]][1] * back[i][1]) for i in range(len(back))))


def _chosen(stream: Stream, axes: tuple[tuple[int, float], ...]) -> Stream:
    """Axes picked and signed rather than multiplied: a channel's missing sample stays that channel's alone."""
    if all(axis == row and sign > 0 for row, (axis, sign) in enumerate(axes)):
        return stream
    rows = [offset + axis for offset in range(0, len(stream.samples), len(axes)) for axis, _ in axes]
    signs = np.array([sign for _, sign in axes] * (len(stream.samples) // len(axes)), dtype=np.float32)
    return replace(stream, samples=np.ascontiguousarray(stream.samples[rows] * signs[:, None]))
