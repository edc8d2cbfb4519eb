"""Level 1: mean, largest, smallest and deviation of every channel, one line a category (SensorLM, "low")."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import numpy as np

from models.sensorlm.captions.channels import Scheme, Spoken
from models.sensorlm.captions.sentence import Claim, Line, Sentence, Series, printed
from models.sensorlm.captions.wording import STATISTICS

STATISTICS_OF = ("mean", "max", "min", "std")


def statistic(values: Series, name: str) -> float:
    """One of `STATISTICS_OF` of what is there; the deviation is the population's. NaN without a value."""
    here = values[np.isfinite(values)].astype(np.float64)
    if not len(here):
        return float("nan")
    return float({"mean": here.mean, "max": here.max, "min": here.min, "std": here.std}[name]())


def statistical(scheme: Scheme, data: Mapping[str, Series], rng: Random, *, original: bool = False) -> list[Line]:
    """A line a category. data: column → (n,), NaN where nothing was measured; absent and empty columns are not spoken of.

    original: the released lists, whose extras name columns that do not exist or belong to another name.
    """
    lines = []
    for category in scheme.categories:
        always, extras = category.always, category.extras
        if original:
            always = category.original_always or always
            extras = category.original_extras or extras
        spoken: list[Spoken] = list(always)
        if not original:
            extras = tuple(e for e in extras if _there(data, e.column))
        if extras:
            spoken += rng.choices(extras, k=category.draws)
        if not original:
            spoken = list(dict.fromkeys(spoken))
        sentences = [_said(scheme, data[s.column], s, rng) for s in spoken if _there(data, s.column)]
        if sentences:
            lines.append(Line(f"For {category.name}, ", tuple(sentences)))
    return lines


def _there(data: Mapping[str, Series], column: str) -> bool:
    return column in data and bool(np.isfinite(data[column]).any())


def _said(scheme: Scheme, values: Series, spoken: Spoken, rng: Random) -> Sentence:
    numbers = {name: printed(statistic(values, name), scheme.decimals) for name in STATISTICS_OF}
    text = rng.choice(STATISTICS).format(c=spoken.words, **numbers)
    return Sentence(text, tuple(Claim(name, spoken.column, said) for name, said in numbers.items()))
