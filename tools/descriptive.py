"""Plain statistics of a channel, computed in float64 over the finite samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tools.channels import Values

# std is the population standard deviation (divisor n), as in SensorLLM's statistics text.
STATISTICS: dict[str, Callable[[Values], float]] = {
    "mean": lambda x: float(x.mean()),
    "std": lambda x: float(x.std()),
    "min": lambda x: float(x.min()),
    "max": lambda x: float(x.max()),
    "median": lambda x: float(np.median(x)),
    "rms": lambda x: float(np.sqrt((x**2).mean())),
    "range": lambda x: float(x.max() - x.min()),
}
METHOD = "population statistic of the finite samples"
