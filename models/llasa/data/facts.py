"""What can be measured in one 6 s window: statistics over time, one per axis.

The original takes its statistics over the three axes at every step although it promises them per axis; here they are taken
over time (facts of LLaSA, "axis bug"); `over_axes=True` gives the original's numbers for comparison.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.limubert.windows import RATE_HZ

Floats = npt.NDArray[np.float32]
AXES = ("acceleration x", "acceleration y", "acceleration z", "rotation x", "rotation y", "rotation z")
UNITS = ("g", "g", "g", "rad/s", "rad/s", "rad/s")
MOVING_AVERAGE = 12
# Below this deviation of the acceleration's magnitude a body-worn device is at rest but for breath and sensor noise.
STILL_G = 0.03
RHYTHM_HZ = (0.5, 4.0)
# Share of the band's power in the strongest bin and its neighbours from which a rhythm is called one.
RHYTHM_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class AxisFacts:
    """Over the window's samples, in `unit`. strongest_hz: the largest FFT bin above 0 Hz. smooth: range of the moving average."""

    name: str
    unit: str
    mean: float
    deviation: float
    minimum: float
    maximum: float
    median: float
    variance: float
    strongest_hz: float
    smooth_low: float
    smooth_high: float

    @property
    def spread(self) -> float:
        return self.maximum - self.minimum


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """axes: acceleration x y z, rotation x y z. movement: deviation of |acceleration| (g). turning: mean |rotation| (rad/s).

    rhythm_hz: of |acceleration|, None where no frequency stands out. thirds: movement in each 2 s third.
    upright: the axis with most gravity, its mean (g). has_gyro: whether rotation was recorded at all.
    """

    axes: tuple[AxisFacts, ...]
    movement: float
    turning: float
    rhythm_hz: float | None
    rhythm_share: float
    thirds: tuple[float, float, float]
    upright: str
    upright_g: float
    acc_liveliest: str
    gyro_liveliest: str
    coupled: tuple[str, str, float]
    has_gyro: bool

    def axis(self, name: str) -> AxisFacts:
        return self.axes[AXES.index(name)]

    @property
    def is_still(self) -> bool:
        return self.movement < STILL_G


def measure(values: Floats) -> WindowFacts:
    """(120, 6) in g and rad/s → facts."""
    x = values.astype(np.float64)
    spectrum = np.abs(np.fft.rfft(x - x.mean(axis=0), axis=0))
    hz = np.fft.rfftfreq(len(x), 1 / RATE_HZ)
    kernel = np.ones(MOVING_AVERAGE) / MOVING_AVERAGE
    axes = []
    for i, (name, unit) in enumerate(zip(AXES, UNITS, strict=True)):
        column = x[:, i]
        smooth = np.convolve(column, kernel, mode="valid")
        axes.append(
            AxisFacts(
                name,
                unit,
                float(column.mean()),
                float(column.std()),
                float(column.min()),
                float(column.max()),
                float(np.median(column)),
                float(column.var()),
                float(hz[1 + spectrum[1:, i].argmax()]),
                float(smooth.min()),
                float(smooth.max()),
            )
        )
    size = np.linalg.norm(x[:, :3], axis=1)
    rhythm_hz, share = _rhythm(size)
    third = len(x) // 3
    upright = int(np.abs(x[:, :3].mean(axis=0)).argmax())
    return WindowFacts(
        tuple(axes),
        float(size.std()),
        float(np.linalg.norm(x[:, 3:], axis=1).mean()),
        rhythm_hz,
        share,
        (float(size[:third].std()), float(size[third : 2 * third].std()), float(size[2 * third :].std())),
        AXES[upright],
        float(x[:, upright].mean()),
        AXES[int(x[:, :3].std(axis=0).argmax())],
        AXES[3 + int(x[:, 3:].std(axis=0).argmax())],
        _coupled(x),
        bool(np.abs(x[:, 3:]).max() > 0),
    )


def _rhythm(size: npt.NDArray[np.float64]) -> tuple[float | None, float]:
    """The magnitude's strongest frequency between 0.5 and 4 Hz, and its share of that band's power."""
    power = np.abs(np.fft.rfft((size - size.mean()) * np.hanning(len(size)))) ** 2
    hz = np.fft.rfftfreq(len(size), 1 / RATE_HZ)
    band = np.flatnonzero((hz >= RHYTHM_HZ[0]) & (hz <= RHYTHM_HZ[1]))
    total = power[band].sum()
    if total <= 0:
        return None, 0.0
    top = band[power[band].argmax()]
    share = float(power[max(top - 1, band[0]) : top + 2].sum() / total)
    return (float(hz[top]) if share >= RHYTHM_SHARE and size.std() >= STILL_G else None), share


def _coupled(x: npt.NDArray[np.float64]) -> tuple[str, str, float]:
    """The two axes that move most alike (Pearson, either sign)."""
    centred = x - x.mean(axis=0)
    deviation = centred.std(axis=0)
    best = (AXES[0], AXES[1], 0.0)
    for a in range(6):
        for b in range(a + 1, 6):
            if min(deviation[a], deviation[b]) > 1e-4:
                r = float((centred[:, a] * centred[:, b]).mean() / (deviation[a] * deviation[b]))
                if abs(r) > abs(best[2]):
                    best = (AXES[a], AXES[b], r)
    return best


def original_statistics(values: Floats) -> dict[str, npt.NDArray[np.float64]]:
    """The original's slip, kept to be compared with: minimum, maximum, median, variance over the three axes of every step."""
    acc = values[:, :3].astype(np.float64)
    return {
        "minimum": acc.min(axis=-1),
        "maximum": acc.max(axis=-1),
        "median": np.median(acc, axis=-1),
        "variance": acc.var(axis=-1),
    }
