"""Activities that nobody was seen to do, or one person: a language model says from the name whether one comes next.

Counts know nothing of them. A name does: after *peel cucumber, cut cucumber* the words *place cucumber into bowl* are likelier than
after *add oil*. How much likelier the history makes the name, in nats a token, is the gain; the odds of coming next follow it, and
grow with every activity that was done while this one was not.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agents.language import LanguageModel
from agents.prompts import load_prompt
from agents.wording import activity_phrase
from recordings.sequences import SegmentSequence

# An activity of more trials is known like any other.
MOST_EXAMPLES = 2
_SAID = 8
_BEFORE, _AFTER = 5, 3
_NOTHING = "something"


@dataclass(frozen=True, slots=True)
class Odds:
    """Log-odds of coming next = base + slope · gain + per_step · activities done. gain: nats a token; of who only chooses, 0 where
    it was chosen, else −1."""

    base: float
    slope: float
    per_step: float = 0.0

    def of(self, gain: float, done: int) -> float:
        return self.base + self.slope * gain + self.per_step * done


# Fitted by `telltale eval anticipation --protocol new_activities/1` on the one fold of 50 Salads that the table leaves out.
UNSEEN = Odds(-4.30, 0.21, 0.097)
ONCE = Odds(-4.81, 0.77, 0.098)
# Not measured: chosen is even odds, not chosen one in twenty.
CHOSEN = Odds(0.0, 3.0)


@dataclass(slots=True)
class MayCome:
    """names: what a person says may come. lines: for those that were done once or twice, what was done around it."""

    names: tuple[str, ...]
    lines: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)

    @classmethod
    def taught(cls, names: Sequence[str], sequences: Sequence[SegmentSequence]) -> MayCome:
        """Without the names that more trials hold: those are known."""
        trials: dict[str, dict[str, SegmentSequence]] = defaultdict(dict)
        for sequence in sequences:
            for activity in set(sequence.activities) & set(names):
                trials[activity].setdefault(sequence.trial or sequence.name, sequence)
        rare = tuple(dict.fromkeys(name for name in names if len(trials[name]) <= MOST_EXAMPLES))
        return cls(rare, {name: [around(s, name) for s in trials[name].values()] for name in rare if trials[name]})

    def probabilities(self, llm: LanguageModel, said: Sequence[str], likely: Sequence[str]) -> dict[str, float]:
        """Each name's probability of coming next; 0 for what was done already. likely: the best known candidates, for a model
        that only chooses. Several share what one of them would leave."""
        odds = {name: 0.0 if name in said else math.exp(self.log_odds(llm, name, said, likely)) for name in self.names}
        total = 1.0 + sum(odds.values())
        return {name: value / total for name, value in odds.items()}

    def log_odds(self, llm: LanguageModel, name: str, said: Sequence[str], likely: Sequence[str]) -> float:
        if not llm.likelihoods:
            return CHOSEN.of(self._chosen(llm, name, said, likely), len(said))
        return (ONCE if self.lines.get(name) else UNSEEN).of(self.gain(llm, name, said), len(said))

    def gain(self, llm: LanguageModel, name: str, said: Sequence[str]) -> float:
        """Mean log-likelihood of the name after what was done, less the same after nothing in particular; nats a token."""
        return llm.score(self._prompt(name, said), [activity_phrase(name)], (self._prompt(name, [_NOTHING]),))[0]

    def _chosen(self, llm: LanguageModel, name: str, said: Sequence[str], likely: Sequence[str]) -> float:
        phrases = list(dict.fromkeys(activity_phrase(one) for one in (name, *likely)))
        return llm.score(self._prompt(name, said), phrases)[0] if len(phrases) > 1 else -1.0

    def _prompt(self, name: str, said: Sequence[str]) -> str:
        lines = self.lines.get(name) or [[_NOTHING]]
        return load_prompt("anticipation_exemplars").text(
            exemplars=[[activity_phrase(one) for one in line] for line in lines],
            activities=[activity_phrase(one) for one in said[-_SAID:]],
        )


def around(sequence: SegmentSequence, activity: str) -> list[str]:
    """What was done around the first time that a sequence holds the activity, itself among it."""
    names = list(sequence.activities)
    here = names.index(activity)
    return names[max(0, here - _BEFORE) : here + 1 + _AFTER]
