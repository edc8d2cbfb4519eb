"""A language model says what follows, step by step: exemplars with a like beginning, known activities as the only answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.anticipation.engines.engine import CELLS, Belief, Floats, Observed, vocabulary_of
from agents.anticipation.engines.grammar import Grammar, State
from agents.anticipation.engines.lengths import Lengths
from agents.anticipation.engines.may_come import MayCome
from agents.anticipation.engines.memory import RememberingGrammar
from agents.anticipation.engines.neighbours import PrefixNeighbours
from agents.language import LanguageModel, open_language_model
from agents.prompts import load_prompt
from agents.wording import activity_phrase
from recordings.sequences import SegmentSequence, joined

# What an exemplar shows: the activity that is like the present one, so many before it and so many after.
_BEFORE, _AFTER = 4, 8
_SAID = 8
_MOST_STEPS = 40
# Of the prior's probability; what is below is not worth a question.
_LEAST_SHARE = 0.02
_MOST_CANDIDATES = 8
# What the prior is surer of than this is not asked about either.
_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Step:
    """What is done during a step, with its probabilities (K,), its likeliest activity and seconds."""

    activity: int
    shares: Floats = field(repr=False)
    seconds: float


@dataclass(frozen=True, slots=True)
class Chance:
    """Of an activity that may come: examples that were seen, the probability that it comes next, and that it comes at any change
    within the time asked."""

    activity: str
    examples: int
    next: float
    ahead: float


@dataclass(slots=True)
class PromptedEngine:
    """P(next) ∝ prior ^ prior_weight · exp(language_weight · score) over the prior's candidates, again and again.

    prior: transitions that remember everything done (`RememberingGrammar`). score: the language model's mean
    log-likelihood of the candidate's name after the exemplars and the history; calibrated: less the
    same after content-free lines. Where a model only chooses (an endpoint), its choice, which choice_weight makes e times as
    likely (not measured). An answer that is no known activity cannot be. language_weight 0 never asks. asked_steps: later steps are the
    prior's alone. Durations are those of the exemplars' own, weighted by likeness, stretched to the whole where it is known.

    may_come: activities that nobody was seen to do, or one person (`MayCome`); the language model says when. Who never did them has
    no length for them: the mean of all that is known is taken.
    """

    spec: str = "embedded"
    llm: LanguageModel | None = None
    exemplars: int = 3
    # Chosen on inner folds of 50 Salads: more costs likelihood, and calibration hurts beside near exemplars (docs/actionllm.md).
    language_weight: float = 0.25
    choice_weight: float = 1.0
    prior_weight: float = 1.0
    asked_steps: int = 6
    calibrated: bool = False
    boundary_blur: float = 0.04
    may_come: tuple[str, ...] = ()
    name: str = "prompted"
    _new: MayCome = field(default_factory=lambda: MayCome(()), repr=False)
    _planned: tuple[Observed, list[Step]] | None = field(default=None, repr=False)
    _grammar: RememberingGrammar | None = field(default=None, repr=False)
    _near: PrefixNeighbours = field(default_factory=PrefixNeighbours, repr=False)
    _lengths: Lengths = field(default_factory=Lengths, repr=False)

    @property
    def parameters(self) -> int:
        """What was learnt from the sequences; the language model's are not counted."""
        grammar = 0 if self._grammar is None else self._grammar.parameters
        return grammar + self._near.parameters + self._lengths.parameters

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self._grammar = RememberingGrammar(Grammar(vocabulary_of(sequences), 3), 0.3)
        self._grammar.fit(sequences)
        self._near.fit(sequences)
        self._lengths.fit(sequences)
        self._new = MayCome.taught(self.may_come, sequences)
        self._planned = None

    @property
    def activities(self) -> tuple[str, ...]:
        """All that can be said: what was learnt about, and what may come besides."""
        known = self._known.grammar.activities
        return (*known, *(name for name in self._new.names if name not in self._known.grammar.number))

    def believe(self, observed: Observed) -> Belief:
        from models.actionllm import spread

        plan = self.plan(observed)
        current = observed.segments[-1].activity
        names = self.activities
        if current not in names:
            names = (*names, current)
        seconds = np.array([step.seconds for step in plan])
        shares = np.stack([np.pad(s.shares, (0, len(names) - len(s.shares))) for s in plan])
        shares[0] = np.eye(len(names))[names.index(current)]
        ends = np.cumsum(seconds) / observed.horizon_s
        at = (np.arange(CELLS) + 0.5) / CELLS
        found = spread(ends, at, self.boundary_blur) @ shares
        return Belief(names, found / found.sum(axis=1, keepdims=True))

    def chances(self, observed: Observed) -> list[Chance]:
        """What may come though it is not known, the likeliest first."""
        plan = self.plan(observed)
        begins_s = np.cumsum([0.0, *(step.seconds for step in plan)])[:-1]
        steps = [step.shares for step, begins in zip(plan, begins_s, strict=True) if begins < observed.horizon_s]
        found = []
        for name in self._new.names:
            at = self.activities.index(name)
            ahead = [float(shares[at]) for shares in steps[1:]]
            examples = len(self._new.lines.get(name, ()))
            found.append(
                Chance(name, examples, ahead[0] if ahead else 0.0, 1.0 - float(np.prod([1.0 - p for p in ahead])))
            )
        return sorted(found, key=lambda one: (-one.ahead, one.activity))

    def plan(self, observed: Observed) -> list[Step]:
        """The current activity going on, then step after step, until the horizon is full or nothing follows."""
        if self._planned is None or self._planned[0] != observed:
            self._planned = (observed, self._plan(observed))
        return self._planned[1]

    def _plan(self, observed: Observed) -> list[Step]:
        grammar = self._known
        near = self._near.nearest(observed)
        numbers = list(grammar.grammar.history(observed.activities))
        names = self.activities
        current = observed.segments[-1]
        first = np.zeros(len(names))
        number = grammar.grammar.number.get(current.activity)
        if number is not None:
            first[number] = 1.0
        found = [Step(-1 if number is None else number, first, self._remaining_s(observed, near))]
        lines = [exemplar(known, now) for known, now, _ in near[: self.exemplars]]
        said = [s.activity for s in joined(observed.segments)]
        finished = False
        while sum(step.seconds for step in found) < self._longest_s(observed) and len(found) < _MOST_STEPS:
            state = grammar.state(tuple(numbers))
            ask = len(found) <= self.asked_steps
            shares = self.following(state, lines, said) if ask else grammar.following(state)
            shares, end = self._with_new(shares, said if ask else None)
            # The end is asked of the prior alone: a language model has no name for it.
            if end > shares.max():
                finished = True
                break
            ahead = shares / shares.sum()
            chosen = int(ahead.argmax())
            if chosen < grammar.grammar.end:
                numbers.append(chosen)
            said.append(names[chosen])
            found.append(Step(chosen, ahead, self._length_s(said[-1], near)))
        rest = observed.rest_s
        if finished and rest is not None:
            stretch = rest / sum(step.seconds for step in found)
            found = [Step(s.activity, s.shares, s.seconds * stretch) for s in found]
        return found

    def following(self, state: State, lines: Sequence[Sequence[str]], said: Sequence[str]) -> Floats:
        """(K + 1,) the prior, moved by the language model within what its candidates have in all."""
        prior = self._known.following(state).copy()
        kinds = len(prior) - 1
        order = np.argsort(-prior[:kinds], kind="stable")[:_MOST_CANDIDATES]
        asked = [int(i) for i in order if prior[i] >= _LEAST_SHARE]
        if self.language_weight == 0 or len(asked) < 2 or prior.max() > _SURE:
            return prior
        phrases = [activity_phrase(self._known.grammar.activities[i]) for i in asked]
        if len(set(phrases)) < len(phrases):
            return prior
        scores = np.array(self._scores(lines, said, phrases))
        weight = self.language_weight if self.language.likelihoods else self.choice_weight
        mass = prior[asked].sum()
        logs = self.prior_weight * np.log(prior[asked]) + weight * scores
        moved = np.exp(logs - logs.max())
        prior[asked] = mass * moved / moved.sum()
        return np.asarray(prior)

    def _with_new(self, shares: Floats, said: Sequence[str] | None) -> tuple[Floats, float]:
        """(activities,) probabilities with what may come besides, and the end's. said None: nobody is asked, and nothing new comes.

        What one person was seen to do has its probability from here, and none from the counts.
        """
        number, end = self._known.grammar.number, self._known.grammar.end
        found = np.concatenate([shares[:end], np.zeros(len(self.activities) - end)])
        if not self._new.names:
            return found, float(shares[end])
        rare = [number[name] for name in self._new.names if name in number]
        found[rare] = 0.0
        rest = found.sum() + shares[end]
        new = {}
        if said is not None:
            order = np.argsort(-found, kind="stable")[:_MOST_CANDIDATES]
            new = self._new.probabilities(self.language, said, [self.activities[i] for i in order if found[i] > 0])
        left = 1.0 - sum(new.values())
        found *= left / rest
        for name, share in new.items():
            found[self.activities.index(name)] = share
        return found, float(shares[end] * left / rest)

    def _scores(self, lines: Sequence[Sequence[str]], said: Sequence[str], phrases: Sequence[str]) -> list[float]:
        prompt = load_prompt("anticipation_exemplars")
        shown = [[activity_phrase(name) for name in line] for line in lines]
        told = [activity_phrase(name) for name in said[-_SAID:]]
        free = (prompt.text(exemplars=[["something"]], activities=["something"]),) if self.calibrated else ()
        return self.language.score(prompt.text(exemplars=shown, activities=told), phrases, free)

    @property
    def language(self) -> LanguageModel:
        """The language model, opened when it is first asked."""
        if self.llm is None:
            self.llm = open_language_model(self.spec)
        return self.llm

    @property
    def _known(self) -> RememberingGrammar:
        if self._grammar is None:
            raise ValueError("fit the engine first")
        return self._grammar

    def _remaining_s(self, observed: Observed, near: Sequence[tuple[SegmentSequence, float, float]]) -> float:
        """What was left of the current activity where the exemplars were; what is usual where they do not do it."""
        current = observed.segments[-1]
        left, weights = [], []
        for known, now, weight in near:
            here = next(s for s in known.segments if s.start_s <= now < s.end_s)
            if here.activity == current.activity and here.duration_s > current.duration_s:
                left.append(here.end_s - now)
                weights.append(weight)
        if not left:
            return self._lengths.mean_remaining_s(current.activity, current.duration_s)
        return float(np.average(left, weights=weights))

    def _length_s(self, activity: str, near: Sequence[tuple[SegmentSequence, float, float]]) -> float:
        """How long it took the exemplars after their moment; everybody where none of them did it."""
        lasted, weights = [], []
        for known, now, weight in near:
            later = [s.duration_s for s in known.segments if s.start_s > now and s.activity == activity]
            if later:
                lasted.append(later[0])
                weights.append(weight)
        if lasted:
            return float(np.average(lasted, weights=weights))
        if activity in self._lengths.known:
            return self._lengths.mean_s(activity)
        return float(np.mean([self._lengths.mean_s(one) for one in self._lengths.known]))

    @staticmethod
    def _longest_s(observed: Observed) -> float:
        return observed.horizon_s if observed.rest_s is None else max(observed.horizon_s, observed.rest_s)


def exemplar(known: SegmentSequence, now_s: float) -> list[str]:
    """What was done around the moment of a known sequence that is like now."""
    names = [s.activity for s in known.segments]
    here = next(i for i, s in enumerate(known.segments) if s.start_s <= now_s < s.end_s)
    return names[max(0, here - _BEFORE) : here + 1 + _AFTER]
