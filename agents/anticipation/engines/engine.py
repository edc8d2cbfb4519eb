"""What every engine is asked and answers: probabilities of activities over the time ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recordings.sequences import Segment, SegmentSequence

Floats = npt.NDArray[np.float64]

# The time ahead in equal cells: 0.25 % of a video's length each at the field's horizon of a half.
CELLS = 200


@dataclass(frozen=True, slots=True)
class Observed:
    """What had happened until now, and how far ahead is asked.

    total_s: the whole sequence's length where it is known (the field's observed share tells it), else None.
    """

    segments: tuple[Segment, ...]
    horizon_s: float
    total_s: float | None = None

    @property
    def start_s(self) -> float:
        return self.segments[0].start_s

    @property
    def now_s(self) -> float:
        return self.segments[-1].end_s

    @property
    def activities(self) -> tuple[str, ...]:
        return tuple(segment.activity for segment in self.segments)

    @property
    def rest_s(self) -> float | None:
        """What is left of the whole, None where its length is not known."""
        return None if self.total_s is None else max(self.total_s - (self.now_s - self.start_s), 1e-6)

    def cell_times_s(self) -> Floats:
        """(CELLS,) the middle of every cell, in seconds from now."""
        return np.asarray((np.arange(CELLS) + 0.5) * (self.horizon_s / CELLS), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """probabilities: (CELLS, activities), each row sums to 1; cell i covers [i, i + 1) · horizon / CELLS from now."""

    activities: tuple[str, ...]
    probabilities: Floats = field(repr=False)


class Engine(Protocol):
    """Learns from whole sequences; believes something about what follows a part of one."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> int:
        """How many numbers were learnt; counts and durations are numbers too."""
        ...

    def fit(self, sequences: Sequence[SegmentSequence]) -> None: ...

    def believe(self, observed: Observed) -> Belief: ...


def vocabulary_of(sequences: Sequence[SegmentSequence]) -> tuple[str, ...]:
    return tuple(sorted({segment.activity for sequence in sequences for segment in sequence.segments}))


def trial_weights(sequences: Sequence[SegmentSequence]) -> list[float]:
    """1 / views of the same trial: what several cameras filmed happened once."""
    views: dict[str, int] = {}
    for sequence in sequences:
        views[sequence.trial or sequence.name] = views.get(sequence.trial or sequence.name, 0) + 1
    return [1.0 / views[sequence.trial or sequence.name] for sequence in sequences]


def certain(activities: tuple[str, ...], observed: Observed, planned: Sequence[tuple[str, float]]) -> Belief:
    """The belief of an engine that says one thing: `planned` activities with their seconds, the last one going on."""
    ends = np.cumsum([seconds for _, seconds in planned])
    which = np.minimum(np.searchsorted(ends, observed.cell_times_s(), side="right"), len(planned) - 1)
    numbers = np.array([activities.index(name) for name, _ in planned])[which]
    probabilities = np.zeros((CELLS, len(activities)))
    probabilities[np.arange(CELLS), numbers] = 1.0
    return Belief(activities, probabilities)
