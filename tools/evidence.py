"""`Evidence`: one measured fact about one span, with an id that anybody can recompute."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass

Value = float | int | str | bool


@dataclass(frozen=True, slots=True)
class LabelProbability:
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one tool found in `[start_s, end_s)` of one recording. Immutable; the same samples give the same id.

    stream: the stream's name. channel: None when the finding is about several. quantity: what was found (`activity`,
    `sound`, `mean`, `step_count`, `trend`, …); value in `unit` ("" for words and counts, "1" for dimensionless numbers).
    model: checkpoint revision, or None for plain computation. alternatives: other labels, most probable first.
    """

    id: str
    tool: str
    recording_id: str
    stream: str
    channel: str | None
    start_s: float
    end_s: float
    quantity: str
    value: Value
    unit: str
    method: str
    model: str | None = None
    probability: float | None = None
    alternatives: tuple[LabelProbability, ...] = ()


def six_digits(value: float) -> float:
    """`value` to six significant digits, such that rounding the result again to fewer digits gives what rounding `value` gives.

    −0.19449999 is −0.1945 to six digits, and that prints as −0.195 to three, where −0.194 is right. A result that would be such a
    tie and is not `value` itself is moved by one unit of its sixth digit towards `value`.
    """
    mantissa, _, exponent = f"{value:.5e}".partition("e")
    rounded = float(f"{mantissa}e{exponent}")
    if rounded == value or not mantissa.rstrip("0").endswith("5"):
        return rounded
    unit = 10.0 ** (int(exponent) - 5)
    return float(f"{rounded + (unit if value > rounded else -unit):.5e}")


def evidence(
    *,
    tool: str,
    recording_id: str,
    stream: str,
    start_s: float,
    end_s: float,
    quantity: str,
    value: Value,
    unit: str = "",
    method: str,
    channel: str | None = None,
    model: str | None = None,
    probability: float | None = None,
    alternatives: tuple[LabelProbability, ...] = (),
) -> Evidence:
    """Evidence with its id: a digest of everything but the value, so that a recomputation can be compared by id.

    Numbers are rounded to 6 significant digits, times to the millisecond; non-finite values are a bug and raise ValueError.
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{tool} {quantity}: {value} is not evidence")
        value = six_digits(value)
    start_s, end_s = round(float(start_s), 3), round(float(end_s), 3)
    question = [tool, recording_id, stream, channel, start_s, end_s, quantity, unit, method, model]
    digest = hashlib.sha256(json.dumps(question, ensure_ascii=False).encode()).hexdigest()[:10]
    return Evidence(
        id=f"e-{digest}",
        tool=tool,
        recording_id=recording_id,
        stream=stream,
        channel=channel,
        start_s=start_s,
        end_s=end_s,
        quantity=quantity,
        value=value,
        unit=unit,
        method=method,
        model=model,
        probability=None if probability is None else round(float(probability), 4),
        alternatives=alternatives,
    )
