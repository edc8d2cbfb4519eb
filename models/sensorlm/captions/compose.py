"""Captions of a day or of a window, from any of the three levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import numpy.typing as npt

from models.sensorlm.captions.channels import DAY, WINDOW, WINDOW_COLUMNS
from models.sensorlm.captions.semantic import Logged, Mood, semantic, summary, window_semantic
from models.sensorlm.captions.sentence import Caption, Line, Series
from models.sensorlm.captions.statistical import statistical
from models.sensorlm.captions.structural import structural

LEVELS = ("statistical", "structural", "semantic")
# The released variants and how many tokens of the text tower each may take.
BUDGETS: dict[str, int] = {
    "statistical": 512,
    "structural": 512,
    "summary": 256,
    "semantic": 1024,
    "structural+statistical": 1024,
    "semantic+statistical": 1024,
    "semantic+structural": 512,
    "semantic+structural+statistical": 1024,
}


def levels_of(variant: str) -> tuple[str, ...]:
    """`semantic+statistical` → its levels in order. KeyError for none of `BUDGETS`."""
    if variant not in BUDGETS:
        raise KeyError(variant)
    return tuple(variant.split("+"))


def day_caption(
    values: npt.NDArray[np.floating],
    columns: Sequence[str],
    variant: str,
    rng: Random,
    *,
    missing: npt.NDArray[np.bool_] | None = None,
    activities: Sequence[Logged] = (),
    sleeps: Sequence[Logged] = (),
    moods: Sequence[Mood] = (),
    original: bool = False,
) -> Caption:
    """values: (1440, columns) in the features' own units. missing: same shape, True where a value was imputed.

    Imputed values are left out; original: they are counted as if measured, and the released code's slips are kept.
    """
    data: dict[str, Series] = {}
    for i, column in enumerate(columns):
        row = np.array(values[:, i], dtype=np.float64)
        if missing is not None and not original:
            row[missing[:, i]] = np.nan
        data[column] = row
    lines: list[Line] = []
    for level in levels_of(variant):
        if level == "statistical":
            lines += statistical(DAY, data, rng, original=original)
        elif level == "structural":
            lines += structural(DAY, data, rng, original=original)
        elif level == "summary":
            lines += summary(activities, sleeps)
        else:
            lines += semantic(activities, rng, sleeps=sleeps, moods=moods, original=original)
    return Caption(levels_of(variant), tuple(lines))


def window_data(window: npt.NDArray[np.floating], *, has_gyro: bool = True) -> dict[str, Series]:
    """(6, samples) acceleration in m/s² and rotation in rad/s → `WINDOW_COLUMNS`; no rotation where there is no gyroscope."""
    six = np.asarray(window, dtype=np.float64)
    data: dict[str, Series] = dict(zip(WINDOW_COLUMNS[:6], six, strict=True))
    for kind, rows in (("acc", six[:3]), ("gyro", six[3:])):
        data[f"{kind}_size"] = np.sqrt((rows * rows).sum(axis=0))
        data[f"{kind}_jerk"] = np.sqrt((np.diff(rows, axis=1) ** 2).sum(axis=0))
    return data if has_gyro else {name: row for name, row in data.items() if not name.startswith("gyro")}


def window_caption(
    window: npt.NDArray[np.floating],
    levels: Sequence[str],
    rng: Random,
    *,
    label: str | None = None,
    position: str = "unknown",
    has_gyro: bool = True,
    original: bool = False,
) -> Caption:
    """A SensorLM-style caption of a short window, in sample indices. levels: of `LEVELS`. label: for the semantic one."""
    data: Mapping[str, Series] = window_data(window, has_gyro=has_gyro)
    lines: list[Line] = []
    for level in levels:
        if level == "statistical":
            lines += statistical(WINDOW, data, rng, original=original)
        elif level == "structural":
            lines += structural(WINDOW, data, rng, original=original)
        elif label is not None:
            lines.append(window_semantic(label, position, rng)[0])
    return Caption(tuple(levels), tuple(lines))
