"""A long signal in as many columns as a plot has: lowest, highest and mean of each, so that no peak is lost."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

_FLOOR_DB = -80.0


@dataclass(frozen=True, slots=True)
class Envelope:
    """times_s: (m,) column centres. low, mean, high: (m,), NaN where a column holds no sample. exact: one sample a column."""

    times_s: Numbers
    low: Numbers
    mean: Numbers
    high: Numbers
    exact: bool


def envelope(signal: npt.NDArray[np.float32], rate_hz: float, start_s: float, columns: int = 700) -> Envelope:
    """`signal`: (n,), NaN inside gaps. Where n ≤ 2 · columns the samples themselves come back."""
    n = len(signal)
    if n <= 2 * columns:
        values = signal.astype(np.float64)
        return Envelope(start_s + np.arange(n) / rate_hz, values, values, values, exact=True)
    edges = np.linspace(0, n, columns + 1).astype(np.int64)
    low, mean, high = (np.full(columns, np.nan) for _ in range(3))
    with warnings.catch_warnings():
        # A column that lies wholly in a gap stays NaN, which is what is meant.
        warnings.simplefilter("ignore", RuntimeWarning)
        for i in range(columns):
            part = signal[edges[i] : edges[i + 1]]
            low[i], mean[i], high[i] = np.nanmin(part), np.nanmean(part, dtype=np.float64), np.nanmax(part)
    return Envelope(start_s + (edges[:-1] + edges[1:]) / 2 / rate_hz, low, mean, high, exact=False)


def sound_level_db(sound: npt.NDArray[np.float32], rate_hz: float, start_s: float, columns: int = 700) -> Envelope:
    """The sound's level, dB relative to full scale: of 50 ms frames, then as an envelope. Digital silence is −80 dB."""
    frame = max(1, round(rate_hz * 0.05))
    whole = len(sound) // frame
    if whole == 0:
        frame, whole = max(1, len(sound)), min(1, len(sound))
    power = np.square(sound[: whole * frame].reshape(whole, frame)).mean(axis=1, dtype=np.float64)
    with np.errstate(divide="ignore"):
        level = np.maximum(10.0 * np.log10(power), _FLOOR_DB).astype(np.float32)
    level[np.isnan(power)] = np.nan
    return envelope(level, rate_hz / frame, start_s + frame / rate_hz / 2, columns)
