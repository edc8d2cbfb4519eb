"""Stage 2: every channel of a window, its statistics, a question, and the activity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.motion.protocols import PROTOCOLS, WindowProtocol, protocol_of
from models.motion.taxonomy import label_of
from models.sensorllm.data.questions import activity_question
from models.sensorllm.data.runs import generator_for, labelled_runs
from models.sensorllm.data.segments import regular_windows
from models.sensorllm.data.statistics import Spread, statistics_text
from models.sensorllm.data.variants import Part, window_text
from recordings import ACCELERATION, ROTATION, Recording

CHANNELS: tuple[str, ...] = ACCELERATION + ROTATION
# The window protocol of each set that SensorLLM's second stage is run on.
WINDOW_PROTOCOLS: dict[str, WindowProtocol] = {
    "usc_had": PROTOCOLS["usc_had"],
    "hapt": PROTOCOLS["hapt"],
    "motionsense": PROTOCOLS["motionsense"],
    "wisdm": PROTOCOLS["wisdm_watch"],
}


@dataclass(frozen=True, slots=True)
class WindowSample:
    """series: (C, L) float32, SI units, no NaN. text: the parts that were asked for, the statistics alone by default; statistics:
    those in any case. label: one of the protocol's classes.
    """

    series: npt.NDArray[np.float32] = field(repr=False)
    channels: tuple[str, ...]
    rate_hz: float
    statistics: str
    text: str
    question: str
    label: str
    dataset: str
    subject: str
    recording_id: str
    start: int

    @property
    def id(self) -> str:
        return f"{self.recording_id}/{self.start}-{self.start + self.series.shape[1]}"


def window_samples(
    recordings: Iterable[Recording],
    seed: int = 0,
    *,
    tail: bool = True,
    spread: Spread = "deviation",
    parts: Sequence[Part] = ("statistics",),
    by: WindowProtocol | None = None,
) -> Iterator[WindowSample]:
    """Regular windows of every labelled run, by the set's protocol or another; `tail` adds the one that covers a run's end.

    A run shorter than a window and a label that is no class of the protocol give none. KeyError for a recording that is of
    no research set.
    """
    for recording in recordings:
        protocol = by or protocol_of(recording)
        stream = recording.streams[0]
        length, stride = (round(seconds * stream.rate_hz) for seconds in (protocol.window_s, protocol.stride_s))
        samples = stream.select(*CHANNELS)
        for run in labelled_runs(recording):
            label = label_of(recording.dataset or "", run.label)
            if label is None or label not in protocol.classes:
                continue
            for a, b in regular_windows(run.end - run.start, length, stride, tail):
                series = np.ascontiguousarray(samples[:, run.start + a : run.start + b], dtype=np.float32)
                rng = generator_for(seed, recording.id, "window", run.start + a)
                statistics = statistics_text(series, CHANNELS, spread)
                text = statistics
                if tuple(parts) != ("statistics",):
                    place = stream.position or ""
                    text = window_text(series, CHANNELS, stream.rate_hz, parts, position=place, spread=spread)
                yield WindowSample(
                    series=series,
                    channels=CHANNELS,
                    rate_hz=stream.rate_hz,
                    statistics=statistics,
                    text=text,
                    question=activity_question(len(CHANNELS), rng),
                    label=label,
                    dataset=recording.dataset or "",
                    subject=recording.subject or "",
                    recording_id=recording.id,
                    start=run.start + a,
                )
