"""Observed labels as a recogniser might give them: a stated share of segments wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.anticipation.engines import Observed
from recordings.sequences import Segment, SegmentSequence

METHOD = (
    "each observed segment's activity is, with the stated probability, replaced by another one of the vocabulary, uniformly; "
    "times stay; drawn anew from (seed, video, observed share)"
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One way of being wrong. rate: the stated share of segments; measured: the share found wrong on training people."""

    rate: float
    vocabulary: tuple[str, ...]
    seed: int
    measured: float = 0.0

    def corrupt(self, question: Observed, name: str, share: float) -> Observed:
        wrong = with_wrong_labels(question.segments, self.rate, self.vocabulary, seed=self.seed, name=name, share=share)
        return Observed(wrong, question.horizon_s, question.total_s)

    def measure(self, sequences: Sequence[SegmentSequence]) -> Wrong:
        """As anybody would measure a recogniser: its labels of the training people beside the true ones."""
        wrong = total = 0
        for sequence in sequences:
            told = with_wrong_labels(
                sequence.segments,
                self.rate,
                self.vocabulary,
                seed=self.seed,
                name=f"training/{sequence.name}",
                share=1.0,
            )
            wrong += sum(a.activity != b.activity for a, b in zip(sequence.segments, told, strict=True))
            total += len(told)
        return replace(self, measured=round(wrong / max(total, 1), 4))


def with_wrong_labels(
    segments: Sequence[Segment], rate: float, vocabulary: Sequence[str], *, seed: int, name: str, share: float
) -> tuple[Segment, ...]:
    """The same segments, some with another activity. The same arguments give the same errors on every machine."""
    key = hashlib.sha256(f"{seed}/{name}/{share:g}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(key[:8], "big"))
    wrong = rng.random(len(segments)) < rate
    picks = rng.integers(0, len(vocabulary) - 1, len(segments))
    found = []
    for segment, is_wrong, pick in zip(segments, wrong, picks, strict=True):
        others = [v for v in vocabulary if v != segment.activity]
        found.append(Segment(others[pick], segment.start_s, segment.end_s) if is_wrong else segment)
    return tuple(found)
