"""From raw axes to the twelve signals that the network reads, and a window's statistics.

Six signals are the device's own axes (a known placement tells posture by them), six do not change when the device is
turned: magnitudes and the parts along and across gravity, gravity being the window's mean acceleration.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

GRAVITY_MS2 = 9.80665
SIGNALS = 12
BAND_EDGES_HZ = (0.3, 0.8, 1.3, 1.8, 2.3, 3.0, 4.0, 5.5, 7.5, 10.0, 14.0, 20.0)
_FFT_SAMPLES = 256
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# Per signal: mean, deviation, five quantiles, mean step, skewness, bands, band entropy. Then correlations and cadence.
STATISTICS = SIGNALS * (4 + len(_QUANTILES) + len(BAND_EDGES_HZ) - 1 + 1) + 9 + 8


def _invariant_columns() -> tuple[int, ...]:
    """Of the statistics, those of the six signals that no turning of the device changes, and the cadence."""
    bands = len(BAND_EDGES_HZ) - 1
    rows = range(SIGNALS // 2, SIGNALS)
    # Blocks of one column a signal: mean, deviation, the quantiles, step, skewness; later the entropy.
    blocks = [block * SIGNALS + row for block in range(4 + len(_QUANTILES)) for row in rows]
    first = (4 + len(_QUANTILES)) * SIGNALS
    powers = [first + row * bands + band for row in rows for band in range(bands)]
    entropies = [first + SIGNALS * bands + row for row in rows]
    correlations = [STATISTICS - 8 - 9 + pair for pair in (7, 8)]
    return (*blocks, *powers, *entropies, *correlations, *range(STATISTICS - 8, STATISTICS))


INVARIANTS: tuple[int, ...] = _invariant_columns()


def to_signals(windows: Tensor, has_gyro: Tensor) -> Tensor:
    """(batch, 6, samples) in m/s² and rad/s, (batch,) bool → (batch, 12, samples), acceleration in g.

    acc x y z, gyro x y z, |acc|, acc along gravity, acc across gravity, |gyro|, gyro about gravity, gyro across. All
    gyroscope signals are zero where `has_gyro` is False.
    """
    acc = windows[:, :3] / GRAVITY_MS2
    gyro = windows[:, 3:] * has_gyro[:, None, None]
    down = acc.mean(dim=2, keepdim=True)
    down = down / down.norm(dim=1, keepdim=True).clamp_min(1e-3)
    parts = []
    for vector in (acc, gyro):
        along = _along(vector, down)
        parts += [_length(vector), along, _length(vector - along * down)]
    return torch.cat([acc, gyro, *parts], dim=1)


def _along(vector: Tensor, direction: Tensor) -> Tensor:
    """(batch, 1, samples). Three rows are added by name: a reduction over so few is ten times slower."""
    return sum((vector[:, i : i + 1] * direction[:, i : i + 1] for i in (1, 2)), vector[:, :1] * direction[:, :1])


def _length(vector: Tensor) -> Tensor:
    """(batch, 1, samples)."""
    return _along(vector, vector).sqrt()


def _ordered(signals: Tensor) -> Tensor:
    """Sorted along time. NumPy's sort is thirty times as fast on a CPU."""
    if signals.device.type != "cpu":
        return signals.sort(dim=2).values
    return torch.from_numpy(np.sort(signals.detach().numpy(), axis=2))


def window_statistics(signals: Tensor, rate_hz: float) -> Tensor:
    """(batch, 12, samples) → (batch, STATISTICS): moments, quantiles, log band powers, correlations, cadence."""
    samples = signals.shape[2]
    mean = signals.mean(dim=2)
    centred = signals - mean[:, :, None]
    deviation = centred.square().mean(dim=2).sqrt()
    ordered = _ordered(signals)
    quantiles = [ordered[:, :, round(q * (samples - 1))] - mean for q in _QUANTILES]
    step = signals.diff(dim=2).abs().mean(dim=2)
    skewness = (centred.square() * centred).mean(dim=2) / (deviation.pow(3) + 1e-4)

    taper = torch.hann_window(samples, periodic=False, device=signals.device)
    size = max(_FFT_SAMPLES, samples)
    power = torch.fft.rfft(centred * taper, n=size, dim=2).abs().square() / taper.square().sum()
    frequency = torch.fft.rfftfreq(size, 1.0 / rate_hz, device=signals.device)

    def bins(low_hz: float, high_hz: float) -> slice:
        """Bins in [low, high): counted, not looked up, so that nothing waits for the device."""
        return slice(math.ceil(low_hz * size / rate_hz - 1e-9), math.ceil(high_hz * size / rate_hz - 1e-9))

    bands = torch.stack(
        [power[:, :, bins(low, high)].mean(dim=2) for low, high in pairwise(BAND_EDGES_HZ)],
        dim=2,
    )
    share = (bands + 1e-6) / (bands + 1e-6).sum(dim=2, keepdim=True)
    entropy = -(share * share.log()).sum(dim=2)
    logarithms = (bands + 1e-4).log().flatten(1)

    unit = centred / (deviation[:, :, None] * samples**0.5 + 1e-3)
    pairs = ((0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (7, 8), (7, 10), (6, 9))
    correlations = torch.stack([(unit[:, i] * unit[:, j]).sum(dim=1) for i, j in pairs], dim=1)

    cadence = []
    walk = bins(0.5, 5.0)
    for row in (6, 7, 9, 8):
        strip = power[:, row][:, walk]
        peak, where = strip.max(dim=1)
        cadence += [frequency[walk][where], peak / (strip.sum(dim=1) + 1e-4)]
    return torch.cat(
        [
            mean,
            (deviation + 1e-3).log(),
            *quantiles,
            (step + 1e-4).log(),
            skewness.clamp(-5, 5),
            logarithms,
            entropy,
            correlations,
            torch.stack(cadence, dim=1),
        ],
        dim=1,
    )
