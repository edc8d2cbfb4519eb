"""Beyond SensorLLM: whether a channel repeats itself, after how long and how well, as text that parses back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.sensorllm.data.grammar import Family, sequence_readings
from models.sensorllm.data.trend import Values
from models.sensorllm.data.words import from_words, in_words

FEWEST_SAMPLES = 16
# An autocorrelation below this is no repetition that anybody would point at.
LEAST_STRENGTH = 0.3
NEAR_HIGHEST = 0.9
QUESTIONS = Family.of(
    "Does this {data} repeat itself?",
    "Is there a repeating pattern in this {data}?",
    "Is this {data} periodic, and with which period?",
    "How regular is this {data}?",
    "After how long does this {data} come back?",
    "What is the period of this {data}?",
    "Describe any repetition in this {data}.",
    "Report the period of this {data}, should it have one.",
    "Tell whether this {data} is periodic.",
    "Name the rhythm of this {data}.",
)
PERIOD = Family.of(
    "The pattern repeats every {seconds} seconds with a correlation of {value}.",
    "It comes back after {seconds} seconds, with a correlation of {value}.",
    "The period is {seconds} seconds, at a correlation of {value}.",
    "A period of {seconds} seconds shows, its correlation being {value}.",
    "Every {seconds} seconds the shape returns (correlation {value}).",
    "There is a rhythm of {seconds} seconds whose correlation is {value}.",
    "With a correlation of {value}, the values repeat after {seconds} seconds.",
    "One cycle lasts {seconds} seconds; the correlation of cycles is {value}.",
)
CYCLES = Family.of(
    "The segment holds {count} full cycles.",
    "In all, {count} full cycles fit in.",
    "Number of full cycles: {count}.",
    "We count {count} full cycles.",
    "That makes {count} full cycles.",
    "Full cycles amount to {count}.",
)
NO_PERIOD = Family.of(
    "There is no repeating pattern.",
    "It does not repeat itself.",
    "No period can be found.",
    "The values follow no rhythm.",
    "Nothing in it comes back regularly.",
    "It is not periodic.",
)


@dataclass(frozen=True, slots=True)
class PeriodicityFacts:
    """period_s: two decimals, None without repetition. strength: autocorrelation there, two decimals. cycles: whole periods
    between the first and the last sample.
    """

    period_s: float | None
    strength: float
    cycles: int


NONE = PeriodicityFacts(None, 0.0, 0)


def periodicity_facts(values: Values, rate_hz: float) -> PeriodicityFacts:
    """Of (l,) finite values, l ≥ `FEWEST_SAMPLES` (ValueError).

    The Pearson correlation of the series with itself shifted, up to half the length; the first local peak past the first
    dip below zero that comes near the highest (a multiple of the period is as strong as the period). Below
    `LEAST_STRENGTH` there is no period.
    """
    if values.ndim != 1 or len(values) < FEWEST_SAMPLES or not np.isfinite(values).all():
        raise ValueError(f"a period needs {FEWEST_SAMPLES} finite samples of one channel, found shape {values.shape}")
    wide = np.asarray(values, dtype=np.float64)
    lags = range(1, len(wide) // 2 + 2)
    found = np.array([_pearson(wide[:-lag], wide[lag:]) for lag in lags])
    dips = np.flatnonzero(found < 0)
    if not len(dips):
        return NONE
    inner = np.arange(max(int(dips[0]), 1), len(found) - 1)
    peaks = inner[(found[inner] >= found[inner - 1]) & (found[inner] > found[inner + 1])]
    if not len(peaks):
        return NONE
    best = int(peaks[found[peaks] >= NEAR_HIGHEST * found[peaks].max()][0]) if found[peaks].max() > 0 else int(peaks[0])
    strength = round(float(found[best]), 2)
    if strength < LEAST_STRENGTH:
        return NONE
    lag = best + 1
    return PeriodicityFacts(round(lag / rate_hz, 2), strength, (len(wide) - 1) // lag)


def _pearson(a: Values, b: Values) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / scale) if scale > 0 else 0.0


def periodicity_answer(facts: PeriodicityFacts, rng: np.random.Generator) -> str:
    """The period and its cycles, or that there is none."""
    if facts.period_s is None:
        return NO_PERIOD.draw(rng).render({})
    first = PERIOD.draw(rng).render({"seconds": f"{facts.period_s:.2f}", "value": f"{facts.strength:.2f}"})
    number = in_words(facts.cycles) if rng.integers(2) else str(facts.cycles)
    return f"{first} {CYCLES.draw(rng).render({'count': number})}"


def parse_periodicity(text: str) -> PeriodicityFacts:
    """What `periodicity_answer` wrote. ValueError for anything else."""
    if any(end == len(text) for _, end in NO_PERIOD.readings(text)):
        return NONE
    for (period, cycles), end in sequence_readings((PERIOD, CYCLES), text):
        if end == len(text):
            return PeriodicityFacts(float(period["seconds"]), float(period["value"]), from_words(cycles["count"]))
    raise ValueError(f"no text of a period: {text[:60]!r}")
