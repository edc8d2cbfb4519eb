"""What somebody does next out of habit: the last activities, the time of day, how long the current one lasted, another stream."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
import numpy.typing as npt

from agents.anticipation.moments import Moment, NextActivity, shares

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]
Feature = tuple[str, float]
_TREES = 300


class _Fitted(Protocol):
    classes_: npt.NDArray[np.str_]

    def predict_proba(self, x: object) -> Floats: ...


class Columns:
    """Named features as columns of a sparse matrix; those never seen in training are left out."""

    def __init__(self, features: Callable[[Moment], Iterable[Feature]]) -> None:
        self._features = features
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def learn(self, moments: Sequence[Moment]) -> None:
        names = sorted({name for m in moments for name, _ in self._features(m)})
        self._numbers = {name: i for i, name in enumerate(names)}

    def matrix(self, moments: Sequence[Moment]) -> csr_matrix:
        """(moments, columns)"""
        from scipy.sparse import csr_matrix

        cells = [
            (i, self._numbers[name], value)
            for i, m in enumerate(moments)
            for name, value in self._features(m)
            if name in self._numbers
        ]
        rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
        return csr_matrix((values, (rows, columns)), shape=(len(moments), len(self)), dtype=np.float64)


def backwards(m: Moment, depth: int) -> Iterable[Feature]:
    for back in range(1, min(depth, len(m.past)) + 1):
        yield f"{back} back: {m.past[-back]}", 1.0


def time_of_day(m: Moment) -> Iterable[Feature]:
    if not math.isnan(m.hour):
        for wave in (1, 2, 3):
            angle = 2 * math.pi * wave * m.hour / 24
            yield f"sin {wave}", math.sin(angle)
            yield f"cos {wave}", math.cos(angle)


def lasted(m: Moment) -> Iterable[Feature]:
    if m.lasted_s > 0:
        yield "logarithm of what it lasted", math.log1p(m.lasted_s) / 5
        yield f"logarithm of what {m.past[-1]} lasted", math.log1p(m.lasted_s) / 5


@dataclass(slots=True)
class LogisticNext:
    """Multinomial logistic regression on the last activities, the time of day, what the current one has lasted, and, where
    asked for, what another stream told and further facts.

    depth: how many of the last activities. ridge: the inverse of scikit-learn's C.
    """

    depth: int = 3
    ridge: float = 1.0
    sounds: bool = False
    facts: bool = False
    name: str = ""
    _columns: Columns | None = field(default=None, repr=False)
    _model: _Fitted | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.name = self.name or ("logistic_with_sounds" if self.sounds else "logistic")

    @property
    def parameters(self) -> int:
        return (
            0 if self._model is None or self._columns is None else (len(self._columns) + 1) * len(self._model.classes_)
        )

    def fit(self, moments: Sequence[Moment]) -> None:
        from sklearn.linear_model import LogisticRegression

        self._columns = Columns(self._features)
        self._columns.learn(moments)
        model = LogisticRegression(C=1.0 / self.ridge, max_iter=400)
        self._model = cast("_Fitted", model.fit(self._columns.matrix(moments), [m.next for m in moments]))

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]:
        return _told(self._model, self._columns, moments)

    def _features(self, m: Moment) -> Iterable[Feature]:
        yield from backwards(m, self.depth)
        yield from time_of_day(m)
        yield from lasted(m)
        if self.sounds:
            for sound in sorted(set(m.heard)):
                yield f"heard {sound}", 1.0
        if self.facts:
            for fact in m.told:
                yield fact, 1.0


@dataclass(slots=True)
class TreesNext:
    """Extremely randomised trees (Geurts et al. 2006) on the same, and on whatever was done lately at all."""

    depth: int = 5
    seed: int = 0
    name: str = "trees"
    _columns: Columns | None = field(default=None, repr=False)
    _model: _Fitted | None = field(default=None, repr=False)
    _nodes: int = 0

    @property
    def parameters(self) -> int:
        return self._nodes

    def fit(self, moments: Sequence[Moment]) -> None:
        from sklearn.ensemble import ExtraTreesClassifier

        self._columns = Columns(self._features)
        self._columns.learn(moments)
        model = ExtraTreesClassifier(_TREES, min_samples_leaf=2, random_state=self.seed)
        model.fit(self._columns.matrix(moments), [m.next for m in moments])
        self._nodes = sum(int(tree.tree_.node_count) for tree in model.estimators_)
        self._model = cast("_Fitted", model)

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]:
        return _told(self._model, self._columns, moments)

    def _features(self, m: Moment) -> Iterable[Feature]:
        yield from backwards(m, self.depth)
        yield from time_of_day(m)
        yield from lasted(m)
        for activity in sorted(set(m.past)):
            yield f"lately {activity}", 1.0


@dataclass(slots=True)
class RoutineNext:
    """The mean of a logistic regression on the last two activities and of trees on the last five.

    Chosen among about forty recipes by four repetitions of five-fold cross-validation over the homes' training days.
    sensors: the regression also sees what another stream told.
    """

    sensors: bool = False
    seed: int = 0
    _members: tuple[NextActivity, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        return "routine_with_sensors" if self.sensors else "routine"

    @property
    def parameters(self) -> int:
        return sum(member.parameters for member in self._members)

    def fit(self, moments: Sequence[Moment]) -> None:
        self._members = (LogisticNext(depth=2, sounds=self.sensors), TreesNext(seed=self.seed))
        for member in self._members:
            member.fit(moments)

    def probabilities(self, moments: Sequence[Moment]) -> list[dict[str, float]]:
        told = [member.probabilities(moments) for member in self._members]
        found = []
        for rows in zip(*told, strict=True):
            names = dict.fromkeys(name for row in rows for name in row)
            found.append(shares({name: sum(row.get(name, 0.0) for row in rows) for name in names}))
        return found


def _told(model: _Fitted | None, columns: Columns | None, moments: Sequence[Moment]) -> list[dict[str, float]]:
    if model is None or columns is None:
        raise ValueError("fit it first")
    told = model.predict_proba(columns.matrix(moments))
    names = [str(c) for c in model.classes_]
    return [dict(zip(names, map(float, row), strict=True)) for row in told]
