"""What one modality said over time, and the grid on which several modalities are laid side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recordings import Span, Window

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Track:
    """One modality's windows and their label log-probabilities.

    windows: n of them, in time order. log_probabilities: (n, labels), each row normalised. usable: (n,), False where a
    window was mostly gap and therefore says nothing. weight: how much one window of this modality counts beside
    another's (sounds come and go inside one activity, so a sound window says less about a change than a motion window).
    """

    name: str
    labels: tuple[str, ...]
    windows: tuple[Window, ...]
    log_probabilities: Floats
    usable: Flags
    weight: float = 1.0

    @classmethod
    def of(
        cls,
        name: str,
        labels: Sequence[str],
        windows: Sequence[Window],
        probabilities: npt.NDArray[np.floating],
        usable: Flags,
        *,
        weight: float = 1.0,
        floor: float = 1e-3,
    ) -> Track:
        """A track from probabilities (n, labels), or independent scores, which are normalised by row.

        floor: the probability that even an impossible label keeps, so that one bad window cannot veto a whole episode.
        """
        rows = np.asarray(probabilities, dtype=np.float64) + floor
        rows = np.log(rows / rows.sum(axis=1, keepdims=True))
        return cls(name, tuple(labels), tuple(windows), rows, np.asarray(usable, dtype=bool), weight)

    @property
    def centres_s(self) -> Floats:
        return np.array([(w.start_s + w.end_s) / 2 for w in self.windows], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells that tile a span. edges_s: (cells + 1,) increasing. centres_s: (cells,), where a window of that cell is centred.

    The first and last cells reach to the ends of the span, because the first window's centre lies half a window inside.
    """

    edges_s: Floats
    centres_s: Floats

    @property
    def n(self) -> int:
        return len(self.centres_s)

    def rows_of(self, track: Track) -> npt.NDArray[np.int64]:
        """For each cell the index of the track's window centred nearest to it; -1 where none is usable within one cell."""
        if not track.windows or self.n == 0:
            return np.full(self.n, -1, dtype=np.int64)
        centres = track.centres_s
        after = np.clip(np.searchsorted(centres, self.centres_s), 1, max(1, len(centres) - 1))
        left, right = np.maximum(after - 1, 0), np.minimum(after, len(centres) - 1)
        nearer_left = np.abs(self.centres_s - centres[left]) <= np.abs(centres[right] - self.centres_s) + 1e-9
        row = np.where(nearer_left, left, right)
        step = float(np.median(np.diff(self.centres_s))) if self.n > 1 else float("inf")
        near = np.abs(centres[row] - self.centres_s) <= step + 1e-6
        return np.where(near & track.usable[row], row, -1).astype(np.int64)


def grid_over(span: Span, window_s: float, stride_s: float) -> Grid:
    """Cells over `span` whose centres are those of sliding windows of `window_s` every `stride_s`."""
    if span.duration_s <= 0:
        return Grid(np.zeros(0), np.zeros(0))
    count = max(1, int(np.floor((span.duration_s - window_s) / stride_s + 1e-9)) + 1)
    first = span.start_s + min(window_s, span.duration_s) / 2
    centres = first + stride_s * np.arange(count, dtype=np.float64)
    inner = centres[:-1] + stride_s / 2
    return Grid(np.array([span.start_s, *inner, span.end_s], dtype=np.float64), np.asarray(centres, dtype=np.float64))
