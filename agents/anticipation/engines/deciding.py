"""From beliefs to one sequence of segments: the most probable activity, or the one that serves a mean over classes best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.anticipation.engines.engine import CELLS, Belief, Floats, trial_weights, vocabulary_of
from recordings.sequences import SegmentSequence

# The field scores the first 20, 40, 60 and 100 % of what is forecast; a moment counts in every part that holds it.
PARTS = (0.2, 0.4, 0.6, 1.0)


@dataclass(slots=True)
class Balance:
    """Weights of activities for the mean over classes, whose every class counts alike however rare.

    A right moment of class c is worth the sum, over the scored parts that hold it, of 1 / (time of c in that part); times are
    means over the training sequences at the same observed share. power: 0 takes the most probable activity, 1 the expected
    optimum for exact beliefs. floor: added to each mean share of the whole, against classes that training barely shows.
    """

    power: float = 1.0
    floor: float = 0.01
    _vocabulary: tuple[str, ...] = field(default=(), repr=False)
    _sequences: tuple[SegmentSequence, ...] = field(default=(), repr=False)
    _means: dict[tuple[float, float], Floats] = field(default_factory=dict, repr=False)

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        self._vocabulary, self._sequences = vocabulary_of(sequences), tuple(sequences)
        self._means.clear()

    def weights(self, activities: tuple[str, ...], share: float, horizon: float) -> Floats:
        """(CELLS, activities): what a right cell is worth; share and horizon are parts of the whole."""
        if self.power == 0:
            return np.ones((CELLS, len(activities)))
        means = self._mean_shares(round(share, 3), horizon)
        cells = (np.arange(CELLS) + 0.5) / CELLS
        worth = np.zeros((CELLS, len(self._vocabulary)))
        for part, mean in zip(PARTS, means, strict=True):
            worth[cells < part] += (mean + self.floor * part) ** -self.power
        columns = [self._vocabulary.index(name) if name in self._vocabulary else -1 for name in activities]
        return np.stack([worth[:, c] if c >= 0 else worth.min(axis=1) for c in columns], axis=1)

    def decided(self, belief: Belief, share: float, horizon: float) -> list[str]:
        """The activity of every cell."""
        gain = belief.probabilities * self.weights(belief.activities, share, horizon)
        return [belief.activities[i] for i in gain.argmax(axis=1)]

    def _mean_shares(self, share: float, horizon: float) -> Floats:
        key = (share, horizon)
        if key not in self._means:
            means = np.zeros((len(PARTS), len(self._vocabulary)))
            number = {name: i for i, name in enumerate(self._vocabulary)}
            weights = trial_weights(self._sequences)
            for sequence, weight in zip(self._sequences, weights, strict=True):
                for segment in sequence.segments:
                    start, end = (
                        (t - sequence.start_s) / sequence.duration_s - share for t in (segment.start_s, segment.end_s)
                    )
                    for i, part in enumerate(PARTS):
                        inside = min(end, part * horizon) - max(start, 0.0)
                        if inside > 0:
                            means[i, number[segment.activity]] += weight * inside
            self._means[key] = means / sum(weights)
        return self._means[key]
