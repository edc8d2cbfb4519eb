"""Windows as LIMU-BERT reads them: 20 Hz by averaging 50 ms bins, 120 samples, acceleration in g, rotation in rad/s."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.motion.protocols import protocol_of
from models.motion.taxonomy import DATASET_LABELS
from recordings import Recording, Samples, Span, Stream
from recordings.datasets import dataset

Floats = npt.NDArray[np.float32]
RATE_HZ = 20.0
SAMPLES = 120
WINDOW_S = SAMPLES / RATE_HZ
# The original divides by 9.8, not by standard gravity.
SCALE_MS2 = 9.8


@dataclass(frozen=True, slots=True)
class LabelledWindow:
    """values: (120, 6) float32, acceleration in g before rotation in rad/s, no NaN. label: of the motion taxonomy."""

    values: Floats
    label: str
    subject: str
    dataset: str
    position: str
    recording: str
    start_s: float


def averaged(samples: Samples, rate_hz: float, bins: int) -> Floats:
    """(channels, n) at `rate_hz` → (channels, bins): the mean of the samples in each 50 ms; at 20 Hz the samples themselves.

    A bin without a finite sample takes its neighbours' line; NaN stays where a whole channel has none.
    """
    which = np.floor((np.arange(samples.shape[1]) + 0.5) / rate_hz * RATE_HZ - 1e-9).astype(int)
    out = np.full((samples.shape[0], bins), np.nan, np.float32)
    for row, values in enumerate(samples):
        good = np.isfinite(values) & (which < bins)
        count = np.bincount(which[good], minlength=bins)
        total = np.bincount(which[good], weights=values[good].astype(np.float64), minlength=bins)
        have = count > 0
        if have.any():
            out[row] = np.interp(np.arange(bins), np.flatnonzero(have), total[have] / count[have])
    return out


def window_at(stream: Stream, start_s: float) -> Floats | None:
    """(120, 6) beginning at `start_s`; rotation zero where the stream has none. None where half the window has no samples."""
    span = Span(start_s, start_s + WINDOW_S)
    if stream.covered_s(span.start_s, span.end_s) < WINDOW_S / 2:
        return None
    rows = _rows(stream, "acc", span)
    if not rows.size or np.isfinite(rows).all(axis=0).mean() < 0.5:
        return None
    acc = averaged(rows, stream.rate_hz, SAMPLES) / SCALE_MS2
    gyro = (
        averaged(_rows(stream, "gyro", span), stream.rate_hz, SAMPLES)
        if stream.has("gyro_x", "gyro_y", "gyro_z")
        else np.zeros((3, SAMPLES), np.float32)
    )
    if not np.isfinite(acc).all():
        return None
    return np.ascontiguousarray(np.concatenate([acc, np.nan_to_num(gyro)]).T.astype(np.float32))


def _rows(stream: Stream, kind: str, span: Span) -> Samples:
    first = stream.index_at(span.start_s)
    rows = [stream.channels.index(f"{kind}_{axis}") for axis in "xyz"]
    return stream.samples[rows][:, first : first + round(WINDOW_S * stream.rate_hz)]


def windows_of(recording: Recording, stride_s: float = WINDOW_S) -> Iterator[LabelledWindow]:
    """Every full window inside one labelled stretch of a research recording, in order. Transitions are left out."""
    stream = recording.streams[0]
    protocol = protocol_of(recording)
    for note in recording.annotations:
        label = DATASET_LABELS[protocol.dataset].get(note.label)
        if label not in protocol.classes:
            continue
        start_s, end_s = note.start_s, min(note.end_s, stream.end_s)
        while start_s + WINDOW_S <= end_s + 1e-6:
            values = window_at(stream, start_s)
            if values is not None:
                yield LabelledWindow(
                    values,
                    label,
                    recording.subject or "",
                    protocol.name,
                    protocol.position,
                    recording.id,
                    round(start_s, 3),
                )
            start_s += stride_s


def read_windows(
    data_dir: Path, names: tuple[str, ...] = ("usc_had", "hapt", "motionsense", "wisdm"), stride_s: float = WINDOW_S
) -> Iterator[LabelledWindow]:
    """All windows of the named sets, held-out subjects included: choose by `subject` before anything is learnt."""
    for name in names:
        chosen = dataset(name)
        for key in chosen.keys(data_dir):
            yield from windows_of(chosen.open(key, data_dir), stride_s)
