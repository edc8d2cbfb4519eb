"""Training and query examples of the segment network: what was seen of a sequence, and what was done afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.segments.settings import SegmentSettings

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

LONGEST = 48
# Per token: share of the whole it lasted and began at, logarithm of its seconds, and whether it still goes on.
TOKEN_FACTS = 4
# Of the whole example: observed share, logarithm of the whole length in seconds, horizon's share of the whole.
WHOLE_FACTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One sequence: activities (n,) and the n + 1 times in seconds at which they begin and end, from 0. weight: of the trial."""

    activities: Numbers
    times_s: npt.NDArray[np.float64] = field(repr=False)
    weight: float = 1.0

    @property
    def total_s(self) -> float:
        return float(self.times_s[-1])


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """tokens (b, LONGEST) activities (K: none), facts (b, LONGEST, TOKEN_FACTS), lengths (b,), whole (b, WHOLE_FACTS),
    done (b, K) shares of the whole spent on each activity, current (b,), targets (b, cells) activities (-100: beyond the end)."""

    tokens: Numbers
    facts: Floats
    lengths: Numbers
    whole: Floats
    done: Floats
    current: Numbers
    targets: Numbers


def batch_of(
    seen: Sequence[Seen],
    now_s: Sequence[float],
    totals_s: Sequence[float],
    horizons_s: Sequence[float],
    kinds: int,
    cells: int,
) -> Batch:
    """What was seen until `now_s` of each sequence. Targets are those of the sequence as it went on, if it did."""
    n = len(seen)
    tokens = np.full((n, LONGEST), kinds, dtype=np.int64)
    facts = np.zeros((n, LONGEST, TOKEN_FACTS), dtype=np.float32)
    lengths = np.ones(n, dtype=np.int64)
    done = np.zeros((n, kinds + 1), dtype=np.float32)
    current = np.zeros(n, dtype=np.int64)
    targets = np.full((n, cells), -100, dtype=np.int64)
    whole = np.zeros((n, WHOLE_FACTS), dtype=np.float32)
    for i, (one, now, total, horizon) in enumerate(zip(seen, now_s, totals_s, horizons_s, strict=True)):
        count = max(1, int(np.searchsorted(one.times_s[:-1], now - 1e-9, side="left")))
        starts, ends = one.times_s[:count], np.minimum(one.times_s[1 : count + 1], now)
        what = one.activities[:count]
        spent = (ends - starts) / total
        np.add.at(done[i], what, spent)
        kept = slice(max(0, count - LONGEST), count)
        size = min(count, LONGEST)
        tokens[i, :size] = what[kept]
        facts[i, :size, 0], facts[i, :size, 1] = spent[kept], starts[kept] / total
        facts[i, :size, 2] = np.log1p(ends - starts)[kept] / 4
        facts[i, size - 1, 3] = 1.0
        lengths[i], current[i] = size, what[-1]
        whole[i] = now / total, np.log(max(total, 1.0)) / 4 - 1.2, horizon / total
        ahead = now + (np.arange(cells) + 0.5) * horizon / cells
        at = np.searchsorted(one.times_s[1:], ahead, side="right")
        inside = at < len(one.activities)
        targets[i, inside] = one.activities[at[inside]]
    return Batch(tokens, facts, lengths, whole, done[:, :kinds], current, targets)


def drawn(rng: np.random.Generator, pool: Sequence[Seen], settings: SegmentSettings, kinds: int) -> Batch:
    """A training batch: sequences by weight, observed to a random share, stretched a little, with some wrong labels if wanted."""
    weights = np.array([one.weight for one in pool])
    chosen = rng.choice(len(pool), settings.batch, p=weights / weights.sum())
    picked, now, totals = [], [], []
    for i in chosen:
        one = pool[i]
        scale = np.exp(rng.normal(0.0, settings.stretch, len(one.activities)))
        times = np.concatenate([[0.0], np.cumsum(np.diff(one.times_s) * scale)])
        times *= one.total_s * np.exp(rng.normal(0.0, settings.stretch)) / times[-1]
        share = rng.uniform(settings.shortest, settings.longest)
        picked.append(Seen(one.activities, times))
        now.append(share * times[-1])
        totals.append(float(times[-1]))
    batch = batch_of(picked, now, totals, [t / 2 for t in totals], kinds, settings.cells)
    if settings.noise > 0:
        rate = rng.uniform(0.0, settings.noise, (settings.batch, 1))
        wrong = (rng.random(batch.tokens.shape) < rate) & (batch.tokens < kinds)
        batch.tokens[wrong] = rng.integers(0, kinds, int(wrong.sum()))
        rows = np.arange(settings.batch)
        batch.current[:] = batch.tokens[rows, batch.lengths - 1]
        batch.done[:] = 0.0
        for i in rows:
            size = batch.lengths[i]
            np.add.at(batch.done[i], batch.tokens[i, :size], batch.facts[i, :size, 0])
    return batch
