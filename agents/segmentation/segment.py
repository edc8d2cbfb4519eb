"""Tracks into segments that tile a recording: gaps first, then stretches heard by the same modalities, then decoding."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from agents.segmentation.decode import decode
from agents.segmentation.track import Flags, Floats, Grid, Track, grid_over
from recordings import Recording, Span

Rows = npt.NDArray[np.int64]

# Postural transitions last two to four seconds (HAPT: median 3.5 s): they may be shorter than an activity.
TRANSITIONS = frozenset({"stand_to_sit", "sit_to_stand", "sit_to_lie", "lie_to_sit", "stand_to_lie", "lie_to_stand"})


@dataclass(frozen=True, slots=True)
class SegmentationSettings:
    """window_s, stride_s: those of the tracks. minimum_s: the shortest activity. transition_s: the shortest postural transition.

    switch_cost: nats for each change of label. gap_s: a hole in every stream that is at least this long is its own
    `no_data` segment; a shorter one is bridged (and stays listed with its stream).
    """

    window_s: float
    stride_s: float
    minimum_s: float
    transition_s: float
    switch_cost: float
    gap_s: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one kind. `heard`: the tracks that said something there, each with the label decoded for it.

    kind `covered`: decoded. `unusable`: samples, but no window that a model could use. `no_data`: no stream recorded.
    """

    span: Span
    kind: Literal["covered", "unusable", "no_data"]
    heard: tuple[tuple[str, str], ...] = ()


def segment(recording: Recording, tracks: Sequence[Track], settings: SegmentationSettings) -> list[Segment]:
    """Segments in time order that tile `recording.span` exactly; empty for a recording without samples.

    Every covered segment lasts at least `minimum_s` (`transition_s` for postural transitions) unless the stretch
    between two gaps, or between two changes of the usable modalities, is itself shorter.
    """
    whole = recording.span
    if whole.duration_s <= 0:
        return []
    out: list[Segment] = []
    at = whole.start_s
    for hole in uncovered(recording, settings.gap_s):
        if hole.start_s > at:
            out += _stretch(Span(at, hole.start_s), tracks, settings)
        out.append(Segment(hole, "no_data"))
        at = hole.end_s
    if at < whole.end_s:
        out += _stretch(Span(at, whole.end_s), tracks, settings)
    return _joined(out)


def uncovered(recording: Recording, gap_s: float) -> list[Span]:
    """Spans of at least `gap_s` seconds in which no stream holds samples, in time order."""
    covered: list[Span] = []
    for stream in recording.streams:
        at = stream.start_s
        for gap in sorted(stream.gaps, key=lambda g: g.start_s):
            if gap.start_s > at:
                covered.append(Span(at, gap.start_s))
            at = max(at, gap.end_s)
        if at < stream.end_s:
            covered.append(Span(at, stream.end_s))
    holes: list[Span] = []
    reached = recording.span.start_s
    for piece in sorted(covered, key=lambda s: s.start_s):
        if piece.start_s - reached >= gap_s:
            holes.append(Span(reached, piece.start_s))
        reached = max(reached, piece.end_s)
    if recording.span.end_s - reached >= gap_s:
        holes.append(Span(reached, recording.span.end_s))
    return holes


def _stretch(span: Span, tracks: Sequence[Track], settings: SegmentationSettings) -> list[Segment]:
    """One stretch without a common gap: split where the set of usable modalities changes for good, then decoded."""
    grid = grid_over(span, settings.window_s, settings.stride_s)
    rows = [grid.rows_of(track) for track in tracks]
    usable = np.stack([row >= 0 for row in rows]) if rows else np.zeros((0, grid.n), dtype=bool)
    out: list[Segment] = []
    for start, end in _stable(usable, _cells(settings.minimum_s, settings.stride_s)):
        piece = Span(float(grid.edges_s[start]), float(grid.edges_s[end]))
        here = [(track, row[start:end]) for track, row in zip(tracks, rows, strict=True) if (row[start:end] >= 0).any()]
        if not here:
            out.append(Segment(piece, "unusable"))
        else:
            out += _decoded(grid, start, here, settings)
    return out


def _decoded(
    grid: Grid, first: int, here: Sequence[tuple[Track, Rows]], settings: SegmentationSettings
) -> list[Segment]:
    """Cells from `first` on, decoded jointly: a state is one label of each track, its score the sum of theirs."""
    kept = [_spoken(track, row) for track, row in here]
    states = list(itertools.product(*(range(len(labels)) for labels, _ in kept)))
    scores = np.zeros((len(here[0][1]), len(states)))
    for axis, (_, part) in enumerate(kept):
        scores += part[:, [state[axis] for state in states]]
    short, long = _cells(settings.transition_s, settings.stride_s), _cells(settings.minimum_s, settings.stride_s)
    named = [
        tuple((track.name, kept[axis][0][state[axis]]) for axis, (track, _) in enumerate(here)) for state in states
    ]
    minimum = [short if any(label in TRANSITIONS for _, label in names) else long for names in named]
    return [
        Segment(
            Span(float(grid.edges_s[first + run.start]), float(grid.edges_s[first + run.end])),
            "covered",
            named[run.state],
        )
        for run in decode(scores, minimum, settings.switch_cost)
    ]


def _spoken(track: Track, row: Rows) -> tuple[tuple[str, ...], Floats]:
    """The labels that are some cell's best guess, and the cells' scores for them (cells, labels).

    A label that is never any window's first choice can never win a run over one that is by enough to matter, and
    leaving it out keeps the product of two modalities small.
    """
    cells = np.where((row >= 0)[:, None], track.log_probabilities[np.maximum(row, 0)], 0.0) * track.weight
    chosen = np.unique(track.log_probabilities[row[row >= 0]].argmax(axis=1))
    return tuple(track.labels[i] for i in chosen), cells[:, chosen]


def _stable(usable: Flags, least: int) -> list[tuple[int, int]]:
    """Runs `[start, end)` of cells with one set of usable tracks; a run shorter than `least` joins the one before it."""
    cells = usable.shape[1]
    if cells == 0:
        return []
    changes = [0, *(np.flatnonzero((usable[:, 1:] != usable[:, :-1]).any(axis=0)) + 1).tolist(), cells]
    runs: list[tuple[int, int, tuple[bool, ...]]] = []
    for start, end in itertools.pairwise(changes):
        pattern = tuple(bool(flag) for flag in usable[:, start])
        if runs and (end - start < least or pattern == runs[-1][2]):
            runs[-1] = (runs[-1][0], end, runs[-1][2])
        elif len(runs) == 1 and runs[0][1] - runs[0][0] < least:
            runs[0] = (0, end, pattern)
        else:
            runs.append((start, end, pattern))
    return [(start, end) for start, end, _ in runs]


def _cells(seconds: float, stride_s: float) -> int:
    return max(1, math.ceil(seconds / stride_s - 1e-9))


def _joined(segments: Sequence[Segment]) -> list[Segment]:
    """Touching segments of the same kind and labels as one."""
    out: list[Segment] = []
    for piece in segments:
        if out and out[-1].kind == piece.kind and out[-1].heard == piece.heard:
            out[-1] = replace(out[-1], span=Span(out[-1].span.start_s, piece.span.end_s))
        else:
            out.append(piece)
    return out
