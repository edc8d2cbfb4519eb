"""Beyond SensorLLM: how fast a channel swings, as text that is exact and parses back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.sensorllm.data.grammar import Family, sequence_readings
from models.sensorllm.data.trend import Values
from models.sensorllm.data.words import from_words, in_words

# Below this there is hardly a spectrum.
FEWEST_SAMPLES = 16
QUESTIONS = Family.of(
    "How fast does this {data} swing?",
    "How quickly do the values of this {data} go back and forth?",
    "What is the main frequency of this {data}?",
    "What does the spectrum of this {data} look like?",
    "At which frequency is this {data} strongest?",
    "Which frequency carries most of this {data}?",
    "Name the dominant frequency of this {data}.",
    "Describe the frequency content of this {data}.",
    "Summarise this {data} by its frequencies.",
    "Report the strongest oscillation of this {data}.",
)
PEAK = Family.of(
    "The dominant frequency is {hz} Hz and holds {percent} % of the power.",
    "The strongest oscillation is at {hz} Hz with {percent} % of the power.",
    "Most power sits at {hz} Hz, namely {percent} %.",
    "Its spectrum peaks at {hz} Hz, where {percent} % of the power lies.",
    "At {hz} Hz the power is highest: {percent} % of it.",
    "The main swing has {hz} Hz and {percent} % of the power.",
    "A share of {percent} % of the power belongs to the peak at {hz} Hz.",
    "With {percent} % of the power, {hz} Hz is the leading frequency.",
)
FLAT = Family.of(
    "There is no dominant frequency, for the values never change.",
    "All values are equal, so no frequency stands out.",
    "Nothing oscillates: the values stay the same.",
    "The spectrum is empty because the values are constant.",
    "No frequency can be named, as every value is the same.",
    "Without any change in the values there is no frequency.",
)
CROSSINGS = Family.of(
    "The values cross their mean {count} times.",
    "The mean is crossed {count} times.",
    "Number of mean crossings: {count}.",
    "We count {count} crossings of the mean.",
    "In total, {count} crossings of the mean occur.",
    "Their mean is passed {count} times.",
)


@dataclass(frozen=True, slots=True)
class FrequencyFacts:
    """dominant_hz: the periodogram's peak, two decimals; None for a constant series. power_percent: within one bin of it, of
    all power but the mean's. mean_crossings: sign changes of the values less their mean, zeros passed over.
    """

    dominant_hz: float | None
    power_percent: int
    mean_crossings: int


def frequency_facts(values: Values, rate_hz: float) -> FrequencyFacts:
    """Of (l,) finite values, l ≥ `FEWEST_SAMPLES` (ValueError): the plain periodogram, no taper, no zero-padding."""
    if values.ndim != 1 or len(values) < FEWEST_SAMPLES or not np.isfinite(values).all():
        raise ValueError(f"a spectrum needs {FEWEST_SAMPLES} finite samples of one channel, found shape {values.shape}")
    wide = np.asarray(values, dtype=np.float64)
    if wide.min() == wide.max():
        return FrequencyFacts(None, 0, 0)
    centred = wide - wide.mean()
    power = np.abs(np.fft.rfft(centred))[1:] ** 2
    peak = int(power.argmax())
    near = power[max(peak - 1, 0) : peak + 2].sum()
    signs = np.sign(centred)
    signs = signs[signs != 0]
    return FrequencyFacts(
        round((peak + 1) * rate_hz / len(wide), 2),
        round(100 * float(near / power.sum())),
        int((signs[1:] != signs[:-1]).sum()),
    )


def frequency_answer(facts: FrequencyFacts, rng: np.random.Generator) -> str:
    """Two sentences: the peak, the crossings."""
    if facts.dominant_hz is None:
        first = FLAT.draw(rng).render({})
    else:
        values = {"hz": f"{facts.dominant_hz:.2f}", "percent": str(facts.power_percent)}
        first = PEAK.draw(rng).render(values)
    number = in_words(facts.mean_crossings) if rng.integers(2) else str(facts.mean_crossings)
    return f"{first} {CROSSINGS.draw(rng).render({'count': number})}"


def parse_frequency(text: str) -> FrequencyFacts:
    """What `frequency_answer` wrote. ValueError for anything else."""
    for family in (PEAK, FLAT):
        for (peak, crossings), end in sequence_readings((family, CROSSINGS), text):
            if end == len(text):
                hertz = float(peak["hz"]) if "hz" in peak else None
                return FrequencyFacts(hertz, int(peak.get("percent", 0)), from_words(crossings["count"]))
    raise ValueError(f"no frequency text: {text[:60]!r}")
