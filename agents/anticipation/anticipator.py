"""What comes next: transitions and durations of known sequences and of the recording itself, and a language model where it helps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agents.anticipation.durations import Durations, summarised
from agents.anticipation.sequences import EpisodeLike, Happened, lengths_s, names, stretches
from agents.anticipation.transitions import Transitions
from agents.language import LanguageModel, LanguageModelFailure
from agents.prompts import Value, load_prompt
from agents.timeline import ForecastBasis, ForecastRecord
from agents.wording import activity_phrase, duration

CENTRAL_80 = (0.1, 0.5, 0.9)
_LEAST_EPISODES = 2
_LEAST_SUPPORT = 5.0
_LEAST_PROBABILITY = 0.05
_STRONGEST_CONTEXT = 8.0
_MOST_FORECASTS = 3
_SAID = 8


class AnticipationFile(BaseModel):
    """The shipped model: followers by context (activities joined by a blank), representative durations, provenance.

    own_weight: how many known transitions one of the recording's own counts for. language_share: the share of the
    probability that the language model's scores decide; 0 where they did not help on left-out subjects.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    provenance: dict[str, str | int | float]
    own_weight: float = Field(ge=0)
    language_share: float = Field(ge=0, le=1)
    followers: dict[str, dict[str, float]]
    durations_s: dict[str, list[float]]


@dataclass(slots=True)
class Anticipator:
    """Forecasts the next activity of a recording. `source` names what was learnt from, and goes into every forecast's method."""

    transitions: Transitions
    durations: Durations
    source: str
    own_weight: float = 3.0
    language_share: float = 0.0
    llm: LanguageModel | None = field(default=None)

    @classmethod
    def from_sequences(
        cls,
        sequences: Iterable[Sequence[EpisodeLike]],
        *,
        source: str,
        own_weight: float = 3.0,
        language_share: float = 0.0,
        llm: LanguageModel | None = None,
    ) -> Anticipator:
        """Learn from sequences of episodes, each one recording's."""
        transitions, durations = Transitions(), Durations()
        for sequence in sequences:
            for stretch in stretches(sequence):
                transitions.learn(names(stretch))
                for activity, seconds in lengths_s(stretch):
                    durations.learn(activity, seconds)
        return cls(transitions, durations, source, own_weight, language_share, llm)

    @classmethod
    def shipped(cls, llm: LanguageModel | None = None) -> Anticipator:
        """The one that is part of the product."""
        return cls.read(_shipped(), llm)

    @classmethod
    def read(cls, model: AnticipationFile, llm: LanguageModel | None = None) -> Anticipator:
        counts = {tuple(context.split()): followers for context, followers in model.followers.items()}
        known = {name: [(seconds, 1.0) for seconds in rows] for name, rows in model.durations_s.items()}
        return cls(
            Transitions(counts),
            Durations(known),
            str(model.provenance["data"]),
            model.own_weight,
            model.language_share,
            llm,
        )

    def file(self, provenance: dict[str, str | int | float]) -> AnticipationFile:
        return AnticipationFile(
            version=1,
            provenance=provenance,
            own_weight=self.own_weight,
            language_share=self.language_share,
            followers={
                " ".join(context): dict(sorted(followers.items()))
                for context, followers in sorted(self.transitions.counts.items())
            },
            durations_s={
                name: summarised([seconds for seconds, _ in rows])
                for name, rows in sorted(self.durations.known.items())
            },
        )

    def forecast(
        self, episodes: Sequence[EpisodeLike], *, now_s: float | None = None, horizon_s: float | None = None
    ) -> list[ForecastRecord]:
        """The most probable next activities after the last episode, at most three; [] means "cannot tell".

        now_s: the moment of asking (the last episode's end by default: the recording's end, while it still goes on).
        horizon_s: a change that is expected later than this is not forecast. Cannot tell: fewer than two known activities,
        an ending that has no name, or a current activity after which too little has ever been seen.
        """
        runs = stretches(episodes)
        if not runs or max(e.end_s for e in episodes) - runs[-1][-1].end_s > 1e-6:
            return []
        past, current = runs[-1], runs[-1][-1]
        now = current.end_s if now_s is None else now_s
        if sum(len(run) for run in runs) < _LEAST_EPISODES:
            return []
        transitions, durations = self._with_own(runs)
        if transitions.support(current.activity) < _LEAST_SUPPORT:
            return []
        wait = durations.remaining_s(current.activity, now - current.start_s, CENTRAL_80)
        if wait is None or (horizon_s is not None and wait[1] > horizon_s):
            return []
        shares, asked = self._with_language(past, transitions.following(names(past)))
        order = transitions.order_used(names(past))
        method = f"transitions of order {order} and remaining time, from {self.source} and the observed part"
        basis = ForecastBasis(
            observed_s=round(now - runs[0][0].start_s, 3),
            method=f"{method}; language model's share {self.language_share:g}" if asked else method,
        )
        interval = (round(now + wait[0], 1), round(now + wait[2], 1))
        likely = sorted(shares, key=lambda name: (-shares[name], name))[:_MOST_FORECASTS]
        return [
            ForecastRecord(
                activity=name,
                start_s=round(now + wait[1], 1),
                duration_s=_rounded(durations.median_s(name)),
                probability=round(shares[name], 4),
                interval_s=interval,
                **{"from": basis},
            )
            for name in likely
            if shares[name] >= _LEAST_PROBABILITY
        ]

    def _with_own(self, runs: Sequence[Sequence[Happened]]) -> tuple[Transitions, Durations]:
        """What is known, and what this recording has shown of itself; the last activity is not over, so its length is not."""
        durations = self.durations.copy()
        for activity, seconds in [pair for run in runs for pair in lengths_s(run)][:-1]:
            durations.learn(activity, seconds, self.own_weight)
        own = [names(run) for run in runs]
        return self.transitions.capped(_STRONGEST_CONTEXT).joined(own, self.own_weight), durations

    def _with_language(self, past: Sequence[Happened], shares: dict[str, float]) -> tuple[dict[str, float], bool]:
        """The shares, mixed with the language model's where it has a share and answers."""
        if self.llm is None or self.language_share == 0 or len(shares) < 2:
            return shares, False
        try:
            said = language_shares(self.llm, past, list(shares))
        except LanguageModelFailure:
            return shares, False  # the measured part stands by itself; the method then names no language model
        kept = 1.0 - self.language_share
        return {name: kept * share + self.language_share * said[name] for name, share in shares.items()}, True


def language_shares(llm: LanguageModel, past: Sequence[Happened], candidates: Sequence[str]) -> dict[str, float]:
    """Softmax of the model's scores of the candidates after the anticipation prompt."""
    prompt = load_prompt("anticipation")
    told: list[Value] = [
        {"phrase": activity_phrase(h.activity), "duration": duration(h.duration_s)} for h in past[-_SAID:]
    ]
    phrases = [activity_phrase(name) for name in candidates]
    free = prompt.text(activities=[{"phrase": "something", "duration": None}])
    scores = np.array(llm.score(prompt.text(activities=told), phrases, (free,)))
    weights = np.exp(scores - scores.max())
    return {name: float(w) for name, w in zip(candidates, weights / weights.sum(), strict=True)}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


@lru_cache(maxsize=1)
def _shipped() -> AnticipationFile:
    text = files("agents.anticipation").joinpath("model.json").read_text(encoding="utf-8")
    return AnticipationFile.model_validate(json.loads(text))
