"""`classify_motion`: what the motion classifier takes a span for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from recordings import Span
from tools.bench import Bench
from tools.channels import to_milliseconds
from tools.evidence import Evidence, LabelProbability, evidence
from tools.method import method
from tools.perception import Perception

MAX_ALTERNATIVES = 4
MIN_ALTERNATIVE = 0.01


def classify_motion(bench: Bench, recording_id: str, spans: Sequence[Span]) -> list[Evidence]:
    """One `activity` a span and motion stream: the label whose mean log-probability over the span's windows is highest.

    A span without a usable window (a gap, the outside, no motion sensor, no model) yields nothing: nothing was seen.
    """
    found = []
    for perception in bench.motion_perceptions(recording_id):
        for span in map(to_milliseconds, spans):
            pooled = perception.pooled(span)
            if pooled is not None:
                found.append(_activity(bench, recording_id, perception, span, pooled))
    return found


def _activity(
    bench: Bench, recording_id: str, perception: Perception, span: Span, pooled: npt.NDArray[np.float64]
) -> Evidence:
    top, alternatives = ranked(perception.labels, pooled)
    return evidence(
        tool="classify_motion",
        recording_id=recording_id,
        stream=perception.stream,
        start_s=span.start_s,
        end_s=span.end_s,
        quantity="activity",
        value=top.label,
        method=method("mean log-probability over windows", window_s=bench.window_s, stride_s=bench.stride_s),
        model=perception.revision,
        probability=top.probability,
        alternatives=alternatives,
    )


def ranked(
    labels: Sequence[str], probabilities: npt.NDArray[np.float64]
) -> tuple[LabelProbability, tuple[LabelProbability, ...]]:
    """The most probable label, and the next ones worth naming. Equal probabilities keep the labels' order."""
    order = np.argsort(-probabilities, kind="stable")[: MAX_ALTERNATIVES + 1]
    pairs = [LabelProbability(labels[i], round(float(probabilities[i]), 4)) for i in order]
    return pairs[0], tuple(p for p in pairs[1:] if p.probability >= MIN_ALTERNATIVE)
