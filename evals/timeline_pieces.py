"""A continuous recording's answers as rows: stretches in which truth, prediction and episode stay the same, and back again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from evals import frames
from evals.runs import JsonValue, Sample

# (start_s, end_s, label, confidence); None where a system states none.
Said = tuple[float, float, str, float | None]
NOT_A_CLASS = "(none of the classes)"


def pieces(
    system: str,
    part: str,
    subject: str,
    source: str,
    truth: frames.Codes,
    said: Sequence[Said],
    classes: Sequence[str],
    rate_hz: float,
) -> Iterator[Sample]:
    """The labelled stretches of one recording in order of time. truth: (n,) codes; samples without a label give no row."""
    n = len(truth)
    codes = frames.painted([(a, b, label) for a, b, label, _ in said], classes, rate_hz, n, frames.OTHER)
    owner = np.full(n, -1, dtype=np.int64)
    for i, (start_s, end_s, _, _) in enumerate(said):
        owner[max(0, round(start_s * rate_hz)) : max(0, round(end_s * rate_hz))] = i
    changes = np.flatnonzero((np.diff(truth) != 0) | (np.diff(codes) != 0) | (np.diff(owner) != 0)) + 1
    edges = [0, *changes.tolist(), n]
    for first, last in pairwise(edges):
        if last <= first or truth[first] < 0:
            continue
        confidence = said[owner[first]][3] if owner[first] >= 0 else None
        detail: dict[str, JsonValue] = {
            "recording": source,
            "start_s": round(first / rate_hz, 3),
            "end_s": round(last / rate_hz, 3),
            "frames": last - first,
        }
        yield Sample(
            id=f"{source}@{first:07d}",
            system=system,
            part=part,
            subject=subject,
            truth=classes[truth[first]],
            prediction=classes[codes[first]] if codes[first] >= 0 else NOT_A_CLASS,
            score=None if confidence is None else round(float(confidence), 4),
            detail=detail,
        )


def repainted(rows: Sequence[Sample], classes: Sequence[str]) -> tuple[frames.Codes, frames.Codes]:
    """One recording's labelled samples again: (truth, said), each (labelled samples,)."""
    code = {label: i for i, label in enumerate(classes)}
    counts = [frames_of(row) for row in rows]
    truth = np.repeat(np.array([code[row.truth] for row in rows], dtype=np.int16), counts)
    said = np.repeat(np.array([code.get(row.prediction or "", frames.OTHER) for row in rows], dtype=np.int16), counts)
    return truth, said


def frames_of(row: Sample) -> int:
    return int(str(row.detail["frames"]))


def boundary_errors_s(rows: Sequence[Sample]) -> list[float]:
    """For each place where the true activity changes, how far off the nearest change that was said is.

    Between two labelled stretches may lie an unlabelled transition: a change said anywhere in it counts as exact.
    """
    times = [(float(str(r.detail["start_s"])), float(str(r.detail["end_s"]))) for r in rows]
    true_gaps, said_gaps = [], []
    for i in range(1, len(rows)):
        gap = (times[i - 1][1], times[i][0])
        if rows[i].truth != rows[i - 1].truth:
            true_gaps.append(gap)
        if rows[i].prediction != rows[i - 1].prediction:
            said_gaps.append(gap)
    errors = []
    for start_s, end_s in true_gaps:
        apart = [max(0.0, a - end_s, start_s - b) for a, b in said_gaps]
        errors.append(min(apart) if apart else times[-1][1] - times[0][0])
    return [float(e) for e in errors]
