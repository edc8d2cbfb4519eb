"""Beyond SensorLLM: a long channel in a few straight pieces instead of one line a wiggle.

Change points (bottom-up, continuous piecewise-linear cost; `ruptures`, Truong et al., 2020) propose the pieces; a piece whose
fitted change stays within the tolerance is steady; neighbours with one trend merge. **This is not the method's rule**: lines
say how the channel goes on the whole, not at every sample, and the text ends by saying which changes it passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from models.sensorllm.data.answer import TrendStyle, trend_answer
from models.sensorllm.data.facts import CountRule, TrendFacts, facts_of_segments
from models.sensorllm.data.grammar import Family
from models.sensorllm.data.parsing import TrendParseError, parse_trend_answer
from models.sensorllm.data.trend import Trend, TrendSegment, Values, sample_time_s

Piece = tuple[int, int, Trend]
# In standard deviations of the segment: the network sees the segment z-scored, so this is what it can see.
TOLERANCE_STD = 0.5
# The fit is quadratic in points: longer segments are averaged over blocks first.
MOST_POINTS = 160
# Noise variance times this times log(points) is what another piece must save.
PENALTY = 4.0
TOLERANCE = Family.of(
    "Changes within {value} standard deviations count as steady.",
    "Whatever stays within {value} standard deviations is taken as steady.",
    "Smaller movements than {value} standard deviations are passed over.",
    "Pieces that change by at most {value} standard deviations are called steady.",
    "The tolerance is {value} standard deviations.",
    "Wiggles below {value} standard deviations are left out.",
)


@dataclass(frozen=True, slots=True)
class MergedFacts:
    """trend: segments on the whole. tolerance_std: largest change of a steady one, in standard deviations of the segment."""

    trend: TrendFacts
    tolerance_std: float


def merged_facts(
    values: Values, rate_hz: float, sensor: str, tolerance_std: float = TOLERANCE_STD, count: CountRule = "segments"
) -> MergedFacts:
    """Of (l,) finite values, l ≥ 2 (ValueError). Ends are sample times; the first is 0, the last (l − 1) / rate."""
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(f"a trend needs at least two finite samples of one channel, found shape {values.shape}")
    wide = np.asarray(values, dtype=np.float64)
    tolerance = tolerance_std * float(wide.std())
    last = len(wide) - 1
    knots = _knots(wide)
    level = np.interp(np.arange(len(wide)), knots, _fitted(wide, knots))
    pieces = _joined([(a, b, _direction(float(level[b] - level[a]), tolerance)) for a, b in pairwise(knots)])
    pieces = _joined(_without_turning_points(pieces))
    segments = [TrendSegment(sample_time_s(a, rate_hz), sample_time_s(b, rate_hz), t) for a, b, t in pieces]
    assert pieces[0][0] == 0 and pieces[-1][1] == last
    overall = pieces[0][2] if len(pieces) == 1 else _direction(float(level[-1] - level[0]), tolerance)
    return MergedFacts(facts_of_segments(segments, overall, sensor, count), tolerance_std)


def _joined(pieces: list[Piece]) -> list[Piece]:
    out: list[Piece] = []
    for a, b, trend in pieces:
        if out and out[-1][2] == trend:
            out[-1] = (out[-1][0], b, trend)
        else:
            out.append((a, b, trend))
    return out


def _without_turning_points(pieces: list[Piece]) -> list[Piece]:
    """A steady piece of less than half of either neighbour is where the channel turns: it goes to the piece before it."""
    out = pieces[:1]
    for i, (a, b, trend) in enumerate(pieces[1:], start=1):
        around = [pieces[i - 1], *pieces[i + 1 : i + 2]]
        if trend == "steady" and len(around) == 2 and all(2 * (b - a) < y - x for x, y, _ in around):
            out[-1] = (out[-1][0], b, out[-1][2])
        else:
            out.append((a, b, trend))
    return out


def _direction(change: float, tolerance: float) -> Trend:
    return "steady" if abs(change) <= tolerance else "rising" if change > 0 else "falling"


def _knots(values: npt.NDArray[np.float64]) -> list[int]:
    """Sample numbers where straight pieces meet, the first and the last sample among them."""
    import ruptures

    last = len(values) - 1
    block = -(-len(values) // MOST_POINTS)
    points = np.array([values[i : i + block].mean() for i in range(0, len(values), block)])
    if len(points) < 6 or points.min() == points.max():
        return [0, last]
    steps = np.diff(points)
    # First differences of white noise have √2 times its deviation; 1.4826 turns a median deviation into a standard one.
    noise = 1.4826 * float(np.median(np.abs(steps - np.median(steps)))) / np.sqrt(2.0)
    variance = max(noise**2, 1e-3 * float(points.var()))
    found = ruptures.BottomUp(model="clinear", min_size=3, jump=1).fit(points[:, None])
    ends = found.predict(pen=PENALTY * variance * float(np.log(len(points))))
    inner = [min(int(end) * block, last) for end in ends[:-1]]
    return [0, *sorted({i for i in inner if 0 < i < last}), last]


def _fitted(values: npt.NDArray[np.float64], knots: list[int]) -> npt.NDArray[np.float64]:
    """Heights at the knots of the continuous piecewise-linear least-squares fit to all samples."""
    at = np.arange(len(values))
    hats = np.stack([np.interp(at, knots, row) for row in np.eye(len(knots))], axis=1)
    return np.asarray(np.linalg.lstsq(hats, values, rcond=None)[0])


def merged_answer(facts: MergedFacts, style: TrendStyle, rng: np.random.Generator) -> str:
    """A trend answer and, as its last sentence, the tolerance."""
    return f"{trend_answer(facts.trend, style)} {TOLERANCE.draw(rng).render({'value': f'{facts.tolerance_std:g}'})}"


def parse_merged_answer(text: str) -> MergedFacts:
    """What `merged_answer` wrote. TrendParseError for anything else."""
    for template in TOLERANCE.templates:
        for found in template.pattern.finditer(text):
            if found.end() == len(text) and text[: found.start()].endswith(" "):
                return MergedFacts(parse_trend_answer(text[: found.start() - 1]), float(found["value"]))
    raise TrendParseError("expected the tolerance as the last sentence, found none")
