"""Level 2: what rises, falls, stays, peaks and drops (SensorLM, "middle"; thresholds as the released code has them)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import numpy as np
import numpy.typing as npt

from models.sensorlm.captions.channels import Scheme, Spoken
from models.sensorlm.captions.sentence import Claim, Line, Sentence, Series
from models.sensorlm.captions.wording import EVENTS, TRENDS

BINS = 36
# Bins in a window and the factor of its steepness threshold; the stride is half a window.
WINDOWS = ((6, 1.5), (8, 1.3), (12, 1.0))
STEEPNESS = 40.0
LEAST_NET = 0.2
STABLE_SLOPE, STABLE_RANGE = 0.01, 0.1
MOST_TRENDS, MOST_OVERLAP = 3, 0.3
PROMINENCE, HEIGHT, APART, WIDEST = 0.5, 0.6, 5, 4
ORIGINAL_VALLEY = 0.4
MOST_INSIGHTS = 7
Bins = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trend:
    """way: increasing | decreasing | stable over bins first … last, both in it."""

    way: str
    first: int
    last: int
    slope: float
    net: float


@dataclass(frozen=True, slots=True)
class Event:
    """what: peak | drop in one bin."""

    what: str
    bin: int


@lru_cache(maxsize=64)
def bin_edges(n: int) -> npt.NDArray[np.int64]:
    """(37,) rows where the 36 bins begin and the last one ends; 40 minutes each in a day."""
    edges = np.round(np.linspace(0, n, BINS + 1)).astype(np.int64)
    edges.flags.writeable = False
    return edges


def binned(values: Series) -> Bins:
    """(36,) means of what is there; NaN where a bin has nothing."""
    edges = bin_edges(len(values))
    good = np.isfinite(values)
    total = np.concatenate(([0.0], np.cumsum(np.where(good, values, 0.0), dtype=np.float64)))
    count = np.concatenate(([0], np.cumsum(good)))
    sums, counts = total[edges[1:]] - total[edges[:-1]], count[edges[1:]] - count[edges[:-1]]
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def trends(bins: Bins) -> list[Trend]:
    """Every window that rises, falls or stays. A window with an empty bin says nothing; nor does a channel that never changes.

    Slopes are ordinary least squares, a bin.
    """
    if not np.isfinite(bins).any():
        return []
    spread = float(np.nanmax(bins) - np.nanmin(bins))
    found = []
    for size, factor in WINDOWS:
        firsts = np.arange(0, BINS - size + 1, size // 2)
        here = bins[firsts[:, None] + np.arange(size)]
        at = np.arange(size) - (size - 1) / 2
        slopes, nets = here @ at / (at * at).sum(), here[:, -1] - here[:, 0]
        ranges = here.max(axis=1) - here.min(axis=1)
        steep = factor * spread / STEEPNESS
        for first, slope, net, extent in zip(
            firsts.tolist(), slopes.tolist(), nets.tolist(), ranges.tolist(), strict=True
        ):
            # An empty bin makes all of these NaN, and every comparison false.
            if slope > steep and net > LEAST_NET * spread:
                way = "increasing"
            elif slope < -steep and net < -LEAST_NET * spread:
                way = "decreasing"
            elif abs(slope) < STABLE_SLOPE * spread and extent < STABLE_RANGE * spread:
                way = "stable"
            else:
                continue
            found.append(Trend(way, first, first + size - 1, slope, net))
    return found


def selected(found: list[Trend], spread: float) -> list[Trend]:
    """At most three of a channel, the largest net change first, none sharing more than 30 % of the shorter; by start."""

    def rank(trend: Trend) -> tuple[float, float, int]:
        stable = trend.way == "stable"
        net = LEAST_NET * spread if stable else abs(trend.net)
        return (-net, -(1.0 if stable else abs(trend.slope)), -(trend.last - trend.first))

    kept: list[Trend] = []
    for trend in sorted(found, key=rank):
        if len(kept) < MOST_TRENDS and all(_overlap(trend, other) <= MOST_OVERLAP for other in kept):
            kept.append(trend)
    return sorted(kept, key=lambda trend: trend.first)


def _overlap(a: Trend, b: Trend) -> float:
    shared = min(a.last, b.last) - max(a.first, b.first) + 1
    return max(0, shared) / (1 + min(a.last - a.first, b.last - b.first))


def events(bins: Bins, *, original: bool = False) -> list[Event]:
    """Peaks, then drops. original: any drop below the mean plus 0.4 of the range counts, instead of the mirror of a peak.

    Empty bins are bridged for the search; an event in or beside one is not told.
    """
    from scipy.signal import find_peaks

    good = np.isfinite(bins)
    if good.sum() < 3:
        return []
    spread, mean = float(np.nanmax(bins) - np.nanmin(bins)), float(np.nanmean(bins))
    if spread <= 0:
        return []
    whole = np.interp(np.arange(BINS), np.flatnonzero(good), bins[good])
    found = []
    lowest = -(mean + ORIGINAL_VALLEY * spread) if original else -(mean - HEIGHT * spread)
    for what, line, height in (("peak", whole, mean + HEIGHT * spread), ("drop", -whole, lowest)):
        if line.max() < height:
            continue
        at, _ = find_peaks(line, prominence=PROMINENCE * spread, height=height, distance=APART, width=(None, WIDEST))
        found += [Event(what, int(i)) for i in at if good[max(0, i - 1) : i + 2].all()]
    return found


def trend_rows(trend: Trend, n: int, *, original: bool = False) -> tuple[int, int]:
    """The row where it begins and the row where it has ended. original: begins one bin late."""
    edges = bin_edges(n)
    return int(edges[trend.first + (1 if original else 0)]), int(edges[trend.last + 1])


def event_row(event: Event, n: int, *, original: bool = False) -> int:
    """The middle of its bin. original: the bin's end."""
    edges = bin_edges(n)
    return int(edges[event.bin + 1]) if original else int((edges[event.bin] + edges[event.bin + 1]) // 2)


def structural(scheme: Scheme, data: Mapping[str, Series], rng: Random, *, original: bool = False) -> list[Line]:
    """A line a category, at most seven insights each, drawn at random with their order kept. Only what is always spoken of."""
    lines = []
    for category in scheme.categories:
        told: list[Sentence] = []
        for spoken in category.always:
            if spoken.column in data:
                told += _of_channel(scheme, data[spoken.column], spoken, rng, original)
        if len(told) > MOST_INSIGHTS:
            told = [told[i] for i in sorted(rng.sample(range(len(told)), MOST_INSIGHTS))]
        if told:
            lines.append(Line(f"{category.name}: ", tuple(told)))
    return lines


def _of_channel(scheme: Scheme, values: Series, spoken: Spoken, rng: Random, original: bool) -> list[Sentence]:
    if len(values) < BINS:
        return []
    bins, n = binned(values), len(values)
    if not np.isfinite(bins).any():
        return []
    told = []
    for trend in selected(trends(bins), float(np.nanmax(bins) - np.nanmin(bins))):
        start, end = (str(row) for row in trend_rows(trend, n, original=original))
        text = rng.choice(TRENDS).format(c=spoken.words, way=trend.way, start=start, end=end, t=scheme.tick)
        told.append(
            Sentence(
                text,
                (Claim(trend.way, spoken.column, start, "start"), Claim(trend.way, spoken.column, end, "end")),
            )
        )
    peak = rng.choice(("peak", "spike"))
    for event in events(bins, original=original):
        at = str(event_row(event, n, original=original))
        word = peak if event.what == "peak" else "drop"
        text = rng.choice(EVENTS).format(c=spoken.words, what=word, at=at, t=scheme.tick)
        told.append(Sentence(text, (Claim(event.what, spoken.column, at),)))
    return told
