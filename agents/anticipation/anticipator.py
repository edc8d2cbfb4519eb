"""What comes next: transitions and durations of known sequences and of the recording itself, and a language model where it helps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agents.anticipation.asking import Question
from agents.anticipation.intervals import Central, off_centre
from agents.anticipation.lasting import Lasted, Lasting, summarised
from agents.anticipation.records import AnticipatedRecord
from agents.anticipation.sequences import EpisodeLike, Happened, names, stretches, waits_s
from agents.anticipation.transitions import Transitions
from agents.language import LanguageModel, LanguageModelFailure
from agents.prompts import Value, load_prompt
from agents.timeline import ForecastBasis
from agents.wording import activity_phrase, duration

_LEAST_EPISODES = 2
_LEAST_SUPPORT = 5.0
_LEAST_PROBABILITY = 0.05
_STRONGEST_CONTEXT = 8.0
_MOST_FORECASTS = 3
_SAID = 8


class AnticipationFile(BaseModel):
    """The shipped model: followers by context (activities joined by a blank), representative lengths, provenance.

    waits_s: from an activity's start to the next one's. lengths_s: from its start to its end. coverage: what the intervals
    promise; onset_level and duration_level: how central a part of the forecast distribution kept it on people left out. own_weight: how many known transitions one of the recording's own counts for. language_share: the share of the
    probability that the language model's scores decide; 0 where they did not help on left-out subjects.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    provenance: dict[str, str | int | float]
    own_weight: float = Field(ge=0)
    language_share: float = Field(ge=0, le=1)
    followers: dict[str, dict[str, float]]
    waits_s: dict[str, list[float]]
    lengths_s: dict[str, list[float]]
    coverage: float = Field(gt=0, lt=1)
    onset_level: float = Field(gt=0, lt=1)
    duration_level: float = Field(gt=0, lt=1)


@dataclass(frozen=True, slots=True)
class OffCentre:
    """0 at the median of the forecast, 1 beyond everything: of the next start, and of the next activity's length."""

    onset: float
    duration: float


@dataclass(slots=True)
class Anticipator:
    """Forecasts the next activity of a recording. `source` names what was learnt from, and goes into every forecast's method."""

    transitions: Transitions
    waits: Lasting
    lengths: Lasting
    source: str
    own_weight: float = 3.0
    language_share: float = 0.0
    llm: LanguageModel | None = field(default=None)
    onset: Central = field(default_factory=Central)
    duration: Central = field(default_factory=Central)

    @classmethod
    def from_sequences(
        cls,
        sequences: Iterable[Sequence[EpisodeLike]],
        *,
        source: str,
        own_weight: float = 3.0,
        language_share: float = 0.0,
        llm: LanguageModel | None = None,
        onset: Central | None = None,
        duration: Central | None = None,
    ) -> Anticipator:
        """Learn from sequences of episodes, each one recording's. onset, duration: as calibrated on people left out."""
        transitions, waits, lengths = Transitions(), Lasting(), Lasting()
        for sequence in sequences:
            for stretch in stretches(sequence):
                transitions.learn(names(stretch))
                for activity, seconds in waits_s(stretch):
                    waits.learn(activity, seconds)
                for happened in stretch:
                    lengths.learn(happened.activity, happened.duration_s)
        return cls(
            transitions,
            waits,
            lengths,
            source,
            own_weight,
            language_share,
            llm,
            onset or Central(),
            duration or Central(),
        )

    @classmethod
    def shipped(cls, llm: LanguageModel | None = None) -> Anticipator:
        """The one that is part of the product."""
        return cls.read(_shipped(), llm)

    @classmethod
    def read(cls, model: AnticipationFile, llm: LanguageModel | None = None) -> Anticipator:
        counts = {tuple(context.split()): followers for context, followers in model.followers.items()}
        waits, lengths = (
            Lasting({name: [Lasted(seconds) for seconds in rows] for name, rows in known.items()})
            for known in (model.waits_s, model.lengths_s)
        )
        return cls(
            Transitions(counts),
            waits,
            lengths,
            str(model.provenance["data"]),
            model.own_weight,
            model.language_share,
            llm,
            Central(model.onset_level, model.coverage),
            Central(model.duration_level, model.coverage),
        )

    def file(self, provenance: dict[str, str | int | float]) -> AnticipationFile:
        waits, lengths = (
            {name: summarised([row.seconds for row in rows]) for name, rows in sorted(lasting.known.items())}
            for lasting in (self.waits, self.lengths)
        )
        return AnticipationFile(
            version=2,
            provenance=provenance,
            own_weight=self.own_weight,
            language_share=self.language_share,
            followers={
                " ".join(context): dict(sorted(followers.items()))
                for context, followers in sorted(self.transitions.counts.items())
            },
            waits_s=waits,
            lengths_s=lengths,
            coverage=self.onset.coverage,
            onset_level=self.onset.level,
            duration_level=self.duration.level,
        )

    def forecast(
        self, episodes: Sequence[EpisodeLike], *, now_s: float | None = None, horizon_s: float | None = None
    ) -> list[AnticipatedRecord]:
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
        transitions, waits, lengths = self._with_own(runs)
        if transitions.support(current.activity) < _LEAST_SUPPORT:
            return []
        if not waits.knows(current.activity):
            return []
        low, high = self.onset.quantiles
        wait = waits.remaining_s(current.activity, now - current.start_s, (low, 0.5, high))
        if horizon_s is not None and wait[1] > horizon_s:
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
            AnticipatedRecord(
                activity=name,
                start_s=round(now + wait[1], 1),
                duration_s=_rounded(lengths.median_s(name)),
                probability=round(shares[name], 4),
                interval_s=interval,
                duration_interval_s=self._duration_interval_s(lengths, name),
                coverage=self.onset.coverage,
                **{"from": basis},
            )
            for name in likely
            if shares[name] >= _LEAST_PROBABILITY
        ]

    def placed(self, question: Question, so_far: Sequence[EpisodeLike] | None = None) -> OffCentre:
        """How far off the centre of what would have been forecast the truth lay: what the intervals are calibrated on.

        so_far: what was seen of what had happened, where that is not what the question holds; it must name something.
        """
        runs = stretches(question.so_far if so_far is None else so_far)
        _, waits, lengths = self._with_own(runs)
        current, after = runs[-1][-1], question.following
        onset = waits.share_within(current.activity, question.wait_s, max(question.now_s - current.start_s, 0.0))
        return OffCentre(off_centre(onset), off_centre(lengths.share_within(after.activity, after.duration_s)))

    @property
    def parameters(self) -> int:
        """Counts of followers and known lengths."""
        lengths = sum(len(rows) for lasting in (self.waits, self.lengths) for rows in lasting.known.values())
        return sum(len(followers) for followers in self.transitions.counts.values()) + lengths

    def duration_interval_s(self, so_far: Sequence[EpisodeLike], activity: str) -> tuple[float, float] | None:
        """How long `activity` would last if it came next, after what happened so far."""
        return self._duration_interval_s(self._with_own(stretches(so_far))[2], activity)

    def _duration_interval_s(self, lengths: Lasting, activity: str) -> tuple[float, float] | None:
        if not lengths.knows(activity):
            return None
        low, high = lengths.remaining_s(activity, 0.0, self.duration.quantiles)
        return round(low, 1), round(high, 1)

    def _with_own(self, runs: Sequence[Sequence[Happened]]) -> tuple[Transitions, Lasting, Lasting]:
        """What is known, and what this recording has shown of itself; the last activity is not over, so its length is not."""
        waits, lengths = self.waits.copy(), self.lengths.copy()
        for run in runs:
            for activity, seconds in waits_s(run):
                waits.learn(activity, seconds, self.own_weight)
        for happened in [happened for run in runs for happened in run][:-1]:
            lengths.learn(happened.activity, happened.duration_s, self.own_weight)
        own = [names(run) for run in runs]
        return self.transitions.capped(_STRONGEST_CONTEXT).joined(own, self.own_weight), waits, lengths

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
