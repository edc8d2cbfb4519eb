"""From samples with their own clock to a regular grid, with gaps left as gaps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recordings.recording import Samples, Span

Times = npt.NDArray[np.float64]

# A hole longer than this many sample intervals is a gap; shorter ones are timestamp jitter and are interpolated.
GAP_INTERVALS = 4.0


def to_grid(
    times_s: Times, samples: Samples | Times, rate_hz: float, gap_s: float | None = None, origin_s: float | None = None
) -> tuple[Samples, tuple[Span, ...]]:
    """Samples at irregular but increasing times, on the grid `times_s[0] + i / rate_hz`.

    origin_s: begin the grid there instead (at or before `times_s[0]`); points before the first sample are NaN and no gap.

    times_s: (n,) strictly increasing. samples: (channels, n). Returns ((channels, m) float32, gaps).
    Where samples come faster than the grid (a burst), those of one grid cell are averaged first, a box filter against
    aliasing; elsewhere values are interpolated linearly. Grid points inside a hole longer than `gap_s` (default
    `GAP_INTERVALS` intervals) are NaN in every channel. A NaN sample stays NaN for its own channel.
    """
    gap_s = GAP_INTERVALS / rate_hz if gap_s is None else gap_s
    start = float(times_s[0]) if origin_s is None else origin_s
    cell = np.rint((times_s - start) * rate_hz).astype(np.int64)
    _, first, counts = np.unique(cell, return_index=True, return_counts=True)
    if len(first) < len(times_s):
        times = np.add.reduceat(times_s, first) / counts
        values = np.add.reduceat(samples.astype(np.float64), first, axis=1) / counts
    else:
        times, values = times_s, samples.astype(np.float64)
    m = int(cell[-1]) + 1
    grid = start + np.arange(m) / rate_hz
    out = np.stack([np.interp(grid, times, row) for row in values]).astype(np.float32)
    # Half an interval of slack: a grid point that rounds to the first or last sample holds that sample.
    out[:, grid < times[0] - 0.5 / rate_hz] = np.nan
    holes = np.flatnonzero(np.diff(times) > gap_s)
    gaps = []
    for hole in holes:
        lo = int(np.floor((times[hole] - start) * rate_hz + 1e-6)) + 1
        hi = int(np.ceil((times[hole + 1] - start) * rate_hz - 1e-6))
        if hi > lo:
            out[:, lo:hi] = np.nan
            gaps.append(Span(round(lo / rate_hz, 6), round(hi / rate_hz, 6)))
    return out, tuple(gaps)
