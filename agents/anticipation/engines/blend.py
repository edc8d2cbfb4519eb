"""Several engines' beliefs, averaged with fixed weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.anticipation.engines.engine import CELLS, Belief, Engine, Observed
from recordings.sequences import SegmentSequence


@dataclass(slots=True)
class Blend:
    """members and their weights, which sum to 1."""

    members: tuple[tuple[Engine, float], ...]
    name: str = "blend"

    @property
    def parameters(self) -> int:
        return sum(engine.parameters for engine, _ in self.members)

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        for engine, _ in self.members:
            engine.fit(sequences)

    def believe(self, observed: Observed) -> Belief:
        beliefs = [(engine.believe(observed), weight) for engine, weight in self.members]
        names = tuple(dict.fromkeys(name for belief, _ in beliefs for name in belief.activities))
        pooled = np.zeros((CELLS, len(names)))
        for belief, weight in beliefs:
            columns = [names.index(name) for name in belief.activities]
            pooled[:, columns] += weight * belief.probabilities
        return Belief(names, pooled)
