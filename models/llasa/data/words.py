"""Numbers and names as the texts print them. Every printed number passes here, so that it can be looked up again."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.llasa.data.facts import AxisFacts, WindowFacts
from models.motion.taxonomy import prose

WINDOW_SECONDS = "6"
# Who wrote a text, where no language model did.
GRAMMAR = "grammar"
DECIMALS = {"g": 2, "rad/s": 2, "Hz": 1, "%": 0, "": 2}
# Below this a device at rest would always move by 0.00 g: one more decimal.
SMALL = {"g": 0.1, "rad/s": 0.1}


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it stands in a text, and the measurement it stands for."""

    text: str
    quantity: str
    value: float


@dataclass(slots=True)
class Numbers:
    """Writes measurements down for one text and remembers each."""

    printed: list[Printed] = field(default_factory=list)

    def write(self, value: float, unit: str, quantity: str) -> str:
        """The value rounded to its unit's decimals (one more for small ones), with its unit; no minus before a zero."""
        decimals = DECIMALS[unit] + (abs(value) < SMALL.get(unit, 0.0))
        text = f"{value:.{decimals}f}"
        if float(text) == 0:
            text = text.lstrip("-")
        self.printed.append(Printed(text, quantity, value))
        return text + ("%" if unit == "%" else f" {unit}" if unit else "")

    def mean(self, axis: AxisFacts) -> str:
        return self.write(axis.mean, axis.unit, f"mean of {axis.name}")

    def deviation(self, axis: AxisFacts) -> str:
        return self.write(axis.deviation, axis.unit, f"deviation of {axis.name}")

    def spread(self, axis: AxisFacts) -> str:
        return self.write(axis.spread, axis.unit, f"spread of {axis.name}")

    def low(self, axis: AxisFacts) -> str:
        return self.write(axis.minimum, axis.unit, f"minimum of {axis.name}")

    def high(self, axis: AxisFacts) -> str:
        return self.write(axis.maximum, axis.unit, f"maximum of {axis.name}")

    def strongest(self, axis: AxisFacts) -> str:
        return self.write(axis.strongest_hz, "Hz", f"strongest frequency of {axis.name}")

    def movement(self, facts: WindowFacts) -> str:
        return self.write(facts.movement, "g", "movement")

    def turning(self, facts: WindowFacts) -> str:
        return self.write(facts.turning, "rad/s", "turning")

    def rhythm(self, facts: WindowFacts) -> str:
        assert facts.rhythm_hz is not None
        return self.write(facts.rhythm_hz, "Hz", "rhythm")


def activity(label: str) -> str:
    """`walking_upstairs` → "walking upstairs"."""
    return prose(label)


def place(position: str) -> str:
    """Where the device was, with its preposition."""
    return {
        "wrist": "on the wrist",
        "pocket": "in a trouser pocket",
        "waist": "at the waist",
        "hip": "at the hip",
    }.get(position, "on the body")
