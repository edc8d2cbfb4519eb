"""How two channels of one segment go together: Pearson's r with SensorLLM's bands, as text that parses back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from models.sensorllm.data.channels import spoken_channel
from models.sensorllm.data.grammar import Family, sequence_readings
from models.sensorllm.data.trend import Values

FEWEST_SAMPLES = 5
Band = Literal["no", "a weak", "a moderate", "a strong"]
# Lower ends of |r|: SensorLLM's correlation text.
BANDS: tuple[tuple[float, Band], ...] = ((0.7, "a strong"), (0.3, "a moderate"), (0.1, "a weak"), (0.0, "no"))
QUESTIONS = Family.of(
    "How do these two channels of {data} go together?",
    "How are the two channels of {data} related?",
    "Do the two channels of this {data} move alike?",
    "Is there a correlation between the two channels of {data}?",
    "What is the correlation of the two channels of {data}?",
    "Compare the two channels of this {data}.",
    "Describe how the two channels of {data} depend on each other.",
    "Report the correlation between both channels of {data}.",
    "Say whether both channels of {data} rise and fall together.",
    "Relate the first channel of {data} to the second.",
)
RELATION = Family.of(
    "There is {band} linear relation between the {sensor} and the {other}.",
    "The {sensor} and the {other} have {band} linear relation.",
    "Between the {sensor} and the {other} we see {band} linear relation.",
    "Together, the {sensor} and the {other} show {band} linear relation.",
    "Comparing the {sensor} with the {other} gives {band} linear relation.",
    "With the {other}, the {sensor} has {band} linear relation.",
)
STRENGTH = Family.of(
    "Their correlation is {value}.",
    "The correlation coefficient is {value}.",
    "Pearson's coefficient comes to {value}.",
    "Measured by Pearson's r it is {value}.",
    "The value of r is {value}.",
    "As a number: r = {value}.",
)
_BETWEEN = "{} and {}: {:.2f} ({})"


@dataclass(frozen=True, slots=True)
class CorrelationFacts:
    """sensor, other: as spoken. r: Pearson's, two decimals, 0.0 where a channel is constant. band: of |r| as printed."""

    sensor: str
    other: str
    r: float
    band: Band


def correlation_facts(values: Values, others: Values, sensor: str, other: str) -> CorrelationFacts:
    """Of two (l,) finite series of one segment, l ≥ `FEWEST_SAMPLES` (ValueError)."""
    if values.shape != others.shape or values.ndim != 1 or len(values) < FEWEST_SAMPLES:
        raise ValueError(f"a correlation needs two equally long channels, found {values.shape} and {others.shape}")
    a, b = (np.asarray(v, dtype=np.float64) for v in (values, others))
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("a correlation needs finite samples")
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    r = round(float((a * b).sum()) / scale, 2) + 0.0 if scale > 0 else 0.0
    return CorrelationFacts(sensor, other, r, next(name for least, name in BANDS if abs(r) >= least))


def correlation_answer(facts: CorrelationFacts, rng: np.random.Generator) -> str:
    first = RELATION.draw(rng).render({"sensor": facts.sensor, "other": facts.other, "band": facts.band})
    return f"{first} {STRENGTH.draw(rng).render({'value': f'{facts.r:.2f}'})}"


def parse_correlation(text: str) -> CorrelationFacts:
    """What `correlation_answer` wrote. ValueError for anything else."""
    for (relation, strength), end in sequence_readings((RELATION, STRENGTH), text):
        if end == len(text):
            band = cast("Band", relation["band"])
            return CorrelationFacts(relation["sensor"], relation["other"], float(strength["value"]), band)
    raise ValueError(f"no text of a correlation: {text[:60]!r}")


def correlations_text(series: npt.NDArray[np.floating], channels: Sequence[str]) -> str:
    """Every pair of the channels of a (C, L) window, one a line: a text variant of SensorLLM's second stage."""
    names = [spoken_channel(name) for name in channels]
    facts = [correlation_facts(series[i], series[j], names[i], names[j]) for i, j in combinations(range(len(names)), 2)]
    return "\n".join(_BETWEEN.format(f.sensor, f.other, f.r, f.band.removeprefix("a ")) for f in facts)
