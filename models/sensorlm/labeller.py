"""`WordLabels`: a SensorLM as one more reader of motion, choosing among activities by the nearness of their words."""

from __future__ import annotations

from collections.abc import Sequence

from models.sensorlm.reader import LabelAnswer, SensorReader
from recordings import Span, Stream


class WordLabels:
    """labels: of any words; those that training had words for unless others are given."""

    # The tower reads any length up to 5.12 s: the windows of whoever asks will do.
    window_s = None

    def __init__(self, reader: SensorReader, labels: Sequence[str] | None = None) -> None:
        self.reader = reader
        self.name, self.revision, self.licence = reader.name, reader.revision, reader.licence
        self.labels = tuple(reader.model.config.known_labels if labels is None else labels)
        self.fusion_weight = float(reader.model.config.fusion_weight)

    def predict(self, stream: Stream, spans: Sequence[Span], *, position: str | None = None) -> LabelAnswer:
        """Shares of the labels a span; unusable where the span is mostly gap or shorter than a second."""
        return self.reader.predict(stream, spans, self.labels, position=position)
