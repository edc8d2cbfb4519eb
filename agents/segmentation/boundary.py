"""Where, between two windows, the change really is: boundaries at sample level instead of window level."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recordings import ACCELERATION, ROTATION, Stream

Floats = npt.NDArray[np.float64]

FEATURE_RATE_HZ = 10.0


def motion_features(stream: Stream, start_s: float, end_s: float) -> tuple[Floats, Floats]:
    """(times_s (n,), features (n, d)) at `FEATURE_RATE_HZ` over `[start_s, end_s)`: posture, effort, rotation.

    The mean of each acceleration axis tells posture (by gravity's direction), the logarithms of the standard
    deviations of acceleration and of rotation tell effort; each over one step of 0.1 s. Steps that hold a NaN are left out.
    """
    step = max(1, round(stream.rate_hz / FEATURE_RATE_HZ))
    first = stream.index_at(start_s)
    raw = stream.between(start_s, end_s).astype(np.float64)
    n = raw.shape[1] // step
    columns = []
    for channels, floor in ((ACCELERATION, 0.05), (ROTATION, 0.02)):
        if n == 0 or not stream.has(*channels):
            continue
        rows = [stream.channels.index(name) for name in channels]
        cells = raw[rows, : n * step].reshape(3, n, step)
        if channels is ACCELERATION:
            columns += list(cells.mean(axis=2) / 2.0)
        columns.append(np.log(np.sqrt(cells.var(axis=2).sum(axis=0)) + floor))
    if not columns:
        return np.zeros(0), np.zeros((0, 0))
    features = np.stack(columns, axis=1)
    times = stream.start_s + (first + step * np.arange(n)) / stream.rate_hz
    kept = np.isfinite(features).all(axis=1)
    return times[kept], features[kept]


def sound_features(stream: Stream, start_s: float, end_s: float) -> tuple[Floats, Floats]:
    """(times_s (n,), features (n, 2)) at `FEATURE_RATE_HZ`: level and brightness (the level of the differences), both logarithmic."""
    step = max(1, round(stream.rate_hz / FEATURE_RATE_HZ))
    first = stream.index_at(start_s)
    raw = stream.between(start_s, end_s)[0].astype(np.float64)
    n = raw.shape[0] // step
    cells = raw[: n * step].reshape(n, step)
    levels = [np.log(np.sqrt((cells**2).mean(axis=1)) + 1e-4), np.log(np.sqrt(_mean_square(np.diff(cells))) + 1e-4)]
    features = np.stack(levels, axis=1)
    times = stream.start_s + (first + step * np.arange(n)) / stream.rate_hz
    kept = np.isfinite(features).all(axis=1)
    return times[kept], features[kept]


def _mean_square(rows: Floats) -> Floats:
    """(n,) mean of the squares of each row; 0 for empty rows."""
    return np.asarray((rows**2).sum(axis=1) / max(1, rows.shape[1]))


def change_point(features: Floats, margin: int = 3) -> int | None:
    """The index at which the mean of `features` (n, d) changes most: least squares, one change point.

    Exact (ruptures' dynamic programming with the l2 cost). None where fewer than `2 · margin` rows are given.
    """
    if len(features) < 2 * margin:
        return None
    import ruptures  # compiled extension: only when a boundary is placed

    scale = features.std(axis=0)
    scaled = features / np.where(scale > 1e-9, scale, 1.0)
    found = ruptures.Dynp(model="l2", min_size=margin, jump=1).fit_predict(scaled, n_bkps=1)
    return int(found[0])
