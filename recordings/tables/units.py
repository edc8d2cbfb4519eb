"""Which unit a sensor's numbers are in: said by the user, by the column's name, or told by the numbers themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from recordings.recording import Step
from recordings.tables.table import Numbers

STANDARD_GRAVITY_MS2 = 9.80665
ACCELERATION_FACTORS = {"g": STANDARD_GRAVITY_MS2, "ms2": 1.0, "mg": STANDARD_GRAVITY_MS2 / 1000.0}
ROTATION_FACTORS = {"dps": math.pi / 180.0, "rads": 1.0}
IN_PROSE = {"g": "g", "ms2": "m/s²", "mg": "mg", "dps": "°/s", "rads": "rad/s"}

# 2000 °/s, the usual full scale of a wearable's gyroscope, is 34.9 rad/s: faster numbers are degrees.
FULL_SCALE_RADS = 35.0
# A wrist turns at a few rad/s; a peak between these, with the body moving, fits rad/s only.
CLEAR_RADS = 15.0
STILL_SHARE = 0.05
Gravity = Literal["included", "removed", "unknown"]


@dataclass(frozen=True, slots=True)
class Scale:
    """Multiply by `factor` to have SI. `gravity`: what the numbers show about it."""

    factor: float
    gravity: Gravity
    step: Step


def _quiet_magnitude(samples: Numbers) -> tuple[float, float]:
    """(level, spread) of |a| over the stillest blocks of 32 rows: gravity's own size where the device lay still."""
    finite = samples[:, np.isfinite(samples).all(axis=0)]
    if finite.shape[1] > 400_000:
        finite = finite[:, :: finite.shape[1] // 200_000]
    magnitude = np.sqrt((finite**2).sum(axis=0))
    blocks = magnitude[: len(magnitude) // 32 * 32].reshape(-1, 32) if len(magnitude) >= 32 else magnitude[None, :]
    spread = blocks.std(axis=1)
    quiet = blocks[spread <= np.quantile(spread, STILL_SHARE)]
    return float(np.median(quiet)), float(np.median(np.abs(magnitude - np.median(magnitude))))


def acceleration_scale(
    samples: Numbers, named: str | None, wanted: str | None, linear: bool, core_motion: bool
) -> Scale:
    """samples: (≤ 3, n). `linear`: the names say that gravity is removed, so that it cannot tell the unit."""
    gravity: Gravity = "removed" if linear else "included"
    if wanted is not None:
        return _scale(wanted, gravity, f"--units {wanted}", False)
    level, moving = _quiet_magnitude(samples)
    if named is not None:
        ratio = level * ACCELERATION_FACTORS[named] / STANDARD_GRAVITY_MS2
        if not linear and not 0.5 < ratio < 2.0:
            if ratio < 0.2:
                return _scale(
                    named, "removed", f"named so; at rest only {ratio:.2f} g is left, so gravity was removed", True
                )
            return _scale(named, "unknown", f"named so, although the magnitude at rest is then {ratio:.3g} g", True)
        return _scale(named, gravity, "the columns are named so", False)
    if linear:
        if core_motion:
            return _scale("g", "removed", "Core Motion gives user acceleration in g", False)
        peak = float(np.nanquantile(np.abs(samples), 0.999))
        unit = "mg" if peak > 200.0 else "ms2"
        return _scale(
            unit, "removed", f"gravity is removed, so only the size tells: 99.9 % stay below {peak:.3g}", True
        )
    for unit, at_rest in (("g", 1.0), ("ms2", STANDARD_GRAVITY_MS2), ("mg", 1000.0)):
        if 0.8 < level / at_rest < 1.25:
            return _scale(
                unit, "included", f"the magnitude at rest is {level:.4g}, gravity's own in {IN_PROSE[unit]}", False
            )
    exponent = round(math.log2(level)) if level > 200 else 0
    if exponent in (8, 9, 10, 11, 12, 13, 14) and 0.93 < level / 2**exponent < 1.07:
        factor = STANDARD_GRAVITY_MS2 / 2**exponent
        reason = f"the magnitude at rest is {level:.0f}: counts of a converter with {2**exponent} to 1 g"
        return Scale(factor, "included", Step("convert acceleration", reason, "counts", "m/s²", warning=True))
    if level < 0.3 and moving < 3.0:
        unit = "g" if float(np.nanquantile(np.abs(samples), 0.999)) < 1.5 else "ms2"
        return _scale(
            unit,
            "removed",
            f"the magnitude at rest is {level:.2g}: gravity was removed; the unit is a guess by size",
            True,
        )
    nearest = min(
        ("g", 1.0),
        ("ms2", STANDARD_GRAVITY_MS2),
        ("mg", 1000.0),
        key=lambda pair: abs(math.log(max(level, 1e-9) / pair[1])),
    )
    return _scale(
        nearest[0],
        "unknown",
        f"the magnitude at rest is {level:.3g}, near no unit's gravity; {IN_PROSE[nearest[0]]} is nearest (--units says otherwise)",
        True,
    )


def _scale(unit: str, gravity: Gravity, reason: str, warning: bool) -> Scale:
    return Scale(
        ACCELERATION_FACTORS[unit],
        gravity,
        Step("convert acceleration", reason, IN_PROSE[unit], "m/s²", warning=warning),
    )


def rotation_scale(samples: Numbers, named: str | None, wanted: str | None, acceleration_ms2: Numbers | None) -> Scale:
    """samples: (≤ 3, n). acceleration_ms2: of the same device, which tells whether anything moved."""

    def scale(unit: str, reason: str, warning: bool) -> Scale:
        return Scale(
            ROTATION_FACTORS[unit],
            "unknown",
            Step("convert rotation", reason, IN_PROSE[unit], "rad/s", warning=warning),
        )

    if wanted is not None:
        return scale(wanted, f"--units {wanted}", False)
    if named is not None:
        return scale(named, "the columns are named so", False)
    finite = np.abs(samples[np.isfinite(samples)])
    if len(finite) == 0:
        return scale("rads", "no value tells the unit", True)
    peak = float(np.quantile(finite, 0.9995))
    if peak > FULL_SCALE_RADS:
        return scale("dps", f"up to {peak:.4g}: faster than a gyroscope's full scale in rad/s", False)
    jolt = 0.0
    if acceleration_ms2 is not None and acceleration_ms2.size:
        magnitude = np.sqrt((acceleration_ms2**2).sum(axis=0))
        jolt = float(np.nanstd(magnitude))
    if peak < CLEAR_RADS and jolt > 0.3:
        return scale("rads", f"at most {peak:.3g} while the body moves: in °/s that would be hardly any turning", False)
    return scale(
        "rads", f"at most {peak:.3g}, possible in both units; rad/s is taken (--units …,dps says otherwise)", True
    )
