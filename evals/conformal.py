"""Sets of labels that hold the truth with a promised probability, whoever wears the device.

Split conformal prediction (Vovk et al. 2005) with the scores of LAC (Sadinle et al., JASA 2019) and APS (Romano et al., NeurIPS
2020; without its random tie, so slightly larger sets). Windows of one person are alike, so each calibrating person weighs the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]
ALPHA = 0.1


@dataclass(frozen=True, slots=True)
class Coverage:
    """by_subject: person → share of windows whose set holds the truth. size: mean labels in a set."""

    by_subject: dict[str, float]
    size: float

    @property
    def mean(self) -> float:
        return float(np.mean(list(self.by_subject.values())))

    @property
    def worst(self) -> float:
        return min(self.by_subject.values())


def lac_scores(probabilities: Floats) -> Floats:
    """(n, classes): how strange each label would be, 1 − its probability."""
    return 1.0 - probabilities


def aps_scores(probabilities: Floats) -> Floats:
    """(n, classes): the probability of the label and of every likelier one together."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    summed = np.cumsum(np.take_along_axis(probabilities, order, axis=1), axis=1)
    out = np.empty_like(summed)
    np.put_along_axis(out, order, summed, axis=1)
    return out


SCORES = {"LAC": lac_scores, "APS": aps_scores}


def threshold(scores: Floats, subjects: Names, alpha: float = ALPHA) -> float:
    """The score that 1 − alpha of the calibrating people's windows stay below, each person weighing the same.

    One window more than there are, at infinity, keeps the promise for the one that is not seen yet.
    """
    who, counts = np.unique(subjects, return_counts=True)
    weight = dict(zip(who.tolist(), (1.0 / counts / len(who)).tolist(), strict=True))
    weights = np.array([weight[s] for s in subjects.tolist()])
    order = np.argsort(scores, kind="stable")
    share = np.cumsum(weights[order]) * len(scores) / (len(scores) + 1)
    reached = np.flatnonzero(share >= 1.0 - alpha - 1e-12)
    return float(scores[order][reached[0]]) if len(reached) else float("inf")


def leave_one_subject_out(
    probabilities: Floats, truth: Labels, subjects: Names, method: str, alpha: float = ALPHA
) -> Coverage | None:
    """Each person's sets, calibrated on all the other people; None with fewer than two people."""
    people = sorted(set(subjects.tolist()))
    if len(people) < 2:
        return None
    scores = SCORES[method](probabilities)
    own = scores[np.arange(len(truth)), truth]
    covered: dict[str, float] = {}
    sizes = np.zeros(len(truth))
    for who in people:
        here = subjects == who
        limit = threshold(own[~here], subjects[~here], alpha)
        inside = scores[here] <= limit + 1e-12
        # A set without any label would say nothing at all: the likeliest label is always in it.
        inside[np.arange(int(here.sum())), probabilities[here].argmax(axis=1)] = True
        covered[who] = float(inside[np.arange(int(here.sum())), truth[here]].mean())
        sizes[here] = inside.sum(axis=1)
    return Coverage(covered, float(sizes.mean()))
