"""Windows seen from the direction of gravity: series and powers that do not change with how the sensor is worn.

Our own addition to SensorLLM and LLaSA, which read them as numbers (`models.numbers.NumbersSaid`).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

# Accelerometer and gyroscope, three axes each, in this order.
CHANNELS_NEEDED = 6
UPRIGHT_SERIES = 6
# Hz, ends of neighbouring bands: from slow sway through steps (1.6 to 2.4) and their harmonics to impacts.
BAND_EDGES_HZ = (0.4, 1.0, 1.6, 2.4, 3.5, 5.0, 8.0, 12.0, 25.0)
BANDS = len(BAND_EDGES_HZ) - 1
# Below this there is nothing to tell from a sensor's noise ((m/s²)² or (rad/s)²).
_LEAST_POWER = 1e-6
_LEAST_GRAVITY = 1e-6

Series = npt.NDArray[np.float64]


def upright_series(windows: npt.NDArray[np.floating]) -> Series:
    """(…, 6, L) acceleration and rotation → (…, 6, L): acceleration along the mean acceleration and its size across it, rotation
    about that direction and its size across it, the sizes of both.

    The mean acceleration of some seconds is gravity and little else, so that the first tells up from down and the third a turn to
    the left from one to the right. Any rotation of the sensor leaves all six as they are. ValueError for other channels.
    """
    wide = np.asarray(windows, dtype=np.float64)
    if wide.ndim < 2 or wide.shape[-2] != CHANNELS_NEEDED:
        found = f"{wide.shape[-2]} channels" if wide.ndim > 1 else "one row of samples"
        raise ValueError(f"gravity's view needs acceleration and rotation, three axes each, found {found}")
    acceleration, rotation = wide[..., :3, :], wide[..., 3:, :]
    gravity = acceleration.mean(axis=-1)
    down = gravity / np.maximum(np.linalg.norm(gravity, axis=-1, keepdims=True), _LEAST_GRAVITY)
    series = []
    for sensor in (acceleration, rotation):
        along = np.einsum("...c,...cl->...l", down, sensor)
        series += [along, np.linalg.norm(sensor - down[..., None] * along[..., None, :], axis=-2)]
    return np.stack([*series, np.linalg.norm(acceleration, axis=-2), np.linalg.norm(rotation, axis=-2)], axis=-2)


def moments(series: npt.NDArray[np.floating]) -> Series:
    """(…, n, L) → (…, 2n): mean and standard deviation, one series after another."""
    wide = np.asarray(series, dtype=np.float64)
    found = np.stack([wide.mean(axis=-1), wide.std(axis=-1)], axis=-1)
    return found.reshape(*found.shape[:-2], -1)


def band_powers(series: Series, rate_hz: float) -> Series:
    """(…, n, L) → (…, n, bands): log10 of the power in each band of `BAND_EDGES_HZ`, the mean left out; NaN above half the rate."""
    length = series.shape[-1]
    power = np.abs(np.fft.rfft(series - series.mean(axis=-1, keepdims=True), axis=-1)) ** 2 / length**2
    hertz = np.fft.rfftfreq(length, 1 / rate_hz)
    found = np.full((*series.shape[:-1], BANDS), np.nan)
    for band, (low, high) in enumerate(pairwise(BAND_EDGES_HZ)):
        if low < rate_hz / 2:
            found[..., band] = np.log10(power[..., (hertz >= low) & (hertz < high)].sum(axis=-1) + _LEAST_POWER)
    return found
