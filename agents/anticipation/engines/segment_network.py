"""The segment network as an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from agents.anticipation.engines.engine import CELLS, Belief, Observed, trial_weights, vocabulary_of
from models.segments import SegmentSettings
from recordings.sequences import Segment, SegmentSequence

if TYPE_CHECKING:
    from models.segments import SegmentForecaster
    from models.segments.examples import Seen


@dataclass(slots=True)
class SegmentNetworkEngine:
    """Networks of several seeds, their probabilities averaged. It needs the whole length: without it, twice what was observed
    and asked about together is taken."""

    settings: SegmentSettings = field(default_factory=SegmentSettings)
    device: str = "cpu"
    name: str = "segment_network"
    _vocabulary: tuple[str, ...] = field(default=(), repr=False)
    _model: SegmentForecaster | None = field(default=None, repr=False)

    @property
    def parameters(self) -> int:
        return 0 if self._model is None else self._model.parameters

    def fit(self, sequences: Sequence[SegmentSequence]) -> None:
        from models.segments import SegmentForecaster

        self._vocabulary = vocabulary_of(sequences)
        self._model = SegmentForecaster(len(self._vocabulary), self.settings, self.device)
        weights = trial_weights(sequences)
        self._model.fit([self._seen(s.segments, w) for s, w in zip(sequences, weights, strict=True)])

    def believe(self, observed: Observed) -> Belief:
        if self._model is None:
            raise ValueError("fit the engine first")
        known = tuple(s for s in observed.segments if s.activity in self._vocabulary)
        if not known:
            flat = np.full((CELLS, len(self._vocabulary)), 1.0 / len(self._vocabulary))
            return Belief(self._vocabulary, flat)
        seen = self._seen(known, 1.0)
        now = float(seen.times_s[-1])
        total = observed.total_s or 2.0 * (now + observed.horizon_s)
        told = self._model.probabilities([seen], [now], [total], [observed.horizon_s])[0]
        middle = (np.arange(CELLS) + 0.5) / CELLS
        cells = (np.arange(len(told)) + 0.5) / len(told)
        finer = np.stack([np.interp(middle, cells, told[:, k]) for k in range(told.shape[1])], axis=1)
        return Belief(self._vocabulary, finer / finer.sum(axis=1, keepdims=True))

    def _seen(self, segments: Sequence[Segment], weight: float) -> Seen:
        from models.segments.examples import Seen

        start = segments[0].start_s
        times = np.array([0.0, *(s.end_s - start for s in segments)])
        return Seen(np.array([self._vocabulary.index(s.activity) for s in segments], dtype=np.int64), times, weight)
