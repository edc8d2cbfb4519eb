"""Who sits down was standing, and sits afterwards: episodes beside a postural transition are read in the light of it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from agents.fusion import FusionResult
from agents.segmentation import Segment
from agents.timeline import ActivityRecord
from agents.wording import activity_phrase

Floats = npt.NDArray[np.float64]

UPRIGHT, SITTING, LYING = "upright", "sitting", "lying"
# (posture before, posture after) of each transition. Activities that can be done in several postures are not listed.
_TURNS = {
    "stand_to_sit": (UPRIGHT, SITTING),
    "sit_to_stand": (SITTING, UPRIGHT),
    "sit_to_lie": (SITTING, LYING),
    "lie_to_sit": (LYING, SITTING),
    "stand_to_lie": (UPRIGHT, LYING),
    "lie_to_stand": (LYING, UPRIGHT),
}
_POSTURES = {
    "sitting": SITTING,
    "lying": LYING,
    **dict.fromkeys(
        ("standing", "walking", "walking_left", "walking_right", "walking_upstairs", "walking_downstairs", "stairs",
         "running", "jumping", "elevator_up", "elevator_down"),
        UPRIGHT,
    ),
}  # fmt: skip


def consistent(
    segments: Sequence[Segment], results: Sequence[FusionResult | None], cost: float
) -> list[FusionResult | None]:
    """The results with each activity's probability given its neighbours': forward-backward along touching episodes.

    A pair of neighbours costs `cost` nats when one of them is a postural transition that does not fit the other's posture;
    everything else is free, so that a recording without transitions keeps its results. An episode that the language model
    decided keeps its activity and still speaks for its neighbours.
    """
    out = list(results)
    start = 0
    for end in range(1, len(results) + 1):
        if end == len(results) or results[end] is None or results[end - 1] is None or not _touch(segments, end):
            chain = [result for result in results[start:end] if result is not None]
            if len(chain) > 1 and cost > 0:
                out[start:end] = _along(chain, cost)
            start = end
    return out


def _touch(segments: Sequence[Segment], index: int) -> bool:
    return segments[index - 1].span.end_s == segments[index].span.start_s


def _along(chain: Sequence[FusionResult], cost: float) -> list[FusionResult | None]:
    candidates = [_candidates(result) for result in chain]
    own = [np.array(list(options.values())) for options in candidates]
    fits = [
        np.exp(-cost * np.array([[_misfit(a, b) for b in after] for a in before]))
        for before, after in itertools.pairwise(candidates)
    ]
    forward: list[Floats] = [np.ones(len(own[0]))]
    for i, fit in enumerate(fits):
        message = (forward[-1] * own[i]) @ fit
        forward.append(message / message.sum())
    backward: list[Floats] = [np.ones(len(own[-1]))]
    for i in range(len(fits) - 1, -1, -1):
        message = fits[i] @ (backward[0] * own[i + 1])
        backward.insert(0, message / message.sum())
    return [
        _reread(result, list(options), ahead * here * behind, float(here.sum()))
        for result, options, ahead, here, behind in zip(chain, candidates, forward, own, backward, strict=True)
    ]


def _candidates(result: FusionResult) -> dict[str, float]:
    """Activities and their probabilities, the decision first; only the decision where the language model made it."""
    others = () if result.decided_by == "llm" else result.alternatives
    named = {result.activity: result.confidence, **{a.activity: a.probability for a in others}}
    return {activity: max(probability, 1e-4) for activity, probability in named.items()}


def _misfit(before: str, after: str) -> float:
    """1 where a transition and its neighbour contradict each other, else 0."""
    if before not in _TURNS and after not in _TURNS:
        return 0.0
    leaves = _TURNS[before][1] if before in _TURNS else _POSTURES.get(before)
    enters = _TURNS[after][0] if after in _TURNS else _POSTURES.get(after)
    return float(leaves is not None and enters is not None and leaves != enters)


def _reread(result: FusionResult, options: Sequence[str], weights: Floats, mass: float) -> FusionResult:
    """The result with its candidates' probabilities weighed anew; what was left to unnamed activities stays with them."""
    shares = weights / weights.sum() * min(mass, 1.0)
    order = sorted(range(len(options)), key=lambda i: (-shares[i], i))
    best, *others = [ActivityRecord(activity=options[i], probability=round(float(shares[i]), 4)) for i in order]
    if result.decided_by == "llm":
        return result
    changed = best.activity != result.activity
    return dataclasses.replace(
        result,
        activity=best.activity,
        confidence=best.probability,
        alternatives=tuple(others),
        reason=f"the postures before and after it speak against {activity_phrase(result.activity)}"
        if changed
        else result.reason,
    )
