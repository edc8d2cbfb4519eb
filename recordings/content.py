"""What a reader found in one file, before it becomes a `Recording`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from recordings.recording import Annotation, Modality, Step, Stream


@dataclass(frozen=True, slots=True)
class Track:
    """Samples of one device with their own times, in SI units, before they are put on a grid.

    times_s: (n,) strictly increasing; seconds of `Content.zero`'s clock. samples: (channels, n) float64, NaN where a
    sensor was silent. device, position: None when the file does not say.
    """

    modality: Modality
    channels: tuple[str, ...]
    units: tuple[str, ...]
    times_s: npt.NDArray[np.float64] = field(repr=False)
    samples: npt.NDArray[np.float64] = field(repr=False)
    device: str | None = None
    position: str | None = None
    gravity: Literal["included", "removed", "unknown"] = "unknown"
    rate_hz: float | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What one file holds: tracks that still need a grid (tables), streams that have one (sound), and what was inferred.

    clock: what `times_s` count from: `wall` (seconds since `start`, which is known), `device` (a running clock of unknown
    zero, shared by files of one device) or `none` (counted from the file's first sample).
    Annotations are in the same seconds as the tracks.
    """

    tracks: tuple[Track, ...] = ()
    streams: tuple[Stream, ...] = ()
    history: tuple[Step, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    clock: Literal["wall", "device", "none"] = "none"
    start: datetime | None = None
    timezone: str | None = None
