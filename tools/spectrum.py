"""The strongest rhythm of a channel."""

from __future__ import annotations

import numpy as np

from tools.channels import ChannelValues
from tools.errors import NoData
from tools.trend_readable import finite_runs

# Two seconds show rhythms from 0.5 Hz on; a Welch segment of ten seconds tells 0.1 Hz apart.
MIN_RUN_S = 2.0
SEGMENT_S = 10.24


def dominant_frequency(chosen: ChannelValues) -> float:
    """Hz of the highest peak of Welch's spectrum (mean removed, Hann window) over the longest run without a gap.

    NoData when no run lasts 2 s or the channel does not move.
    """
    from scipy.signal import welch

    runs = finite_runs(chosen.values)
    a, b = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    if (b - a) / chosen.rate_hz < MIN_RUN_S - 0.5 / chosen.rate_hz:
        raise NoData(chosen.channel, f"a rhythm needs {MIN_RUN_S:g} s without a gap")
    part = chosen.values[a:b] - chosen.values[a:b].mean()
    if not np.ptp(part) > 1e-9:
        raise NoData(chosen.channel, "a channel that does not change has no rhythm")
    length = min(len(part), round(SEGMENT_S * chosen.rate_hz))
    frequencies, power = welch(part, fs=chosen.rate_hz, nperseg=length, detrend="constant")
    return float(frequencies[1 + int(np.argmax(power[1:]))])
