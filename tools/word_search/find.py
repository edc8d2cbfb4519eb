"""The search itself: windows that a sentence is true of, joined into stretches, in the order that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

import numpy as np

from recordings import Recording, Span
from tools.perception import Floats
from tools.word_search.index import Filter, Indexed, Place, WindowIndex
from tools.word_search.model import WordModel
from tools.word_search.query import Query

# Windows that match with one missing window between them are one stretch.
BRIDGED_S = 1.3
# How long after the end of one thing another still comes "after" it.
WITHIN_S = 60.0
# Of a window read again, against the index.
AGREEMENT = 0.05


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one stream that the sentence is true of, to the edges of its windows. log_odds: mean over them.

    other: for an ordered query, the nearest stretch of the other thing.
    """

    recording_id: str
    stream: str
    span: Span
    log_odds: float
    windows: int
    other: Span | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """status: found; nothing (no window reaches a match); cannot_tell (training has no such words).

    note: why, in a sentence; "" when found. searched: windows looked at. nearest: the best window where nothing was found.
    """

    status: Literal["found", "nothing", "cannot_tell"]
    query: Query
    stretches: tuple[Stretch, ...] = ()
    note: str = ""
    searched: int = 0
    familiarity: Mapping[str, float] = field(default_factory=dict)
    nearest: Stretch | None = None


def find(
    index: WindowIndex, model: WordModel, query: Query, *, wanted: Filter | None = None, most: int = 10, within_s: float = WITHIN_S
) -> Found:  # fmt: skip
    """The stretches of indexed recordings that match best, at most `most`, best first."""
    return find_in(index.read(wanted or Filter()), model, query, most=most, within_s=within_s)


def find_in(pool: Indexed, model: WordModel, query: Query, *, most: int = 10, within_s: float = WITHIN_S) -> Found:
    """As `find`, among these windows."""
    searched = len(pool.places)
    if not searched:
        return Found("nothing", query, note="no window with usable motion was searched")
    known = dict(zip(query.parts, model.familiarity(query.parts).tolist(), strict=True))
    least = model.matching.get("familiar", 0.0)
    for part, near in known.items():
        if near < least:
            note = (
                f"training had no words like {part!r} (nearest: {model.nearest_phrase(part)!r}, cosine {near:.2f} of {least:.2f})"
            )  # fmt: skip
            return Found("cannot_tell", query, note=note, searched=searched, familiarity=known)
    likeliest = model.log_odds(pool.vectors, model.known_labels()).max(axis=1)
    odds = model.log_odds(pool.vectors, model.labels(query.parts))
    first = stretches(pool, odds[:, 0], likeliest, model.matching)
    if not first:
        return Found(
            "nothing", query, note=f"no window shows {query.wanted!r}", searched=searched, familiarity=known,
            nearest=_best(pool, odds[:, 0]),
        )  # fmt: skip
    kept: Sequence[Stretch] = first
    if query.other is not None:
        second = stretches(pool, odds[:, 1], likeliest, model.matching)
        kept = ordered(first, second, query.order == "after", within_s)
        if not kept:
            which = f"no window shows {query.other!r}" if not second else f"never {query.order} {query.other!r} within {within_s:g} s"  # fmt: skip
            return Found(
                "nothing", query, note=f"{query.wanted!r} is there, but {which}", searched=searched, familiarity=known
            )
    best = sorted(kept, key=lambda s: (-s.log_odds, s.recording_id, s.stream, s.span.start_s))[:most]
    return Found("found", query, tuple(best), searched=searched, familiarity=known)


def stretches(pool: Indexed, odds: Floats, likeliest: Floats, matching: Mapping[str, float]) -> list[Stretch]:
    """Windows whose log-odds reach a match and stay close to the likeliest activity's, joined where they touch."""
    good = (odds >= matching.get("log_odds", 0.0)) & (likeliest - odds <= matching.get("behind", np.inf))
    rows = np.flatnonzero(good).tolist()
    found = []
    for _, group in groupby(rows, key=lambda i: (pool.places[i].recording_id, pool.places[i].stream)):
        run: list[int] = []
        for row in group:
            if run and pool.places[row].span.start_s > pool.places[run[-1]].span.end_s + BRIDGED_S:
                found.append(_joined(pool, odds, run))
                run = []
            run.append(row)
        found.append(_joined(pool, odds, run))
    return found


def ordered(wanted: Sequence[Stretch], others: Sequence[Stretch], after: bool, within_s: float) -> list[Stretch]:
    """Those of `wanted` that begin after (or end before) one of `others`, in the same recording, at most `within_s` apart.

    Windows overlap, so stretches that follow each other may share up to a window.
    """
    kept = []
    for one in wanted:
        best: Stretch | None = None
        for other in others:
            if other.recording_id != one.recording_id:
                continue
            earlier, later = (other, one) if after else (one, other)
            gap = later.span.start_s - earlier.span.end_s
            starts_first = earlier.span.start_s < later.span.start_s and earlier.span.end_s < later.span.end_s
            if starts_first and -2.6 <= gap <= within_s and (best is None or gap < _gap(one, best, after)):
                best = other
        if best is not None:
            kept.append(Stretch(one.recording_id, one.stream, one.span, one.log_odds, one.windows, best.span))
    return kept


def _gap(one: Stretch, other: Stretch, after: bool) -> float:
    earlier, later = (other, one) if after else (one, other)
    return later.span.start_s - earlier.span.end_s


def verified(stretch: Stretch, recording: Recording, model: WordModel, words: str) -> bool:
    """Whether the samples themselves bear a stretch out: it lies inside its stream, every window in it is covered, and the
    log-odds computed anew from the samples are those of the index."""
    from tools.word_search.index import STRIDE_S, WINDOW_S

    stream = recording.stream(stretch.stream)
    if stretch.span.start_s < stream.start_s - 1e-6 or stretch.span.end_s > stream.end_s + 1e-6:
        return False
    # The windows of the index are those of the whole stream's grid.
    count = max(1, round((stretch.span.duration_s - WINDOW_S) / STRIDE_S) + 1)
    spans = [Span(stretch.span.start_s + i * STRIDE_S, stretch.span.start_s + i * STRIDE_S + WINDOW_S) for i in range(count)]  # fmt: skip
    if stretch.span.duration_s < WINDOW_S:
        spans = [stretch.span]
    again = model.windows(stream, spans)
    odds = model.log_odds(again.vectors, model.labels([words]))[:, 0]
    good = again.usable & (odds >= model.matching.get("log_odds", 0.0) - AGREEMENT)
    return bool(good.sum() >= stretch.windows)


def _joined(pool: Indexed, odds: Floats, run: Sequence[int]) -> Stretch:
    first, last = pool.places[run[0]], pool.places[run[-1]]
    mean = float(np.mean(odds[list(run)]))
    return Stretch(
        first.recording_id, first.stream, Span(first.span.start_s, last.span.end_s), round(mean, 4), len(run)
    )


def _best(pool: Indexed, odds: Floats) -> Stretch:
    row = int(odds.argmax())
    place: Place = pool.places[row]
    return Stretch(place.recording_id, place.stream, place.span, round(float(odds[row]), 4), 1)
