"""Observed labels as a recogniser might give them: a stated share of segments wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from recordings.sequences import Segment

METHOD = (
    "each observed segment's activity is, with the stated probability, replaced by another one of the vocabulary, uniformly; "
    "times stay; drawn anew from (seed, video, observed share)"
)


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
