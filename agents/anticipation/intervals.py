"""Intervals that hold the truth as often as they promise, for people whom nobody has seen: conformal calibration.

Split conformal prediction (Vovk et al. 2005) on probability integral transforms (Chernozhukov et al., PNAS 2021): how central in
the forecast distribution the truth lay, on people left out; answers of one person are alike, so each person weighs the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

COVERAGE = 0.9


@dataclass(frozen=True, slots=True)
class Central:
    """The central `level` of a forecast distribution, which on people left out held the truth with probability `coverage`."""

    level: float = COVERAGE
    coverage: float = COVERAGE

    @property
    def quantiles(self) -> tuple[float, float]:
        return 0.5 - self.level / 2, 0.5 + self.level / 2


def off_centre(share_before: float) -> float:
    """0 for a truth at the median, 1 for one beyond everything: |2 F(truth) − 1|."""
    return abs(2.0 * share_before - 1.0)


def calibrated(off: Sequence[float], people: Sequence[str], coverage: float = COVERAGE) -> Central:
    """The level that holds `coverage` of the left-out people's truths, each person weighing the same.

    off: of every answer about a person left out, how far off centre the truth lay. One answer more, infinitely far off, keeps
    the promise for the one that is not known yet. Without any answer the nominal level stands.
    """
    if not off:
        return Central(coverage, coverage)
    answers = Counter(people)
    weights = np.array([1.0 / answers[who] / len(answers) for who in people])
    scores = np.asarray(off, dtype=np.float64)
    order = np.argsort(scores, kind="stable")
    shares = np.cumsum(weights[order]) * len(scores) / (len(scores) + 1)
    reached = np.flatnonzero(shares >= coverage - 1e-12)
    level = float(scores[order][reached[0]]) if len(reached) else 1.0
    # The distribution has no end: its last thousandth is as far as a number is stated.
    return Central(round(min(level, 0.999), 6), coverage)
