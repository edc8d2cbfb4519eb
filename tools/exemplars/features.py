"""Statistics of a window that, beside the classifier's embedding, say how alike two windows are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from recordings import ACCELERATION, ROTATION, Span, Stream
from tools.perception import Flags, Floats

# Everything is computed at one rate, so that a 100 Hz hip sensor and a 20 Hz watch can be neighbours.
RATE_HZ = 20.0
LARGEST_GAP_SHARE = 0.25
MIN_SAMPLES = 16
CHUNK_WINDOWS = 4096
BANDS_HZ = ((0.3, 1.2), (1.2, 2.2), (2.2, 3.6), (3.6, 10.0))

# Mirroring an axis (a watch on the other wrist, a phone turned round) leaves all of these but the turn rate as they are.
FEATURES: tuple[str, ...] = (
    *(f"abs_mean_{name}" for name in ACCELERATION),
    *(f"std_{name}" for name in ACCELERATION),
    "std_acc_magnitude",
    "min_acc_magnitude",
    "max_acc_magnitude",
    "rms_jerk",
    *(f"log_power_{low:g}_{high:g}_hz" for low, high in BANDS_HZ),
    *(f"std_{name}" for name in ROTATION),
    "mean_gyro_magnitude",
    "std_gyro_magnitude",
    "mean_turn_about_gravity",
)
GYROSCOPE_FEATURES: tuple[int, ...] = tuple(
    i for i, name in enumerate(FEATURES) if "gyro" in name or name == "mean_turn_about_gravity"
)


def window_features(stream: Stream, spans: Sequence[Span]) -> tuple[Floats, Flags]:
    """(n, len(FEATURES)) float32 in SI units, and (n,) usable.

    Windows are cut from the stream at 20 Hz. A window with more than a quarter of its samples missing, or with less than
    0.8 s of them, is not usable and all NaN; where the gyroscope is missing its features are NaN.
    """
    from recordings.resample import resample

    at_rate = resample(stream, RATE_HZ)
    acc = at_rate.select(*ACCELERATION)
    gyro = at_rate.select(*ROTATION) if stream.has(*ROTATION) else np.full_like(acc, np.nan)
    samples = np.concatenate([acc, gyro])
    features = np.full((len(spans), len(FEATURES)), np.nan, dtype=np.float32)
    lengths = np.array([round(span.duration_s * RATE_HZ) for span in spans], dtype=np.int64)
    for length in np.unique(lengths):
        if length < MIN_SAMPLES:
            continue
        rows = np.flatnonzero(lengths == length)
        for first in range(0, len(rows), CHUNK_WINDOWS):
            chosen = rows[first : first + CHUNK_WINDOWS]
            starts = [round((spans[i].start_s - stream.start_s) * RATE_HZ) for i in chosen]
            features[chosen] = _features(samples, np.array(starts, dtype=np.int64), int(length))
    return features, np.isfinite(features[:, 0])


def _features(samples: Floats, starts: npt.NDArray[np.int64], length: int) -> Floats:
    index = starts[:, None] + np.arange(length)
    inside = (index >= 0) & (index < samples.shape[1])
    if not samples.shape[1]:
        return np.full((len(starts), len(FEATURES)), np.nan, dtype=np.float32)
    cut = samples[:, np.where(inside, index, 0)].astype(np.float64)
    cut[:, ~inside] = np.nan
    acc, gyro = cut[:3], cut[3:]
    usable = np.isnan(acc).any(axis=0).mean(axis=1) <= LARGEST_GAP_SHARE
    turning = np.isnan(gyro).any(axis=0).mean(axis=1) <= LARGEST_GAP_SHARE
    mean = _mean(acc)
    magnitude = np.sqrt((acc**2).sum(axis=0))
    centred = np.nan_to_num(magnitude - _mean(magnitude)[:, None])
    power = np.abs(np.fft.rfft(centred * np.hanning(length), axis=1)) ** 2 / length
    frequency = np.fft.rfftfreq(length, 1 / RATE_HZ)
    spin = np.sqrt((gyro**2).sum(axis=0))
    up = mean / np.maximum(np.linalg.norm(mean, axis=0), 1e-6)
    columns = [
        *np.abs(mean),
        *_std(acc),
        _std(magnitude),
        np.fmin.reduce(magnitude, axis=1),
        np.fmax.reduce(magnitude, axis=1),
        np.sqrt(_mean((np.diff(acc, axis=2) * RATE_HZ) ** 2).sum(axis=0)),
        *(np.log10(power[:, (frequency >= low) & (frequency < high)].sum(axis=1) + 1e-3) for low, high in BANDS_HZ),
        *_std(gyro),
        _mean(spin),
        _std(spin),
        (_mean(gyro) * up).sum(axis=0),
    ]
    found = np.stack(columns, axis=1)
    found[np.ix_(~turning, np.isin(np.arange(len(FEATURES)), GYROSCOPE_FEATURES))] = np.nan
    found[~usable] = np.nan
    return found.astype(np.float32)


def _mean(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Over the last axis, NaN left out; NaN where nothing is left."""
    good = np.isfinite(values)
    count = good.sum(axis=-1)
    total = np.where(good, values, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _std(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.sqrt(_mean((values - _mean(values)[..., None]) ** 2))
