"""What a search by words asks of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from recordings import Span, Stream
from tools.perception import Flags, Floats


class Vectors(Protocol):
    """vectors: (n, D) unit. usable: (n,)."""

    @property
    def vectors(self) -> Floats: ...
    @property
    def usable(self) -> Flags: ...


class WordModel(Protocol):
    """Windows and words in one space (`models.sensorlm.SensorReader`)."""

    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def matching(self) -> Mapping[str, float]:
        """log_odds: from which a sentence counts as true of a window; behind: how far it may stay behind the likeliest
        activity; familiar: cosine with training's words below which nothing can be told."""
        ...

    def windows(self, stream: Stream, spans: Sequence[Span], *, position: str | None = None) -> Vectors: ...
    def labels(self, labels: Sequence[str]) -> Floats: ...
    def known_labels(self) -> Floats: ...
    def log_odds(self, windows: Floats, texts: Floats) -> Floats: ...
    def familiarity(self, texts: Sequence[str]) -> Floats: ...
    def nearest_phrase(self, text: str) -> str: ...
