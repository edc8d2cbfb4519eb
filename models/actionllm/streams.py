"""What was seen, as rows: one a segment or one a step, with statistics of the labels or the rows of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.actionllm.configuration_actionllm import ActionLLMConfig
from recordings import UserError
from recordings.sequences import Segment

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

# Beside the shares of K activities: share of the whole that this segment has lasted, where it began, where it is now; logarithms
# of its seconds, of all seconds so far and of the whole's; whether it goes on; whether the whole's length is known.
PROGRESS = 8


class FeatureRows(Protocol):
    """A second stream of a sequence: anything that gives a row for a moment (I3D, sound events, motion embeddings)."""

    @property
    def size(self) -> int: ...

    def at(self, times_s: Sequence[float], starts_s: Sequence[float]) -> Floats:
        """(n, size): the row of each moment, or the mean from each start to its time."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What was seen of one sequence. activities: (n,) the names that are told, some of them perhaps wrong. features: (n, F)."""

    activities: tuple[str, ...]
    features: Floats = field(repr=False)
    truth: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pieces:
    """Times in seconds from the sequence's beginning at which each row begins and is asked, and its segment."""

    starts_s: tuple[float, ...]
    times_s: tuple[float, ...]
    segments: tuple[int, ...]


def pieces_of(segments: Sequence[Segment], config: ActionLLMConfig) -> Pieces:
    """One row a segment, or one every `step_s` seconds (the label in the middle of the step); the latest `most_tokens`."""
    if not segments:
        raise ValueError("nothing was seen")
    if config.sampling == "segments":
        rows = [(s.start_s, s.end_s, i) for i, s in enumerate(segments)]
    else:
        begin, now = segments[0].start_s, segments[-1].end_s
        count = max(1, int((now - begin) / config.step_s))
        ends = np.array([s.end_s for s in segments])
        rows = []
        for step in range(count):
            start, end = begin + step * config.step_s, begin + (step + 1) * config.step_s
            at = min(int(np.searchsorted(ends, (start + end) / 2, side="right")), len(segments) - 1)
            rows.append((start, min(end, now), at))
    rows = rows[-config.most_tokens :]
    return Pieces(tuple(r[0] for r in rows), tuple(r[1] for r in rows), tuple(r[2] for r in rows))


def rows_of(
    segments: Sequence[Segment],
    total_s: float | None,
    config: ActionLLMConfig,
    *,
    told: Sequence[str] | None = None,
    files: FeatureRows | None = None,
) -> Rows:
    """The text stream's names and the feature stream's rows. told: the activities as they are told, where not the true ones.

    Label statistics come from what is told, never from the truth. UserError where a feature file is wanted and there is none.
    """
    pieces = pieces_of(segments, config)
    names = [s.activity for s in segments] if told is None else list(told)
    if config.stream == "files":
        if files is None or files.size != config.feature_size:
            raise UserError(
                "features", expected=f"a file with rows of {config.feature_size} numbers",
                found="none" if files is None else f"{files.size} numbers", cure="name the files this model was trained on",
            )  # fmt: skip
        features = files.at(pieces.times_s, pieces.starts_s)
    else:
        features = label_statistics(segments, names, total_s, pieces, {a: i for i, a in enumerate(config.activities)})
    return Rows(
        tuple(names[i] for i in pieces.segments), features, tuple(segments[i].activity for i in pieces.segments)
    )


def label_statistics(
    segments: Sequence[Segment], names: Sequence[str], total_s: float | None, pieces: Pieces, number: Mapping[str, int]
) -> Floats:
    """(n, K + PROGRESS): the share of the time so far spent on each activity, and how far everything has come.

    The stand-in for features of the picture where there is none: it holds nothing that the labels and their times do not.
    """
    begin, now = segments[0].start_s, segments[-1].end_s
    whole = total_s if total_s is not None else 0.0
    found = np.zeros((len(pieces.times_s), len(number) + PROGRESS), dtype=np.float32)
    scale = whole if whole > 0 else max(now - begin, 1e-6)
    for row, (time_s, at) in enumerate(zip(pieces.times_s, pieces.segments, strict=True)):
        gone = max(time_s - begin, 1e-6)
        for segment, name in zip(segments[: at + 1], names[: at + 1], strict=True):
            if name in number:
                found[row, number[name]] += max(min(segment.end_s, time_s) - segment.start_s, 0.0) / gone
        here = segments[at]
        lasted = max(time_s - here.start_s, 0.0)
        found[row, len(number) :] = (
            lasted / scale,
            (here.start_s - begin) / scale,
            gone / scale,
            np.log1p(lasted) / 4,
            np.log1p(gone) / 6,
            np.log1p(whole) / 6,
            float(at == len(segments) - 1),
            float(total_s is not None),
        )
    return found


@dataclass(frozen=True, slots=True, eq=False)
class FileRows:
    """Rows of one sequence at a fixed rate, from its beginning. values: (steps, size)."""

    values: Floats = field(repr=False)
    rate_hz: float

    @property
    def size(self) -> int:
        return int(self.values.shape[1])

    def at(self, times_s: Sequence[float], starts_s: Sequence[float]) -> Floats:
        found = np.empty((len(times_s), self.size), dtype=np.float32)
        for i, (start, end) in enumerate(zip(starts_s, times_s, strict=True)):
            first = min(int(start * self.rate_hz + 0.5), len(self.values) - 1)
            last = max(first + 1, min(int(end * self.rate_hz + 0.5), len(self.values)))
            found[i] = self.values[first:last].mean(axis=0)
        return found


@dataclass(frozen=True, slots=True)
class EventRows:
    """Sounds heard beside the activities as rows: how much of each moment every kind of sound filled.

    events: (kind, start_s, end_s); kinds: their order.
    """

    kinds: tuple[str, ...]
    events: tuple[tuple[str, float, float], ...]

    @property
    def size(self) -> int:
        return len(self.kinds)

    def at(self, times_s: Sequence[float], starts_s: Sequence[float]) -> Floats:
        found = np.zeros((len(times_s), self.size), dtype=np.float32)
        number = {kind: i for i, kind in enumerate(self.kinds)}
        for i, (start, end) in enumerate(zip(starts_s, times_s, strict=True)):
            for kind, begin, finish in self.events:
                if kind in number and end > start:
                    inside = max(min(finish, end) - max(begin, start), 0.0)
                    found[i, number[kind]] += inside / (end - start)
        return found
