"""`caption_window`: SensorLM's hierarchical captions of a stretch of motion, every sentence found in the samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol, runtime_checkable

import numpy as np

from models.motion.processing_motion import LONGEST_S
from models.motion.taxonomy import position_of
from models.sensorlm.captions import (
    LEVELS,
    WINDOW,
    Caption,
    read_activity,
    supported,
    window_caption,
    window_data,
    window_semantic,
)
from models.sensorlm.captions.sentence import Series
from models.sensorlm.writing import written_caption
from recordings import ACCELERATION, ROTATION, Span, Stream, UserError
from tools.bench import Bench
from tools.channels import require_span
from tools.errors import NoData
from tools.evidence import Evidence, evidence
from tools.method import method
from tools.motion import classify_motion

TOOL = "caption_window"
EXACT = "SensorLM caption rules, samples counted from the span's start"
LEARNED = "SensorLM's decoder, every sentence found in the samples counted from the span's start"
REPLACED = "SensorLM caption rules (not all of the decoder's held), samples counted from the span's start"
NAMED = "the motion classifier's activity in words"
# A caption has no room for alternatives: it names what is likelier than everything else together, or nothing.
LEAST_SURE = 0.5
AGREED = "SensorLM's decoder, which names the motion classifier's activity"


class Written(Protocol):
    """text: as a decoder wrote it."""

    @property
    def text(self) -> str: ...


@runtime_checkable
class CaptionWriter(Protocol):
    """A SensorLM whose decoder may write (`models.sensorlm.SensorReader`)."""

    @property
    def revision(self) -> str: ...
    @property
    def writes(self) -> bool: ...
    def write(
        self, stream: Stream, spans: Sequence[Span], level: str, *, position: str | None = None
    ) -> Sequence[Written | None]: ...


@dataclass(frozen=True, slots=True)
class _Told:
    text: str
    how: str
    model: str | None = None
    probability: float | None = None


def caption_window(bench: Bench, recording_id: str, span: Span, levels: Sequence[str] = LEVELS) -> list[Evidence]:
    """Per motion stream with three axes of acceleration `statistical_caption`, `structural_caption` and `semantic_caption`.

    By the bench's word model where it has a decoder, the span is at most 5.12 s, and the stream's samples show every number of
    what it wrote; else by SensorLM's own rules, and the method says how many of the decoder's sentences held. The semantic level names what the motion classifier finds, with its
    probability. A stretch of fewer than 36 samples has no structural level, and one for which no activity is likelier than not no semantic one.
    NoData where there is nothing to tell; UserError on an unknown level.
    """
    if unknown := [level for level in levels if level not in LEVELS]:
        raise UserError(
            "levels", expected=f"some of {', '.join(LEVELS)}", found=", ".join(unknown), cure="name those"
        )  # fmt: skip
    recording = bench.recording(recording_id)
    span = require_span(recording, span)
    found: list[Evidence] = []
    for stream in recording.of("motion"):
        data = _data(stream, span)
        if data is None:
            continue
        for level in levels:
            told = _semantic(bench, recording_id, stream, span) if level == "semantic" else _measured(bench, stream, span, level, data)  # fmt: skip
            if told is not None:
                found.append(
                    evidence(
                        tool=TOOL,
                        recording_id=recording_id,
                        stream=stream.name,
                        start_s=span.start_s,
                        end_s=span.end_s,
                        quantity=f"{level}_caption",
                        value=told.text,
                        method=told.how,
                        model=told.model,
                        probability=told.probability,
                    )
                )
    if not found:
        raise NoData(recording_id, f"no motion that could be described from {span.start_s} s to {span.end_s} s")
    return found


def _data(stream: Stream, span: Span) -> dict[str, Series] | None:
    """The caption's columns out of the stream as it is; None without acceleration in the span."""
    if not stream.has(*ACCELERATION):
        return None
    a, b = stream.index_at(span.start_s), stream.index_at(span.end_s)
    turns = stream.has(*ROTATION)
    six = np.zeros((6, max(0, b - a)))
    six[:3] = stream.select(*ACCELERATION)[:, a:b]
    if turns:
        six[3:] = stream.select(*ROTATION)[:, a:b]
    if b - a < 2 or not np.isfinite(six[:3]).all(axis=0).any():
        return None
    return window_data(six, has_gyro=turns)


def _measured(bench: Bench, stream: Stream, span: Span, level: str, data: dict[str, Series]) -> _Told | None:
    text, writer, how = _written(bench, stream, span, level), bench.words, EXACT
    if text is not None and writer is not None:
        said = written_caption(text, level, data)
        if said.kept and said.kept == said.sentences:
            return _Told(said.borne_out, LEARNED, writer.revision)
        how = method(REPLACED, written=said.sentences, held=said.kept)
    six = np.stack([data.get(name, np.full_like(data["acc_x"], np.nan)) for name in (*ACCELERATION, *ROTATION)])
    caption = _exact(six, level, data)
    return _Told(caption.text, how) if caption.lines else None


def _exact(six: Series, level: str, data: dict[str, Series]) -> Caption:
    """By the rules, and, like everything that is printed, only what a second computation finds too."""
    made = window_caption(six, (level,), Random(0), has_gyro="gyro_x" in data)
    return supported(made, data, decimals=WINDOW.decimals)


def _semantic(bench: Bench, recording_id: str, stream: Stream, span: Span) -> _Told | None:
    seen = next((e for e in classify_motion(bench, recording_id, [span]) if e.stream == stream.name), None)
    if seen is None or seen.probability is None or seen.probability < LEAST_SURE:
        return None
    text, label = _written(bench, stream, span, "semantic"), str(seen.value)
    said = None if text is None else read_activity(text)
    if text is not None and said is not None and said.label == label and bench.words is not None:
        return _Told(text[:1].upper() + text[1:], AGREED, f"{bench.words.revision}, {seen.model}", seen.probability)
    line, _ = window_semantic(label, position_of(stream.position), Random(0))
    return _Told(line.text, NAMED, seen.model, seen.probability)


def _written(bench: Bench, stream: Stream, span: Span, level: str) -> str | None:
    """What the decoder says; None where there is none, or the span is longer than it has learnt."""
    writer = bench.words
    if not isinstance(writer, CaptionWriter) or not writer.writes or span.duration_s > LONGEST_S + 1e-6:
        return None
    try:
        said = writer.write(stream, [span], level)[0]
    except UserError:
        return None
    return None if said is None else said.text
