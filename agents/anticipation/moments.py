"""Which activity comes next, asked of many moments at once: the question, and the simple answers that others are held against."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Moment:
    """One question: what follows, when, and for how long?

    group: whose it is (a person, a day), so that what belongs together is kept together. past: activities until now, the current
    one last; repeats may be among them. hour: of the day, local, NaN where unknown. lasted_s: what the current one has lasted
    when it is asked about. over: whether it has just ended (lasted_s is then its whole length). heard: what another stream told
    shortly before (sounds, door sensors). told: further facts about what was done. next, wait_s (from the current one's start
    until the next one's) and length_s (of the next one) are the answer; NaN where the record does not say.
    """

    id: str
    group: str
    past: tuple[str, ...]
    next: str
    hour: float = math.nan
    lasted_s: float = 0.0
    wait_s: float = math.nan
    length_s: float = math.nan
    over: bool = False
    heard: tuple[str, ...] = ()
    told: tuple[str, ...] = field(default=(), repr=False)


class NextActivity(Protocol):
    """Learns from moments; says the probabilities of what follows others."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> int: ...

    def fit(self, moments: Sequence[Moment]) -> None: ...

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]: ...


@dataclass(slots=True)
class MostFrequentNext:
    """What most often came next in training, whatever was going on."""

    name: str = "most_frequent"
    _shares: dict[str, float] = field(default_factory=dict)

    @property
    def parameters(self) -> int:
        return len(self._shares)

    def fit(self, moments: Sequence[Moment]) -> None:
        self._shares = shares(Counter(m.next for m in moments))

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]:
        return [dict(self._shares) for _ in moments]


@dataclass(slots=True)
class RepeatLastNext:
    """The current activity again."""

    name: str = "repeat_last"

    @property
    def parameters(self) -> int:
        return 0

    def fit(self, moments: Sequence[Moment]) -> None:
        """Nothing to learn."""

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]:
        return [{m.past[-1]: 1.0} for m in moments]


@dataclass(slots=True)
class MarkovNext:
    """Followers of the current activity; by the hour too, those near in time of day counting more."""

    by_hour: bool = False
    width_h: float = 1.5
    _moments: dict[str, list[Moment]] = field(default_factory=dict, repr=False)
    _all: dict[str, float] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return "markov_1_by_hour" if self.by_hour else "markov_1"

    @property
    def parameters(self) -> int:
        if self.by_hour:
            return 2 * sum(map(len, self._moments.values()))
        return sum(len({m.next for m in rows}) for rows in self._moments.values())

    def fit(self, moments: Sequence[Moment]) -> None:
        self._moments = defaultdict(list)
        for m in moments:
            self._moments[m.past[-1]].append(m)
        self._all = shares(Counter(m.next for m in moments))

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]:
        found = []
        for m in moments:
            seen: dict[str, float] = {name: 0.5 * share for name, share in self._all.items()}
            for known in self._moments.get(m.past[-1], ()):
                apart = abs(m.hour - known.hour) if self.by_hour else 0.0
                weight = math.exp(-0.5 * (min(apart, 24.0 - apart) / self.width_h) ** 2) if self.by_hour else 1.0
                seen[known.next] = seen.get(known.next, 0.0) + weight
            found.append(shares(seen))
        return found


def shares(counts: Mapping[str, float]) -> dict[str, float]:
    """Counts as shares of their sum, most first; {} of nothing."""
    total = sum(counts.values())
    return {name: counts[name] / total for name in sorted(counts, key=lambda n: (-counts[n], n))} if total else {}


def likeliest(told: Mapping[str, float]) -> str:
    """The activity with the greatest probability; of equals, the last by name."""
    return max(told, key=lambda name: (told[name], name))
