"""The statistics text of a window: one line a channel, as SensorLLM's second stage reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.sensorllm.data.channels import spoken_channel

Spread = Literal["deviation", "variance"]
_NAMES: dict[str, str] = {"deviation": "StdDev", "variance": "Variance"}
_LINE = re.compile(r"^(.+): Mean=(-?[\d.]+), (StdDev|Variance)=([\d.]+)$")


def plain_decimal(value: float, decimals: int = 8) -> str:
    """At most `decimals` places, trailing zeros removed, never an exponent: `0.5`, `-9.80665`, `0`."""
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def statistics_text(
    series: npt.NDArray[np.floating], channels: Sequence[str], spread: Spread = "deviation", position: str = ""
) -> str:
    """Mean and spread of (C, L) raw values, a line a channel.

    spread: the population standard deviation, as SensorLLM's code and figure have it, or the variance, as its text says.
    """
    wide = np.asarray(series, dtype=np.float64)
    spreads = wide.std(axis=1) if spread == "deviation" else wide.var(axis=1)
    return "\n".join(
        f"{spoken_channel(name, position)}: Mean={plain_decimal(float(mean))}, {_NAMES[spread]}={plain_decimal(float(s))}"
        for name, mean, s in zip(channels, wide.mean(axis=1), spreads, strict=True)
    )


def parse_statistics(text: str) -> list[tuple[str, float, float]]:
    """(channel as spoken, mean, spread) of each line that `statistics_text` wrote. ValueError on any other line."""
    found = []
    for line in text.split("\n"):
        match = _LINE.match(line)
        if match is None:
            raise ValueError(f"no statistics line: {line[:60]!r}")
        found.append((match[1], float(match[2]), float(match[4])))
    return found
