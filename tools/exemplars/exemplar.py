"""A labelled window, and a set of them with their vectors."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from tools.exemplars.vectors import Scaling
from tools.perception import Floats

# The cure of a store or a file of them that is missing or another version's.
REBUILD = "build them again with `telltale exemplars build`"


@dataclass(frozen=True, slots=True)
class Exemplar:
    """`[start_s, end_s)` of a recording, with what the person was doing. summary: its evidence in one line."""

    label: str
    subject: str
    dataset: str
    recording_id: str
    position: str
    start_s: float
    end_s: float
    summary: str = ""

    @property
    def id(self) -> str:
        """The same window of the same recording has the same id, whoever adds it."""
        key = [self.dataset, self.recording_id, self.position, round(self.start_s, 3), round(self.end_s, 3), self.label]
        return "x-" + hashlib.sha256(json.dumps(key, ensure_ascii=False).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, eq=False)
class ExemplarSet:
    """exemplars: n. vectors: (n, scaling.dimension) float32."""

    exemplars: tuple[Exemplar, ...]
    vectors: Floats = field(repr=False)
    scaling: Scaling
