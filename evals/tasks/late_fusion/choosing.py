"""Weights of the sums, chosen on development draws alone: recordings and wearers that never test."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.confusion import macro_f1
from evals.tasks.late_fusion.classes import NAMES
from evals.tasks.late_fusion.draws import Pair

Floats = npt.NDArray[np.float64]
# term → its values on one draw, (pairs, 12).
Terms = Mapping[str, Floats]
# Coarse on purpose: a weight tuned freely can collapse a pool.
GRIDS: dict[str, tuple[float, ...]] = {"motion": (0.7, 1.0, 1.5, 2.0), "words": (0.25, 0.5, 1.0), "minilm": (0.0, 0.25, 0.5), "llm": (0.0, 0.25, 0.5)}  # fmt: skip
_EQUAL = 0.002
TEMPERATURES = tuple(float(t) for t in np.geomspace(0.5, 4.0, 13))


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw's pairs with every term's values on them."""

    pairs: Sequence[Pair]
    terms: Terms

    def total(self, weights: Mapping[str, float]) -> Floats:
        return np.asarray(sum(weight * self.terms[name] for name, weight in weights.items()))

    @property
    def truth(self) -> list[str]:
        return [pair.truth for pair in self.pairs]


def said(total: Floats) -> list[str]:
    return [NAMES[i] for i in total.argmax(axis=1)]


def quality(draws: Sequence[Draw], weights: Mapping[str, float]) -> float:
    """Mean macro-F1 over the draws."""
    return float(np.mean([macro_f1(draw.truth, said(draw.total(weights))) for draw in draws]))


def choose(draws: Sequence[Draw], fixed: Mapping[str, float], free: Sequence[str]) -> tuple[dict[str, float], float]:
    """(weights, their quality). Among points as good as the best (0.2 points), the one with the smallest weights."""
    found = []
    for point in itertools.product(*(GRIDS[name] for name in free)):
        weights = {**fixed, **dict(zip(free, point, strict=True))}
        found.append((quality(draws, weights), -sum(abs(np.log(max(w, 0.1))) for w in point), weights))
    best = max(score for score, _, _ in found)
    score, _, weights = max((row for row in found if row[0] >= best - _EQUAL), key=lambda row: row[1])
    return {name: weight for name, weight in weights.items() if weight}, score


def temperatures(draws: Sequence[Draw], weights: Mapping[str, float]) -> dict[str, float]:
    """Presence pattern → what the sum is divided by so that its probabilities are those of the development draws."""
    found = {}
    totals = [(draw, draw.total(weights)) for draw in draws]
    for pattern in ("both", "sound", "motion"):
        rows, truth = [], []
        for draw, total in totals:
            chosen = [i for i, pair in enumerate(draw.pairs) if pair.pattern == pattern]
            rows += [total[i] for i in chosen]
            truth += [NAMES.index(draw.pairs[i].truth) for i in chosen]
        losses = (
            {t: -np.mean(log_softmax(np.array(rows) / t)[np.arange(len(rows)), truth]) for t in TEMPERATURES}
            if rows
            else {}
        )
        found[pattern] = min(losses, key=lambda t: losses[t]) if losses else 1.0
    return found


def log_softmax(values: Floats) -> Floats:
    shifted = values - values.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def probabilities(draw: Draw, weights: Mapping[str, float], by_pattern: Mapping[str, float] | None = None) -> Floats:
    """(pairs, 12) softmax of the sum, each row over its pattern's temperature."""
    heat = np.array([(by_pattern or {}).get(pair.pattern, 1.0) for pair in draw.pairs])
    return np.asarray(np.exp(log_softmax(draw.total(weights) / heat[:, None])))
