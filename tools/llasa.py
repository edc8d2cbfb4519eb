"""`ask_llasa` and `explain_window`: a language model that reads six seconds of motion, checked against them.

What it writes is cut into sentences; each is looked up in the samples of the window, and what they do not show is dropped and
counted. A question about a sensor that the window lacks is answered "no data".
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from models.limubert import WINDOW_S, window_at
from models.llasa.checking import check
from models.llasa.data import WindowFacts, caption, measure
from models.motion.taxonomy import position_of
from recordings import Span, Stream
from tools.bench import Bench
from tools.channels import require_span, to_milliseconds
from tools.errors import NoData
from tools.evidence import Evidence, evidence
from tools.method import method

EXPLAIN = "What is the person doing, and what is the evidence?"
LEARNED = "LLaSA, every sentence found in the samples"
EXACT = "measured caption (no sentence of LLaSA's held)"
UNHEARD = "measured caption (no LLaSA)"
_LONGEST_QUESTION = 200
# Words of sensors that a window of motion cannot have, and of rotation, which it may lack.
_ELSEWHERE = re.compile(
    r"\b(?:heart|pulse|ecg|ppg|spo2|oxygen|sound|noise|audio|microphone|voice|hear|temperature|gps|location|altitude|"
    r"pressure|barometer|light|magnet\w*|compass)\b",
    re.IGNORECASE,
)
_ROTATION = re.compile(r"\b(?:gyro\w*|rotat\w*|turn(?:s|ed|ing)?|angular)\b", re.IGNORECASE)


def explain_window(bench: Bench, recording_id: str, span: Span) -> list[Evidence]:
    """`ask_llasa` with the one question what was done and what speaks for it; where nothing holds, a measured caption."""
    return _told(bench, recording_id, span, EXPLAIN, caption_instead=True)


def ask_llasa(bench: Bench, recording_id: str, span: Span, question: str) -> list[Evidence]:
    """One `window_answer` a motion stream: what holds of the model's answer about the six seconds in the middle of `span`.

    The method says how many of how many sentences held. NoData when the bench has no such model, the window lacks the sensor
    that the question is about, or no sentence held.
    """
    if bench.llasa is None:
        raise NoData(recording_id, "no model is open that answers questions about windows")
    if (other := _ELSEWHERE.search(question)) is not None:
        raise NoData(recording_id, f"no {other.group().lower()} is in a window of motion")
    return _told(bench, recording_id, span, " ".join(question.split())[:_LONGEST_QUESTION], caption_instead=False)


def _told(bench: Bench, recording_id: str, span: Span, question: str, *, caption_instead: bool) -> list[Evidence]:
    recording = bench.recording(recording_id)
    span = require_span(recording, span)
    found, why = [], "no motion sensor with three axes of acceleration"
    for stream in recording.of("motion"):
        if not stream.has("acc_x", "acc_y", "acc_z") or stream.gravity == "removed":
            continue
        if _ROTATION.search(question) and not stream.has("gyro_x", "gyro_y", "gyro_z"):
            why = "no gyroscope was recorded"
            continue
        start_s = window_start(stream, span)
        values = None if start_s is None else window_at(stream, start_s)
        if start_s is None or values is None:
            why = f"no {WINDOW_S:g} s of samples there"
            continue
        one = _answered(bench, recording_id, stream, start_s, values, question, caption_instead)
        if one is None:
            why = "no sentence of the answer was found in the samples"
        else:
            found.append(one)
    if not found:
        raise NoData(recording_id, why)
    return found


def window_start(stream: Stream, span: Span) -> float | None:
    """Where the six seconds around the middle of `span` begin, moved inside the stream; None where it is shorter."""
    start_s = (span.start_s + span.end_s - WINDOW_S) / 2
    start_s = min(max(start_s, stream.start_s), stream.end_s - WINDOW_S)
    return round(start_s, 3) if start_s >= stream.start_s - 1e-6 else None


def _answered(
    bench: Bench,
    recording_id: str,
    stream: Stream,
    start_s: float,
    values: npt.NDArray[np.float32],
    question: str,
    caption_instead: bool,
) -> Evidence | None:
    span = to_milliseconds(Span(start_s, start_s + WINDOW_S))
    facts, position = measure(values), position_of(stream.position)
    how, text, written, held = UNHEARD, "", 0, 0
    if bench.llasa is not None:
        verdicts = check(
            bench.llasa.answer(values, question, position), facts, named(bench, recording_id, stream, span), position
        )
        kept = [v.sentence for v in verdicts if v.supported]
        how, text, written, held = LEARNED, " ".join(kept), len(verdicts), len(kept)
    if not text:
        if not caption_instead:
            return None
        how, text = (EXACT if written else UNHEARD), measured_caption(facts, position)
    return evidence(
        tool="explain_window" if caption_instead else "ask_llasa",
        recording_id=recording_id,
        stream=stream.name,
        start_s=span.start_s,
        end_s=span.end_s,
        quantity="window_answer",
        value=text,
        method=method(
            how,
            sentences=written,
            supported=held,
            question=None if caption_instead else question,
        ),
        model=bench.llasa.revision if bench.llasa is not None and how == LEARNED else None,
    )


def measured_caption(facts: WindowFacts, position: str) -> str:
    """What the samples show in our own words, without an activity; always the same for the same samples."""
    import random

    return caption(facts, None, position, random.Random(0)).narration


def named(bench: Bench, recording_id: str, stream: Stream, span: Span) -> str | None:
    """The activity that an answer may name: the motion classifier's, else the model's own; None where neither has one."""
    said = bench.motion_perception(recording_id, stream.name)
    pooled = None if said is None else said.pooled(span)
    if said is not None and pooled is not None:
        return said.labels[int(np.argmax(pooled))]
    own = next((p for p in bench.opinion_perceptions(recording_id, "llasa") if p.stream == stream.name), None)
    pooled = None if own is None else own.pooled(span)
    return None if own is None or pooled is None else own.labels[int(np.argmax(pooled))]
