"""What the user may say about a file that its samples do not: units, rate, position."""

from __future__ import annotations

import math
from dataclasses import dataclass

from recordings.errors import UserError

ACCELERATION_UNITS = ("g", "ms2", "mg")
ROTATION_UNITS = ("dps", "rads")
POSITIONS = ("wrist", "pocket", "waist", "hip", "thigh", "chest", "arm", "ankle", "head", "ear", "unknown")
MAX_RATE_HZ = 1_000_000.0


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Overrides of what a reader would infer; each None means: infer.

    units: one or two of g, ms2, mg (acceleration) and dps, rads (rotation), comma-separated: `g`, `g,dps`.
    rate_hz: samples per second; a time column is then not used. position: one of `POSITIONS`.
    UserError when a value is none of these.
    """

    units: str | None = None
    rate_hz: float | None = None
    position: str | None = None

    def __post_init__(self) -> None:
        _split_units(self.units)
        if self.rate_hz is not None and not (math.isfinite(self.rate_hz) and 0 < self.rate_hz <= MAX_RATE_HZ):
            raise UserError(
                "--rate",
                expected=f"samples per second, above 0 and at most {MAX_RATE_HZ:,.0f}",
                found=f"{self.rate_hz:g}",
                cure="give the device's rate, for example --rate 50",
            )
        if self.position is not None and self.position not in POSITIONS:
            raise UserError(
                "--position",
                expected=f"one of {', '.join(POSITIONS)}",
                found=repr(self.position),
                cure="name where the device was worn, for example --position wrist",
            )

    @property
    def acceleration_unit(self) -> str | None:
        return _split_units(self.units)[0]

    @property
    def rotation_unit(self) -> str | None:
        return _split_units(self.units)[1]


def _split_units(units: str | None) -> tuple[str | None, str | None]:
    if units is None:
        return None, None
    acceleration: str | None = None
    rotation: str | None = None
    for part in (piece.strip() for piece in units.split(",")):
        if part in ACCELERATION_UNITS and acceleration is None:
            acceleration = part
        elif part in ROTATION_UNITS and rotation is None:
            rotation = part
        else:
            raise UserError(
                "--units",
                expected=f"one of {', '.join(ACCELERATION_UNITS)} and one of {', '.join(ROTATION_UNITS)}, separated by a comma",
                found=repr(units),
                cure="for example --units g or --units g,dps",
            )
    return acceleration, rotation
