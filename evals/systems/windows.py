"""Labelled windows of a set: what every window classifier is trained and tested on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.motion.protocols import WindowProtocol
from recordings import ACCELERATION, ROTATION, Recording, Span, Stream, resample
from recordings.datasets import dataset

if TYPE_CHECKING:
    from evals.systems.perturbations import Perturbation

Windows = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Align = Callable[[Stream], Stream]

# A tuple of these six in this order is what a window holds.
CHANNELS = ACCELERATION + ROTATION
_CARRIED = ("features",)


@dataclass(frozen=True, eq=False)
class WindowSet:
    """n windows of one protocol.

    values: (n, 6, samples) m/s² and rad/s at `rate_hz`, holes bridged. truth: (n,) numbers into `classes`. subjects,
    recordings: (n,) ids; sources: what opens each of them again. starts_s: (n,) in the recording as it was; spans: where the window lies in `streams[recording]`, which a
    perturbation may have stretched. position: what a system is told of the placement, "unknown" where it is told nothing.
    perturbed: the perturbation's key.
    """

    name: str
    classes: tuple[str, ...]
    window_s: float
    rate_hz: float
    values: Windows = field(repr=False)
    truth: Labels = field(repr=False)
    subjects: Names = field(repr=False)
    recordings: Names = field(repr=False)
    starts_s: npt.NDArray[np.float64] = field(repr=False)
    spans: tuple[Span, ...] = field(repr=False)
    streams: Mapping[str, Stream] = field(repr=False)
    sources: Mapping[str, str] = field(repr=False)
    position: str
    perturbed: str = ""

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def ids(self) -> list[str]:
        """`<recording id>@<start in seconds>`: the same window has the same id everywhere."""
        return [window_id(r, s) for r, s in zip(self.recordings.tolist(), self.starts_s.tolist(), strict=True)]

    @cached_property
    def features(self) -> npt.NDArray[np.float32]:
        """(n, F) numbers in SI units, computed once."""
        from evals.systems.features import window_features

        return window_features(self.values, self.rate_hz)

    def digest(self, row: int) -> str:
        return hashlib.sha256(self.values[row].tobytes()).hexdigest()[:16]

    def take(self, rows: Rows | Mask) -> WindowSet:
        """These windows, in this order."""
        picked = np.flatnonzero(rows) if rows.dtype == np.bool_ else np.asarray(rows, dtype=np.intp)
        part = replace(
            self,
            values=self.values[picked],
            truth=self.truth[picked],
            subjects=self.subjects[picked],
            recordings=self.recordings[picked],
            starts_s=self.starts_s[picked],
            spans=tuple(self.spans[i] for i in picked.tolist()),
        )
        # Features are a function of one window alone: what was computed for all need not be computed again for some.
        part.__dict__.update({name: self.__dict__[name][picked] for name in _CARRIED if name in self.__dict__})
        return part

    def of(self, subjects: Iterable[str]) -> WindowSet:
        return self.take(np.isin(self.subjects, sorted(subjects)))


def window_id(recording_id: str, start_s: float) -> str:
    return f"{recording_id}@{start_s:.3f}"


def load_windows(
    protocol: WindowProtocol,
    data_dir: Path,
    *,
    subjects: Iterable[str] | None = None,
    perturbation: Perturbation | None = None,
    rate_hz: float | None = None,
    align: Align | None = None,
    every: int = 1,
) -> WindowSet:
    """Every labelled window of a protocol, of these subjects only when they are given.

    rate_hz: another rate than the set's own. align: turns each stream's axes first. every: each n-th recording. A perturbed
    stream is brought back to the protocol's rate, as any user of a fixed-rate model would.
    """
    chosen = dataset(protocol.dataset)
    rate = rate_hz or chosen.card.rate_hz
    length = round(protocol.window_s * rate)
    wanted = None if subjects is None else set(subjects)
    keys = [k for k in chosen.keys(data_dir) if wanted is None or chosen.subject_of(k, data_dir) in wanted]
    if protocol.dataset == "wisdm":
        keys = [k for k in keys if f"/{'watch' if protocol.position == 'wrist' else 'phone'}/" in k]
    values: list[Windows] = []
    truth: list[int] = []
    people: list[str] = []
    recordings: list[str] = []
    starts_s: list[float] = []
    spans: list[Span] = []
    streams: dict[str, Stream] = {}
    sources: dict[str, str] = {}
    position = protocol.position
    for key in keys[::every]:
        recording = chosen.open(key, data_dir)
        stream, stretch = _stream_of(recording, align), 1.0
        if perturbation is not None:
            changed = perturbation.change(stream, recording.id)
            stream, stretch, position = changed.stream, changed.stretch, changed.position or position
        streams[recording.id], sources[recording.id] = stream, recording.source
        at_rate = resample(stream, rate)
        for window, label in protocol.windows(recording):
            start_s = window.start_s * stretch
            first = at_rate.index_at(start_s)
            values.append(bridged(at_rate.samples[:, first : first + length], length))
            truth.append(protocol.classes.index(label))
            people.append(recording.subject or "")
            recordings.append(recording.id)
            starts_s.append(window.start_s)
            spans.append(Span(start_s, start_s + protocol.window_s))
    return WindowSet(
        protocol.name, protocol.classes, protocol.window_s, rate,
        np.stack(values), np.array(truth, dtype=np.int64), np.array(people), np.array(recordings),
        np.array(starts_s), tuple(spans), streams, sources, position, perturbation.key if perturbation else "",
    )  # fmt: skip


def _stream_of(recording: Recording, align: Align | None) -> Stream:
    stream = recording.streams[0]
    if stream.channels != CHANNELS:
        stream = replace(
            stream,
            channels=CHANNELS,
            units=tuple(stream.unit_of(c) for c in CHANNELS),
            samples=stream.select(*CHANNELS),
        )
    return stream if align is None else align(stream)


def bridged(samples: Windows, length: int) -> Windows:
    """(channels, `length`) without NaN: holes bridged linearly, a missing last sample repeated, a silent channel zero."""
    short = length - samples.shape[1]
    if samples.shape[1] == 0:
        return np.zeros((samples.shape[0], length), dtype=np.float32)
    out = np.pad(samples, ((0, 0), (0, short)), mode="edge") if short > 0 else samples.copy()
    for row in out if np.isnan(out).any() else ():
        good = np.flatnonzero(np.isfinite(row))
        row[:] = np.interp(np.arange(length), good, row[good]) if len(good) else 0.0
    return np.ascontiguousarray(out)


def joined(parts: list[WindowSet], name: str) -> WindowSet:
    """Windows of several sets as one; they must agree in classes, length and rate (ValueError)."""
    first = parts[0]
    if any(
        (p.classes, p.values.shape[1:], p.rate_hz) != (first.classes, first.values.shape[1:], first.rate_hz)
        for p in parts
    ):
        raise ValueError("windows of other classes, lengths or rates cannot be joined")
    return WindowSet(
        name, first.classes, first.window_s, first.rate_hz,
        np.concatenate([p.values for p in parts]), np.concatenate([p.truth for p in parts]),
        np.concatenate([p.subjects for p in parts]), np.concatenate([p.recordings for p in parts]),
        np.concatenate([p.starts_s for p in parts]), tuple(s for p in parts for s in p.spans),
        {key: stream for p in parts for key, stream in p.streams.items()},
        {key: source for p in parts for key, source in p.sources.items()}, "unknown",
    )  # fmt: skip


def balanced_rows(truth: Labels, per_class: int, seed: int, within: Mask | None = None) -> Rows:
    """At most `per_class` rows of each class, drawn without replacement, in row order."""
    rng = np.random.default_rng(seed)
    allowed = np.ones(len(truth), dtype=np.bool_) if within is None else within
    rows = [rng.permutation(np.flatnonzero((truth == c) & allowed))[:per_class] for c in np.unique(truth)]
    return np.sort(np.concatenate(rows)).astype(np.intp)


def thinned_rows(windows: WindowSet, most: int, seed: int) -> Rows:
    """At most `most` rows, the same share of every subject and class, in row order."""
    if len(windows) <= most:
        return np.arange(len(windows), dtype=np.intp)
    rng = np.random.default_rng(seed)
    share = most / len(windows)
    rows = []
    for who in np.unique(windows.subjects):
        for c in np.unique(windows.truth):
            here = np.flatnonzero((windows.subjects == who) & (windows.truth == c))
            if len(here):
                rows.append(rng.permutation(here)[: max(1, round(share * len(here)))])
    return np.sort(np.concatenate(rows)).astype(np.intp)
