"""Where the answer stands among the options, and whether that is what is being answered."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from evals.leaks.check import Detector, Finding, not_applicable
from evals.leaks.material import Material

ALPHA = 1e-4
_FEWEST = 40
# Predictions at one place, of options in changing order: the question is not read any more.
_DEGENERATE = 0.8


def _placed(material: Material, answers: dict[str, str]) -> tuple[list[int], list[int]]:
    """(position of the answer, number of options) of each item whose order is known and holds the answer."""
    positions, sizes = [], []
    for name, order in (material.option_orders or {}).items():
        if answers.get(name) in order:
            positions.append(list(order).index(answers[name]))
            sizes.append(len(order))
    return positions, sizes


def _one_order(material: Material) -> bool:
    return len({tuple(order) for order in (material.option_orders or {}).values()}) == 1


def _position(material: Material) -> Finding:
    answers = {i.id: i.label for i in material.tested}
    positions, sizes = _placed(material, answers)
    if len(positions) < _FEWEST:
        return not_applicable(f"the options' order is known for {len(positions)} items, fewer than {_FEWEST}")
    if _one_order(material):
        return Finding(0, f"{len(positions)} items share one order of options: a place is a class, not a hint")
    p, observed = uniform_p(positions, sizes)
    favourite = int(np.argmax(observed))
    detail = (
        f"the answer stands at place {favourite + 1} in {observed[favourite]} of {len(positions)} items, p = {p:.2g}"
    )
    return Finding(len(positions) if p < ALPHA else 0, detail)


def uniform_p(positions: list[int], sizes: list[int]) -> tuple[float, list[int]]:
    """Chi-square probability that every place was equally likely, and how often each occurred."""
    most = max(sizes)
    observed = np.bincount(positions, minlength=most)
    expected = np.zeros(most)
    for size in sizes:
        expected[:size] += 1 / size
    statistic = float(((observed - expected) ** 2 / expected).sum())
    return float(chi2.sf(statistic, most - 1)), observed.tolist()


def _followed(material: Material) -> Finding:
    said = dict(material.predictions or {})
    positions, sizes = _placed(material, said)
    if len(positions) < _FEWEST:
        return not_applicable(f"fewer than {_FEWEST} predictions among known options")
    if _one_order(material):
        return not_applicable("all items share one order of options")
    p, observed = uniform_p(positions, sizes)
    share = max(observed) / len(positions)
    answers = {i.id: i.label for i in material.tested}
    truth, _ = _placed(material, {name: answers[name] for name in said if name in answers})
    detail = f"{share:.0%} of predictions are at place {int(np.argmax(observed)) + 1}, p = {p:.2g}"
    follows = share >= _DEGENERATE and max(np.bincount(truth)) / max(1, len(truth)) < _DEGENERATE
    if share >= _DEGENERATE and not follows:
        return Finding(len(positions), f"{detail}; the answer stands there as well")
    return Finding(len(positions) if follows else 0, detail)


OPTIONS = (
    Detector(
        "answer_position", ("test", "option_orders"), "options among which the answer's place is predictable", _position
    ),
    Detector(
        "position_followed",
        ("test", "option_orders", "predictions"),
        "predictions that follow a place, not a content",
        _followed,
    ),
)
