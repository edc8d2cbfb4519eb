"""Feature files that the user has (I3D, as FUTR and ActionLLM distribute them): one array a sequence, named as the sequence."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.actionllm.streams import FileRows
from recordings import UserError
from recordings.sequences import SegmentSequence

I3D_SIZE = 2048
# Of the labels' steps: a decoder may give a few frames more or fewer, not another video.
_TOLERANCE = 0.02


def read_feature_file(folder: Path, sequence: SegmentSequence, size: int = I3D_SIZE) -> FileRows:
    """`<folder>/<sequence>.npy`, (size, steps) as published or (steps, size), one row a label step.

    UserError where the file is missing, no array of numbers, or of another length than the labels.
    """
    path = folder / f"{Path(sequence.name).stem}.npy"
    if not path.is_file():
        raise UserError(
            path, expected="the features of this sequence", found="no such file", cure="name the folder of the features"
        )
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError) as problem:
        raise UserError(path, expected="a NumPy array", found=str(problem), cure="save it with numpy.save") from problem
    if values.ndim != 2 or size not in values.shape or values.dtype.kind != "f":
        raise UserError(
            path, expected=f"({size}, steps) numbers", found=f"{values.shape} of {values.dtype}",
            cure=f"give one row of {size} numbers for every step",
        )  # fmt: skip
    rows = values.T if values.shape[0] == size else values
    steps = sequence.frames if sequence.rate_hz is not None else len(rows)
    if abs(len(rows) - steps) > max(2.0, _TOLERANCE * steps):
        raise UserError(
            path, expected=f"{steps} steps, as many as there are labels", found=f"{len(rows)}",
            cure="take the features and the labels of the same version of the videos",
        )  # fmt: skip
    if not np.isfinite(rows).all():
        raise UserError(path, expected="finite numbers", found="others", cure="compute the features again")
    return FileRows(np.asarray(rows, dtype=np.float32), sequence.rate_hz or len(rows) / sequence.duration_s)
