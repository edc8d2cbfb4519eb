"""Which activity comes next: days of two homes, and what hands do in kitchens."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moment:
    """One question: what follows?

    past: activities until now, the current one last; repeats may be among them. hour: of the day, local, NaN where unknown.
    lasted_s: what the current one has lasted when it is asked about (its whole length when asked at its end). heard: sounds
    shortly before. next: the answer; wait_s: from the current one's start until the next one's.
    """

    id: str
    group: str
    past: tuple[str, ...]
    next: str
    hour: float = math.nan
    lasted_s: float = 0.0
    wait_s: float = math.nan
    heard: tuple[str, ...] = ()
    since_s: tuple[float, ...] = field(default=(), repr=False)


class NextActivity(Protocol):
    @property
    def name(self) -> str: ...

    def fit(self, moments: Sequence[Moment]) -> None: ...

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]: ...


@dataclass(slots=True)
class MostFrequentNext:
    """What most often came next in training, whatever was going on."""

    name: str = "most_frequent"
    _shares: dict[str, float] = field(default_factory=dict)

    def fit(self, moments: Sequence[Moment]) -> None:
        self._shares = _shares(Counter(m.next for m in moments))

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]:
        return [dict(self._shares) for _ in moments]


@dataclass(slots=True)
class RepeatLastNext:
    """The current activity again."""

    name: str = "repeat_last"

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

    def fit(self, moments: Sequence[Moment]) -> None:
        self._moments = defaultdict(list)
        for m in moments:
            self._moments[m.past[-1]].append(m)
        self._all = _shares(Counter(m.next for m in moments))

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]:
        found = []
        for m in moments:
            seen: dict[str, float] = {name: 0.5 * share for name, share in self._all.items()}
            for known in self._moments.get(m.past[-1], ()):
                apart = abs(m.hour - known.hour) if self.by_hour else 0.0
                weight = math.exp(-0.5 * (min(apart, 24.0 - apart) / self.width_h) ** 2) if self.by_hour else 1.0
                seen[known.next] = seen.get(known.next, 0.0) + weight
            found.append(_shares(seen))
        return found


@dataclass(slots=True)
class LogisticNext:
    """Multinomial logistic regression on the last activities, the time of day, what the current one has lasted, and sounds.

    depth: how many of the last activities. ridge: the inverse of scikit-learn's C.
    """

    depth: int = 3
    ridge: float = 1.0
    sounds: bool = False
    _columns: dict[str, int] = field(default_factory=dict, repr=False)
    _model: object = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return "logistic_with_sounds" if self.sounds else "logistic"

    def fit(self, moments: Sequence[Moment]) -> None:
        from sklearn.linear_model import LogisticRegression

        names = sorted({feature for m in moments for feature, _ in self._features(m)})
        self._columns = {name: i for i, name in enumerate(names)}
        model = LogisticRegression(C=1.0 / self.ridge, max_iter=400)
        model.fit(self._matrix(moments), [m.next for m in moments])
        self._model = model

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]:
        told: Floats = self._model.predict_proba(self._matrix(moments))  # type: ignore[attr-defined]
        names = [str(c) for c in self._model.classes_]  # type: ignore[attr-defined]
        return [dict(zip(names, map(float, row), strict=True)) for row in told]

    def _matrix(self, moments: Sequence[Moment]) -> csr_matrix:
        """Sparse: of hundreds of columns a moment has about ten."""
        from scipy.sparse import csr_matrix

        cells = [
            (i, self._columns[name], value)
            for i, m in enumerate(moments)
            for name, value in self._features(m)
            if name in self._columns
        ]
        rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
        return csr_matrix((values, (rows, columns)), shape=(len(moments), len(self._columns)), dtype=np.float64)

    def _features(self, m: Moment) -> Iterable[tuple[str, float]]:
        for back in range(1, min(self.depth, len(m.past)) + 1):
            yield f"{back} back: {m.past[-back]}", 1.0
        if not math.isnan(m.hour):
            for wave in (1, 2, 3):
                angle = 2 * math.pi * wave * m.hour / 24
                yield f"sin {wave}", math.sin(angle)
                yield f"cos {wave}", math.cos(angle)
        if m.lasted_s > 0:
            yield "logarithm of what it lasted", math.log1p(m.lasted_s) / 5
            yield f"logarithm of what {m.past[-1]} lasted", math.log1p(m.lasted_s) / 5
        if self.sounds:
            for sound in set(m.heard):
                yield f"heard {sound}", 1.0


@dataclass(slots=True)
class Onset:
    """When the next activity starts: the median wait after the current activity's start, given what it has lasted already."""

    _waits: dict[str, list[float]] = field(default_factory=dict, repr=False)
    _gaps: dict[str, list[float]] = field(default_factory=dict, repr=False)

    def fit(self, moments: Sequence[Moment]) -> None:
        """moments: asked at the current one's end, so that lasted_s is its whole length."""
        self._waits, self._gaps = defaultdict(list), defaultdict(list)
        for m in moments:
            self._waits[m.past[-1]].append(m.wait_s)
            self._gaps[m.past[-1]].append(max(m.wait_s - m.lasted_s, 0.0))

    def wait_s(self, m: Moment, at_end: bool) -> float:
        """From the current one's start until the next one's, in seconds."""
        gaps = self._gaps.get(m.past[-1]) or [g for rows in self._gaps.values() for g in rows]
        waits = self._waits.get(m.past[-1]) or [w for rows in self._waits.values() for w in rows]
        return m.lasted_s + float(np.median(gaps)) if at_end else float(np.median(waits))


def _shares(counts: dict[str, float] | Counter[str]) -> dict[str, float]:
    total = sum(counts.values())
    return {name: counts[name] / total for name in sorted(counts, key=lambda n: (-counts[n], n))} if total else {}
