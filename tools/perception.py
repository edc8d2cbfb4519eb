"""What a perception model says about a stream, window by window, and how windows are pooled over a span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recordings import Recording, Span, Stream, Window, sliding

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

# Below this a log-probability says "never" and one odd window would veto a whole episode.
PROBABILITY_FLOOR = 1e-6


class WindowPrediction(Protocol):
    """What a model returns for n windows: labels (L), probabilities (n, L), embeddings (n, D), usable (n,)."""

    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def probabilities(self) -> Floats: ...
    @property
    def embeddings(self) -> Floats: ...
    @property
    def usable(self) -> Flags: ...


class MotionModel(Protocol):
    """A motion classifier (`models.motion.MotionClassifier` and its likes)."""

    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def licence(self) -> str: ...
    def predict(self, stream: Stream, spans: Sequence[Span], *, position: str | None = None) -> WindowPrediction: ...


class LabelModel(MotionModel, Protocol):
    """One that gives a second opinion. labels: () where it was tuned for none. window_s: None for the bench's own.

    fusion_weight: what its log-probabilities count beside the motion classifier's, as validation subjects taught (0: nothing).
    """

    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def fusion_weight(self) -> float: ...
    @property
    def window_s(self) -> float | None: ...


class SoundModel(Protocol):
    """A sound tagger (`models.audio.SoundTagger`, `YamnetTagger`)."""

    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def licence(self) -> str: ...
    def predict(self, stream: Stream, spans: Sequence[Span]) -> WindowPrediction: ...


@dataclass(frozen=True, slots=True, eq=False)
class Perception:
    """One model over one stream: n sliding windows, L labels, D embedding numbers.

    probabilities: (n, L) float32. embeddings: (n, D) float32. usable: (n,) bool, False where the window is mostly gap.
    `revision` is the model's.
    """

    stream: str
    windows: tuple[Window, ...]
    labels: tuple[str, ...]
    probabilities: Floats = field(repr=False)
    embeddings: Floats = field(repr=False)
    usable: Flags = field(repr=False)
    revision: str

    def centres_s(self) -> npt.NDArray[np.float64]:
        """(n,) the windows' centres, seconds from the recording's start, increasing."""
        return np.array([(w.start_s + w.end_s) / 2 for w in self.windows], dtype=np.float64)

    def rows_in(self, span: Span) -> npt.NDArray[np.intp]:
        """Usable windows whose centre lies in the span.

        A span too short to hold a centre takes the usable window that overlaps it most; a span that no usable window
        touches gives no row.
        """
        if not self.windows:
            return np.empty(0, dtype=np.intp)
        centres = self.centres_s()
        inside = np.flatnonzero((centres >= span.start_s) & (centres < span.end_s) & self.usable)
        if len(inside):
            return inside
        first = np.searchsorted(centres, span.start_s - self.windows[0].span.duration_s)
        last = np.searchsorted(centres, span.end_s + self.windows[0].span.duration_s)
        near = [(self.windows[i].span.overlap_s(span), -i) for i in range(int(first), int(last)) if self.usable[i]]
        overlap, row = max(near, default=(0.0, 0))
        return np.array([-row] if overlap > 0 else [], dtype=np.intp)

    def pooled(self, span: Span) -> npt.NDArray[np.float64] | None:
        """(L,) the mean log-probability of the span's windows, renormalised; None where no usable window is."""
        rows = self.rows_in(span)
        return self.pooled_over(rows) if len(rows) else None

    def pooled_over(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """`pooled` of the named windows, at least one."""
        logs = np.log(np.maximum(self.probabilities[rows].astype(np.float64), PROBABILITY_FLOOR)).mean(axis=0)
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum(), dtype=np.float64)


def perceive_motion(
    model: MotionModel, recording: Recording, stream: Stream, window_s: float, stride_s: float
) -> Perception:
    """Every window in one call: the model cuts and batches them itself, so a day stays bounded."""
    windows = tuple(sliding(recording.id, stream.span, window_s, stride_s))
    prediction = model.predict(stream, [w.span for w in windows], position=stream.position)
    return _perception(stream, windows, prediction, model.revision)


def perceive_sound(
    model: SoundModel, recording: Recording, stream: Stream, window_s: float, stride_s: float
) -> Perception:
    windows = tuple(sliding(recording.id, stream.span, window_s, stride_s))
    return _perception(stream, windows, model.predict(stream, [w.span for w in windows]), model.revision)


def _perception(stream: Stream, windows: tuple[Window, ...], prediction: WindowPrediction, revision: str) -> Perception:
    return Perception(
        stream=stream.name,
        windows=windows,
        labels=tuple(prediction.labels),
        probabilities=prediction.probabilities,
        embeddings=prediction.embeddings,
        usable=prediction.usable,
        revision=revision,
    )
