"""An engine that does not believe every label it is shown: what may really have been done is weighed first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.anticipation.engines.cleaning import Cleaning, History
from agents.anticipation.engines.engine import CELLS, Belief, Engine, Observed
from agents.anticipation.engines.semi_markov import SemiMarkov
from recordings.sequences import SegmentSequence


@dataclass(slots=True)
class Denoised:
    """The mean of the engine's beliefs about the likeliest histories."""

    engine: Engine
    cleaning: Cleaning
    name: str = ""

    def __post_init__(self) -> None:
        self.name = self.name or f"{self.engine.name}+denoised"

    @property
    def parameters(self) -> int:
        return self.engine.parameters + self.cleaning.parameters

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self.engine.fit(sequences)
        self.cleaning.fit(sequences)

    def believe(self, observed: Observed) -> Belief:
        return believe_about(self.engine, self.cleaning.histories(observed))


def believe_about(engine: Engine, histories: Sequence[History]) -> Belief:
    """One belief about several histories; an engine that draws futures shares its draws out among them."""
    if isinstance(engine, SemiMarkov):
        return engine.believe_any([h.observed for h in histories], [h.weight for h in histories])
    beliefs = [(engine.believe(h.observed), h.weight) for h in histories]
    names = tuple(dict.fromkeys(name for belief, _ in beliefs for name in belief.activities))
    pooled = np.zeros((CELLS, len(names)))
    for belief, weight in beliefs:
        pooled[:, [names.index(name) for name in belief.activities]] += weight * belief.probabilities
    return Belief(names, pooled)
