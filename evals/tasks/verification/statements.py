"""The shape of a generated statement: true values, the wordings that print them, and the lies that it can be turned into."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from evals.tasks.verification.phrasing import Style
from evals.tasks.verification.world import World

Values = dict[str, object]
Sampler = Callable[[World, random.Random], Values | None]
Holds = Callable[[World, Values], bool]
Words = Callable[[Values, Style], Mapping[str, object]]
Mutation = Callable[[World, random.Random, Values], Values | None]

LIE_KINDS = (
    "number",
    "unit",
    "time",
    "label",
    "direction",
    "count",
    "attribution",
    "comparison",
    "ordinal",
    "negation",
)


@dataclass(frozen=True)
class Statement:
    """One kind of statement.

    sample: true values from a world, or None where it has none. holds: whether values are true, within what is printed;
    knows nothing of the verifier. words: the strings that a form's placeholders take. forms: product wordings, paraphrases
    and free prose. lies: by kind, how to make the values false. negated: forms that deny what the values say (each a lie
    of kind "negation" when the values are true). cited: values may hold `ids` and `span`, the context of the sentence.
    """

    name: str
    sample: Sampler
    holds: Holds
    words: Words
    forms: tuple[str, ...]
    lies: Mapping[str, Mutation] = field(default_factory=dict)
    negated: tuple[str, ...] = ()


def shifted(rng: random.Random, value: float, scale: float = 1.0) -> float:
    """Another number: a digit off, a factor off, or a little off; never nearer than 2 %."""
    way = rng.random()
    if way < 0.35:
        return value * rng.choice((0.5, 2.0, 1.1, 0.9, 1.25, 0.75))
    if way < 0.7:
        return value + rng.choice((-1, 1)) * scale * rng.choice((1.0, 2.0, 3.0, 5.0, 10.0))
    return value * (1 + rng.choice((-1, 1)) * rng.uniform(0.03, 0.4))


def other(rng: random.Random, options: list[str]) -> str | None:
    return rng.choice(options) if options else None


def changed(values: Values, **new: object) -> Values:
    return {**values, **new}


def number_of(values: Values, key: str) -> float:
    found = values[key]
    if not isinstance(found, (int, float)):
        raise TypeError(f"{key} is {type(found).__name__}")
    return float(found)


def text_of(values: Values, key: str) -> str:
    return str(values[key])
