"""Numbers as claimed in text: value, printed precision, unit, and whether a fact agrees with them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

Bound = Literal["", "about", "over", "under"]

STANDARD_GRAVITY = 9.80665

# unit → (dimension, factor to the dimension's own unit)
UNITS: dict[str, tuple[str, float]] = {
    "s": ("time", 1.0), "ms": ("time", 1e-3), "min": ("time", 60.0), "h": ("time", 3600.0), "d": ("time", 86400.0),
    "Hz": ("rate", 1.0), "kHz": ("rate", 1e3),
    "m/s²": ("acceleration", 1.0), "g": ("acceleration", STANDARD_GRAVITY), "mg": ("acceleration", STANDARD_GRAVITY / 1e3),
    "rad/s": ("rotation", 1.0), "°/s": ("rotation", math.pi / 180.0),
    "°": ("angle", 1.0), "rad": ("angle", 180.0 / math.pi),
    "%": ("share", 0.01), "steps/min": ("cadence", 1.0), "steps/s": ("cadence", 60.0),
    "dBFS": ("level", 1.0), "dB": ("level", 1.0),
    "m/s²/s": ("slope", 1.0), "rad/s/s": ("rotation slope", 1.0),
}  # fmt: skip

# How a unit may be written after a number, as lower-case atoms, longest first when matched.
_SPELLINGS: dict[str, str] = {
    "s": "s|sec|secs|second|seconds", "ms": "ms|millisecond|milliseconds", "min": "min|mins|minute|minutes",
    "h": "h|hr|hrs|hour|hours", "d": "day|days", "Hz": "hz|hertz", "kHz": "khz|kilohertz",
    "m/s²": "m / s ²|m / s ^ 2|m / s 2|m / s / s|meters per second squared|metres per second squared|m s - 2|m · s - 2",
    "g": "g|gs", "mg": "mg|milli g",
    "rad/s": "rad / s|radians per second|rad per second|radians / s", "°/s": "° / s|deg / s|degrees per second|dps|degrees / s",
    "°": "°|deg|degrees|degree", "rad": "rad|radians",
    "%": "%|percent|per cent", "steps/min": "steps / min|steps per minute|steps a minute|step / min|steps / minute|spm",
    "steps/s": "steps / s|steps per second|steps a second", "dBFS": "dbfs|db fs|db ( full scale )", "dB": "db|decibel|decibels",
}  # fmt: skip
UNIT_ATOMS: dict[tuple[str, ...], str] = {
    tuple(spelling.split()): unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split("|")
}
LONGEST_UNIT = max(len(atoms) for atoms in UNIT_ATOMS)


@dataclass(frozen=True, slots=True)
class Amount:
    """A claimed number. value in `unit` ("" for a bare number or a count); half: half of the last printed place.

    A composite duration ("2 min 5 s") is in seconds with unit `s`.
    """

    value: float
    half: float
    unit: str = ""
    bound: Bound = ""
    text: str = ""

    @property
    def dimension(self) -> str:
        return UNITS[self.unit][0] if self.unit in UNITS else ""

    def with_unit(self, unit: str) -> Amount:
        return replace(self, unit=unit)

    def in_base(self) -> Amount:
        """The same in the dimension's own unit (seconds, m/s², rad/s, a share of 1, …)."""
        factor = UNITS[self.unit][1] if self.unit in UNITS else 1.0
        return replace(self, value=self.value * factor, half=self.half * factor)

    def agrees(self, fact: float) -> bool:
        """Whether `fact`, in the dimension's own unit, rounds to this number at the printed precision."""
        claim = self.in_base()
        if not math.isfinite(fact):
            return False
        half = claim.half
        if self.unit in ("min", "h", "d"):  # "2 min" said of 2 min 5 s is fair, "1 h" said of 40 minutes is not
            half = max(0.5, min(half, 0.05 * abs(claim.value)))
        slack = half + 1e-9 * max(1.0, abs(fact))
        if self.bound == "about":
            slack = max(slack, 0.05 * abs(fact))
        if self.bound == "over":
            return fact > claim.value - slack * 1e-6
        if self.bound == "under":
            return fact < claim.value + slack * 1e-6
        return abs(fact - claim.value) <= slack

    def counts(self, fact: int) -> bool:
        """Whether this whole number is exactly `fact` (or bounds it)."""
        if self.bound == "over":
            return fact > self.value
        if self.bound == "under":
            return fact < self.value
        if self.bound == "about":
            return self.agrees(fact)
        return self.value == fact


def parse_number(text: str) -> Amount | None:
    """A number as the tokenizer found it: sign, thousands commas, decimals, exponent. None when it is not one."""
    clean = text.replace(",", "").replace("−", "-")
    mantissa, _, exponent = clean.lower().partition("e")
    try:
        value = float(clean)
        power = int(exponent) if exponent else 0
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    places = len(mantissa.partition(".")[2])
    return Amount(value, 0.5 * 10.0 ** (power - places), text=text)


def parse_clock(text: str) -> Amount | None:
    """ "1:05", "1:02:05", "0:12.5" in seconds. None when minutes or seconds are 60 or more where they may not be."""
    body, _, fraction = text.partition(".")
    parts = [int(part) for part in body.split(":")]
    if len(parts) not in (2, 3) or parts[-1] > 59 or (len(parts) == 3 and parts[1] > 59):
        return None
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + part
    places = len(fraction)
    value = seconds + (int(fraction) / 10**places if fraction else 0.0)
    return Amount(float(value), 0.5 * 10.0**-places, unit="s", text=text)
