"""One system's answers about the next activity: which, when and for how long, as rows of the run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.anticipation.moments import MarkovNext, Moment, MostFrequentNext, NextActivity, RepeatLastNext, likeliest
from agents.anticipation.timing import Timing
from evals.runs import JsonValue, Sample

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Answerer:
    """following says which activity, timing when and for how long; both are fitted before they answer."""

    following: NextActivity
    timing: Timing

    @property
    def name(self) -> str:
        return self.following.name


def baselines(by_hour: MarkovNext) -> list[Answerer]:
    """Most frequent, repeat last, Markov, time-of-day Markov: each times the next activity by as much as it looks at."""
    return [
        Answerer(MostFrequentNext(), Timing("everything")),
        Answerer(RepeatLastNext(), Timing("everything")),
        Answerer(MarkovNext(), Timing("activity")),
        Answerer(by_hour, Timing("activity and hour", hour_width=by_hour.width_h)),
    ]


def answers(answerer: Answerer, moments: Sequence[Moment], part: str) -> Iterator[Sample]:
    for m, told in zip(moments, answerer.following.probabilities(moments), strict=True):
        top = likeliest(told)
        onset = answerer.timing.onset(m)
        # An interval of the length is given for every candidate; the one of what then came is held against it.
        said, given = answerer.timing.length(m, top), answerer.timing.length(m, m.next)
        yield sample_of(
            answerer.name, part, m, told, top,
            (onset.middle_s, onset.low_s, onset.high_s), said.middle_s, (given.low_s, given.high_s),
        )  # fmt: skip


def sample_of(
    system: str,
    part: str,
    m: Moment,
    told: dict[str, float],
    top: str | None,
    onset: tuple[float, float, float] | None,
    length_s: float | None,
    length_interval_s: tuple[float, float] | None,
) -> Sample:
    """Times are from the moment of asking. top None: it could not be told."""
    likely = sorted(told, key=lambda name: (-told[name], name))[:_SHOWN]
    detail: dict[str, JsonValue] = {
        "current": m.past[-1] if m.past else None,
        "true_wait_s": _seconds(m.wait_s - m.lasted_s),
        "true_length_s": _seconds(m.length_s),
        "probabilities": {name: round(told[name], 4) for name in likely},
    }
    if onset is not None:
        detail |= {"said_wait_s": _seconds(onset[0]), "wait_interval_s": [_seconds(onset[1]), _seconds(onset[2])]}
    if length_s is not None:
        detail["said_length_s"] = _seconds(length_s)
    if length_interval_s is not None:
        detail["length_interval_s"] = [_seconds(length_interval_s[0]), _seconds(length_interval_s[1])]
    return Sample(
        id=m.id,
        system=system,
        part=part,
        subject=m.group,
        truth=m.next,
        prediction=top,
        score=None if top is None else round(told[top], 6),
        status="ok" if top is not None else "skipped",
        detail=detail,
    )


def _seconds(value: float) -> float | None:
    return None if math.isnan(value) or math.isinf(value) else round(value, 2)
