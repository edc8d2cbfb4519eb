"""What `measure` can compute: the registry that the question engine lists and the documentation is made from."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from recordings import Span, Stream, UserError
from tools.bench import Bench
from tools.channels import ChannelValues
from tools.descriptive import METHOD, STATISTICS
from tools.errors import NoData
from tools.events import (
    IMPACTS,
    POSTURE,
    STEPS,
    STILL,
    gait_of,
    impacts_of,
    instant,
    posture_changes_of,
    still_bouts_of,
    still_in,
)
from tools.spectrum import dominant_frequency

OfChannel = Callable[[ChannelValues], float | int]
OfStream = Callable[[Bench, str, Stream, Span], float | int]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing that can be measured. `needs`: a channel, acceleration (no channel), or anything (channel optional).

    unit: the result's; `channel` stands for the channel's own unit. parameter: what follows the name, such as the k of
    `percentile_k`; None for most.
    """

    name: str
    meaning: str
    unit: str
    needs: Literal["channel", "acceleration", "anything"]
    method: str
    parameter: str | None = None


def _quantity(
    name: str,
    meaning: str,
    unit: str,
    needs: Literal["channel", "acceleration", "anything"],
    method: str,
    parameter: str | None = None,
) -> tuple[str, Quantity]:
    return name, Quantity(name, meaning, unit, needs, method, parameter)


QUANTITIES: dict[str, Quantity] = dict(
    [
        _quantity("mean", "arithmetic mean", "channel", "channel", METHOD),
        _quantity("std", "population standard deviation", "channel", "channel", METHOD),
        _quantity("min", "smallest sample", "channel", "channel", METHOD),
        _quantity("max", "largest sample", "channel", "channel", METHOD),
        _quantity("median", "median", "channel", "channel", METHOD),
        _quantity("rms", "root mean square", "channel", "channel", METHOD),
        _quantity("range", "largest minus smallest sample", "channel", "channel", METHOD),
        _quantity(
            "percentile", "k-th percentile, linear between samples", "channel", "channel", METHOD, "k from 0 to 100"
        ),
        _quantity("duration_s", "seconds that hold samples", "s", "anything", "gaps left out"),
        _quantity("sample_count", "finite samples", "", "channel", "gaps left out"),
        _quantity(
            "dominant_frequency",
            "frequency of the strongest rhythm",
            "Hz",
            "channel",
            "Welch spectrum of the longest run without a gap",
        ),
        _quantity(
            "energy", "integral over time of the squared deviation from the mean", "channel²·s", "channel", METHOD
        ),
        _quantity("time_above", "seconds above a value", "s", "channel", "samples over the rate", "the value"),
        _quantity("time_below", "seconds below a value", "s", "channel", "samples over the rate", "the value"),
        _quantity("step_count", "steps", "", "acceleration", STEPS),
        _quantity("cadence", "steps a minute while stepping", "steps/min", "acceleration", STEPS),
        _quantity("posture_change_count", "turns of gravity's direction by 30° or more", "", "acceleration", POSTURE),
        _quantity("impact_count", "peaks above 3 g", "", "acceleration", IMPACTS),
        _quantity("still_s", "seconds without movement", "s", "acceleration", STILL),
    ]
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A quantity with its parameter, as asked: `percentile_90` is `percentile` with 90.0."""

    quantity: Quantity
    name: str
    parameter: float | None


_PARAMETRIC = re.compile(r"^(percentile|time_above|time_below)_(.+)$")


def parse_quantity(text: str) -> Asked:
    """UserError when there is no such quantity, or its parameter is missing or out of range."""
    match = _PARAMETRIC.match(text)
    name = match.group(1) if match else text
    quantity = QUANTITIES.get(name)
    if quantity is None:
        raise UserError("measure", expected=f"one of {quantity_names()}", found=text, cure="name one of them")
    if quantity.parameter is None:
        return Asked(quantity, name, None)
    try:
        value = float(match.group(2)) if match else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (name == "percentile" and not 0 <= value <= 100):
        raise UserError(
            f"measure {name}",
            expected=f"{name}_ and {quantity.parameter}",
            found=text,
            cure=f"write for example {name}_{90 if name == 'percentile' else 12.5}",
        )
    return Asked(quantity, f"{name}_{value:.6g}", float(f"{value:.6g}"))


def quantity_names() -> str:
    """The registry in one line, parameters shown: `mean, …, percentile_<k from 0 to 100>, …`."""
    return ", ".join(q.name if q.parameter is None else f"{q.name}_<{q.parameter}>" for q in QUANTITIES.values())


def of_channel(asked: Asked, chosen: ChannelValues) -> float | int:
    """A channel quantity of the finite samples. NoData when there is none."""
    values, name = chosen.finite, asked.quantity.name
    if name == "sample_count":
        return len(values)
    if not len(values):
        raise NoData(f"{chosen.stream} {chosen.channel}", "no samples in this span")
    if name in STATISTICS:
        return STATISTICS[name](values)
    if name == "percentile":
        return float(np.percentile(values, asked.parameter or 0.0))
    if name == "energy":
        return float(((values - values.mean()) ** 2).sum() / chosen.rate_hz)
    if name == "time_above":
        return float((values > (asked.parameter or 0.0)).sum() / chosen.rate_hz)
    if name == "time_below":
        return float((values < (asked.parameter or 0.0)).sum() / chosen.rate_hz)
    return dominant_frequency(chosen)


def of_acceleration(asked: Asked, bench: Bench, recording_id: str, stream: Stream, span: Span) -> float | int:
    """A quantity of the stream's events. NoData when the span holds no samples or too few steps for a cadence."""
    if stream.covered_s(span.start_s, span.end_s) <= 0:
        raise NoData(f"{recording_id} {stream.name}", "no samples in this span")
    name = asked.quantity.name
    if name == "still_s":
        return sum(b.duration_s for b in still_in(still_bouts_of(bench, recording_id, stream), span))
    if name == "impact_count":
        return _inside([i.time_s for i in impacts_of(bench, recording_id, stream)], span)
    if name == "posture_change_count":
        return _inside([c.time_s for c in posture_changes_of(bench, recording_id, stream)], span)
    gait = gait_of(bench, recording_id, stream)
    if name == "step_count":
        return len(gait.steps_in(span))
    cadence = gait.cadence_in(span)
    if cadence is None:
        raise NoData(f"{recording_id} {stream.name}", "too few steps in this span for a cadence")
    return cadence


def _inside(times_s: list[float], span: Span) -> int:
    return sum(span.start_s <= instant(t).start_s < span.end_s for t in times_s)
