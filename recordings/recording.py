"""What was recorded: one `Recording` of `Stream`s, and the history of every step that touched the samples."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

Modality = Literal["motion", "audio", "other"]
Samples = npt.NDArray[np.float32]

ACCELERATION = ("acc_x", "acc_y", "acc_z")
ROTATION = ("gyro_x", "gyro_y", "gyro_z")
GRAVITY = ("gravity_x", "gravity_y", "gravity_z")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time `[start_s, end_s)`, in seconds from the recording's start."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def overlap_s(self, other: Span) -> float:
        """Seconds that both spans share; 0.0 when they are apart."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done to, or inferred about, the samples.

    `warning` marks an inference that could be wrong (two readings of a file are possible): it is printed.
    """

    step: str
    reason: str
    before: str = ""
    after: str = ""
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """A label that came with the file. Only evaluation reads it; no tool and no prompt ever sees one."""

    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True, slots=True)
class Stream:
    """One device position and modality on a regular time grid.

    samples: (channels, n) float32, SI units. Sample i is at `start_s + i / rate_hz`. Inside a gap every channel is
    NaN: a gap is a gap, never filled in silence. A single channel may be NaN where only its sensor was silent.
    channels: motion uses `acc_x…z` (m/s², gravity included unless `gravity` says otherwise), `gyro_x…z` (rad/s) and
    `gravity_x…z` (m/s²); audio uses `sound` (full scale, −1…1).
    """

    name: str
    modality: Modality
    channels: tuple[str, ...]
    units: tuple[str, ...]
    rate_hz: float
    samples: Samples = field(repr=False)
    start_s: float = 0.0
    device: str = "unknown"
    position: str | None = None
    gravity: Literal["included", "removed", "unknown"] = "unknown"
    gaps: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if (
            self.samples.ndim != 2
            or self.samples.shape[0] != len(self.channels)
            or len(self.units) != len(self.channels)
        ):
            raise ValueError(
                f"stream {self.name}: samples {self.samples.shape}, {len(self.channels)} channels, {len(self.units)} units"
            )

    @property
    def n(self) -> int:
        return int(self.samples.shape[1])

    @property
    def end_s(self) -> float:
        return self.start_s + self.n / self.rate_hz

    @property
    def span(self) -> Span:
        return Span(self.start_s, self.end_s)

    def has(self, *channels: str) -> bool:
        return all(name in self.channels for name in channels)

    def select(self, *channels: str) -> Samples:
        """The named channels, (len(channels), n). KeyError when one is missing."""
        try:
            rows = [self.channels.index(name) for name in channels]
        except ValueError as missing:
            raise KeyError(f"{self.name} has {', '.join(self.channels)}, not {missing}") from None
        return self.samples[rows]

    def unit_of(self, channel: str) -> str:
        return self.units[self.channels.index(channel)]

    def index_at(self, time_s: float) -> int:
        """The first sample at or after `time_s`, clipped to the stream. Half a microsecond of float noise is forgiven."""
        return int(np.clip(np.ceil((time_s - self.start_s) * self.rate_hz - 5e-7 * self.rate_hz), 0, self.n))

    def between(self, start_s: float, end_s: float) -> Samples:
        """Samples with start_s ≤ time < end_s, (channels, m), a view. Empty where the span lies outside."""
        return self.samples[:, self.index_at(start_s) : self.index_at(end_s)]

    def times_s(self) -> npt.NDArray[np.float64]:
        return self.start_s + np.arange(self.n, dtype=np.float64) / self.rate_hz

    def covered_s(self, start_s: float, end_s: float) -> float:
        """Seconds of [start_s, end_s) that hold samples (gaps and the outside left out)."""
        inside = max(0.0, min(end_s, self.end_s) - max(start_s, self.start_s))
        return max(0.0, inside - sum(gap.overlap_s(Span(start_s, end_s)) for gap in self.gaps))


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything one person's devices recorded in one session.

    id: short, stable, safe in file names. source: what the user named. sha256: of the samples' source bytes (or of the
    samples, for a simulated one). start is None when the wall clock is unknown; timezone None when the zone is.
    subject and dataset are known for the shared research sets only; `annotations` are for evaluation.
    """

    id: str
    source: str
    sha256: str
    streams: tuple[Stream, ...]
    history: tuple[Step, ...] = ()
    start: datetime | None = None
    timezone: str | None = None
    simulated: bool = False
    subject: str | None = None
    dataset: str | None = None
    annotations: tuple[Annotation, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        if not self.streams:
            return Span(0.0, 0.0)
        return Span(min(s.start_s for s in self.streams), max(s.end_s for s in self.streams))

    @property
    def duration_s(self) -> float:
        return self.span.duration_s

    def of(self, modality: Modality) -> tuple[Stream, ...]:
        """Streams of one modality, in file order; empty when there is none."""
        return tuple(s for s in self.streams if s.modality == modality)

    def stream(self, name: str) -> Stream:
        for candidate in self.streams:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.id} has streams {', '.join(s.name for s in self.streams)}, not {name}")

    def with_steps(self, *steps: Step) -> Recording:
        return dataclasses.replace(self, history=self.history + steps)

    @property
    def warnings(self) -> tuple[Step, ...]:
        return tuple(step for step in self.history if step.warning)
