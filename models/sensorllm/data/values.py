"""Beyond SensorLLM: what can be said of a window, as numbers that reach the rows by value (see `ChannelLevels`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from models.sensorllm.data.frequency import FEWEST_SAMPLES, frequency_facts
from models.sensorllm.data.periodicity import periodicity_facts
from models.upright import BANDS, UPRIGHT_SERIES, band_powers, moments, upright_series

ValueKind = Literal["statistics", "frequency", "periodicity", "upright", "bands"]
VALUE_KINDS: tuple[ValueKind, ...] = get_args(ValueKind)
# Numbers of a channel, what the texts tell too. statistics: mean, standard deviation. frequency: Hz of the strongest, its share
# of the power, mean crossings a second. periodicity: the period's seconds and the correlation there.
A_CHANNEL: dict[ValueKind, int] = {"statistics": 2, "frequency": 3, "periodicity": 2}
# Numbers of a window of acceleration and rotation, of its six series in gravity's view. upright: mean, standard deviation.
# bands: the power in each band.
A_WINDOW: dict[ValueKind, int] = {"upright": 2 * UPRIGHT_SERIES, "bands": BANDS * UPRIGHT_SERIES}
_NOTHING = float("nan")


def known_kinds(kinds: Sequence[str]) -> tuple[ValueKind, ...]:
    """ValueError for none, an unknown one, or one that is named twice."""
    unknown = [kind for kind in kinds if kind not in VALUE_KINDS]
    if unknown or not kinds or len(set(kinds)) < len(kinds):
        raise ValueError(f"numbers by value: expected some of {', '.join(VALUE_KINDS)}, each once, found {list(kinds)}")
    return cast("tuple[ValueKind, ...]", tuple(kinds))


def count_of(kinds: Sequence[ValueKind], channels: int) -> int:
    """How many numbers these kinds are, of a window of so many channels."""
    return sum(A_WINDOW[kind] if kind in A_WINDOW else A_CHANNEL[kind] * channels for kind in kinds)


def values_of(
    windows: Sequence[npt.NDArray[np.floating]], rate_hz: float, kinds: Sequence[ValueKind] = ("statistics",)
) -> npt.NDArray[np.float32]:
    """(n, K) of (C, L) windows without NaN: kind after kind, channel after channel. NaN is what a channel does not have: a
    main frequency when it is constant, a period when it does not repeat itself, a spectrum of too few samples, a band above
    half the rate. ValueError for `upright` and `bands` of other than six channels.
    """
    rows = [[number for kind in kinds for number in _numbers(window, rate_hz, kind)] for window in windows]
    width = count_of(kinds, len(windows[0]) if len(windows) else 0)
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), width)


def _numbers(window: npt.NDArray[np.floating], rate_hz: float, kind: ValueKind) -> list[float]:
    wide = np.asarray(window, dtype=np.float64)
    if kind in A_WINDOW:
        series = upright_series(wide)
        if kind == "upright":
            return moments(series).tolist()
        if wide.shape[1] < FEWEST_SAMPLES:
            return [_NOTHING] * A_WINDOW[kind]
        return [float(x) for x in band_powers(series, rate_hz).ravel()]
    if kind == "statistics":
        return moments(wide).tolist()
    if wide.shape[1] < FEWEST_SAMPLES:
        return [_NOTHING] * (A_CHANNEL[kind] * len(wide))
    found: list[float] = []
    for channel in wide:
        if kind == "frequency":
            swing = frequency_facts(channel, rate_hz)
            hertz = _NOTHING if swing.dominant_hz is None else swing.dominant_hz
            found += [hertz, swing.power_percent / 100, swing.mean_crossings * rate_hz / len(channel)]
        else:
            rhythm = periodicity_facts(channel, rate_hz)
            period = _NOTHING if rhythm.period_s is None else rhythm.period_s
            found += [period, rhythm.strength]
    return found
