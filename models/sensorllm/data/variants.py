"""What may stand between the samples and the question in stage 2: SensorLLM's text variants and their combinations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.sensorllm.data.channels import spoken_channel
from models.sensorllm.data.correlation import correlations_text
from models.sensorllm.data.facts import trend_facts
from models.sensorllm.data.statistics import Spread, statistics_text

Part = Literal["statistics", "trends", "correlations", "metadata"]
PARTS: tuple[Part, ...] = ("statistics", "trends", "correlations", "metadata")


def window_text(
    series: npt.NDArray[np.floating],
    channels: Sequence[str],
    rate_hz: float,
    parts: Sequence[Part] = ("statistics",),
    *,
    position: str = "",
    spread: Spread = "deviation",
) -> str:
    """The parts in their order, a line each thing; "" for none. Nothing of it names an activity or a person.

    series: (C, L) raw values without NaN. metadata: the place, the rate and the length only. ValueError on an unknown part.
    """
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise ValueError(f"text parts {', '.join(unknown)}: expected some of {', '.join(PARTS)}")
    written = {
        "statistics": lambda: statistics_text(series, channels, spread),
        "trends": lambda: trends_text(series, channels, rate_hz),
        "correlations": lambda: correlations_text(series, channels),
        "metadata": lambda: metadata_text(series.shape[1], rate_hz, position),
    }
    return "\n".join(written[part]() for part in parts)


def trends_text(series: npt.NDArray[np.floating], channels: Sequence[str], rate_hz: float) -> str:
    """Of each channel how many segments of each trend the exact rule finds, their seconds, and the overall trend."""
    lines = []
    for name, row in zip(channels, series, strict=True):
        facts = trend_facts(row, rate_hz, spoken_channel(name))
        counts, totals = dict(facts.counts), dict(facts.total_s)
        told = ", ".join(f"{kind} {counts[kind]} times for {totals[kind]:.2f} s" for kind in counts)
        lines.append(f"{facts.sensor}: {told}; overall {facts.overall}")
    return "\n".join(lines)


def metadata_text(samples: int, rate_hz: float, position: str = "") -> str:
    where = f"Worn at the {position}, " if position else "Worn at an unknown place, "
    return f"{where}{samples} samples at {rate_hz:g} Hz."
