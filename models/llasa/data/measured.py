"""One line of measurements before a question: what the original's raw variant does with 120 rows of numbers, in sixty tokens.

The model can copy from it what it cannot see in a row exactly. The names of axes come with their values only where the
question is about axes, in training and in use alike.
"""

from __future__ import annotations

import re

from models.llasa.data.facts import WindowFacts
from models.llasa.data.words import Numbers, place

_AXES = re.compile(r"\b(?:ax[ei]s|acceleration [xyz]|rotation [xyz]|mean|spread|range|deviat\w*)\b", re.IGNORECASE)


def measured_line(facts: WindowFacts, position: str, question: str) -> str:
    """Every number rounded as answers print it."""
    numbers = Numbers()
    first, middle, last = facts.thirds
    upright = facts.axis(facts.upright)
    parts = [
        f"Measured {place(position)}: magnitude deviates by {numbers.movement(facts)}",
        f"thirds {_g(first)}, {_g(middle)}, {_g(last)}",
        "no rhythm"
        if facts.rhythm_hz is None
        else f"rhythm {numbers.rhythm(facts)} with {numbers.write(100 * facts.rhythm_share, '%', 'rhythm share')}",
        f"gravity on {upright.name}, mean {numbers.mean(upright)}",
        f"turning {numbers.turning(facts)}" if facts.has_gyro else "no rotation recorded",
    ]
    if _AXES.search(question):
        for axis in facts.axes if facts.has_gyro else facts.axes[:3]:
            parts.append(
                f"{axis.name} mean {numbers.mean(axis)}, deviation {numbers.deviation(axis)}, range {numbers.spread(axis)}"
            )
    return "; ".join(parts) + "."


def with_measurements(question: str, facts: WindowFacts, position: str) -> str:
    return f"{measured_line(facts, position, question)}\n{question}"


def _g(value: float) -> str:
    return Numbers().write(value, "g", "movement")
