"""Beyond SensorLLM: a window seen from the direction of gravity, which does not change with how the sensor is worn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

# Accelerometer and gyroscope, three axes each, in this order.
CHANNELS_NEEDED = 6
UPRIGHT_SERIES = 6
# Hz, ends of neighbouring bands: from slow sway through steps (1.6 to 2.4) and their harmonics to impacts.
BAND_EDGES_HZ = (0.4, 1.0, 1.6, 2.4, 3.5, 5.0, 8.0, 12.0, 25.0)
# Below this there is nothing to tell from a sensor's noise ((m/s²)² or (rad/s)²).
_LEAST_POWER = 1e-6
_LEAST_GRAVITY = 1e-6

Series = npt.NDArray[np.float64]


def upright_series(window: npt.NDArray[np.floating]) -> Series:
    """(6, L) acceleration and rotation → (6, L): acceleration along the mean acceleration and its size across it, rotation about
    that direction and its size across it, the sizes of both.

    The mean acceleration of some seconds is gravity and little else, so that the first tells up from down and the third a turn to
    the left from one to the right. Any rotation of the sensor leaves all six as they are. ValueError for other channels.
    """
    wide = np.asarray(window, dtype=np.float64)
    if len(wide) != CHANNELS_NEEDED:
        raise ValueError(f"gravity's view needs acceleration and rotation, three axes each, found {len(wide)} channels")
    acceleration, rotation = wide[:3], wide[3:]
    gravity = acceleration.mean(axis=1)
    down = gravity / max(float(np.linalg.norm(gravity)), _LEAST_GRAVITY)
    found = []
    for sensor in (acceleration, rotation):
        along = down @ sensor
        found += [along, np.linalg.norm(sensor - down[:, None] * along, axis=0)]
    return np.stack([*found, np.linalg.norm(acceleration, axis=0), np.linalg.norm(rotation, axis=0)])


def band_powers(series: Series, rate_hz: float) -> Series:
    """(n, L) → (n, bands): log10 of the power in each band of `BAND_EDGES_HZ`, the mean left out; NaN above half the rate."""
    power = np.abs(np.fft.rfft(series - series.mean(axis=1, keepdims=True), axis=1)) ** 2 / series.shape[1] ** 2
    hertz = np.fft.rfftfreq(series.shape[1], 1 / rate_hz)
    found = np.full((len(series), len(BAND_EDGES_HZ) - 1), np.nan)
    for band, (low, high) in enumerate(pairwise(BAND_EDGES_HZ)):
        if low < rate_hz / 2:
            found[:, band] = np.log10(power[:, (hertz >= low) & (hertz < high)].sum(axis=1) + _LEAST_POWER)
    return found
