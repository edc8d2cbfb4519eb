"""Windows of a tuned checkpoint's length, rate and channels, cut from a stream around given spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.motion.taxonomy import position_of
from models.sensorllm.configuration_sensorllm import SensorLLMConfig
from recordings import GRAVITY, Span, Stream, resample

# As the motion classifier has it: more of a window missing says nothing, a smaller hole is bridged linearly.
LARGEST_GAP_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class StreamWindows:
    """values: (n, C, L) float32, finite where usable (n,) is True."""

    values: npt.NDArray[np.float32]
    usable: npt.NDArray[np.bool_]


def windows_of(
    config: SensorLLMConfig, stream: Stream, spans: Sequence[Span], position: str | None = None
) -> StreamWindows:
    """One window around the middle of each span; none of a stream that lacks a channel or was worn elsewhere."""
    length = int(config.window_samples)
    values = np.zeros((len(spans), len(config.channels), length), dtype=np.float32)
    usable = np.zeros(len(spans), dtype=np.bool_)
    worn = position_of(position if position is not None else stream.position)
    if worn != config.position or not stream.has(*config.channels) or not len(spans):
        return StreamWindows(values, usable)
    if stream.gravity == "removed" and not stream.has(*GRAVITY):
        return StreamWindows(values, usable)
    even = resample(stream, config.rate_hz) if stream.rate_hz != config.rate_hz else stream
    samples = even.select(*config.channels).copy()
    if stream.gravity == "removed":
        for row, name in enumerate(config.channels):
            if name.startswith("acc_"):
                samples[row] += even.select(f"gravity_{name[-1]}")[0]
    for number, span in enumerate(spans):
        middle = (span.start_s + span.end_s) / 2 - even.start_s
        first = round(middle * config.rate_hz - length / 2)
        # A window at the edge is moved inside where the stream is long enough.
        first = min(max(first, 0), max(0, samples.shape[1] - length))
        window = samples[:, first : first + length]
        missing = np.isnan(window)
        if window.shape[1] < length or missing.any(axis=0).mean() > LARGEST_GAP_SHARE:
            continue
        values[number] = _bridged(window, missing)
        usable[number] = True
    return StreamWindows(values, usable)


def _bridged(window: npt.NDArray[np.float32], missing: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    out = window.copy()
    at = np.arange(window.shape[1])
    for row, holes in zip(out, missing, strict=True):
        if holes.any():
            row[holes] = np.interp(at[holes], at[~holes], row[~holes])
    return out
