"""How engines are pooled and beliefs turned into labels, chosen on inner folds of the training videos and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt

from agents.anticipation.engines import (
    CELLS,
    Balance,
    Belief,
    Cleaning,
    Engine,
    History,
    Observed,
    believe_about,
    vocabulary_of,
)
from evals.runs import JsonValue
from evals.tasks.anticipation.mean_over_classes import AHEAD, HORIZON, OBSERVED, Floats, Numbers, mean_over_classes
from evals.tasks.anticipation.noise import Wrong
from recordings.sequences import SegmentSequence

POWERS = (0.0, 0.5, 0.75, 1.0)
FLOORS = (0.003, 0.01, 0.03)
INNER_FOLDS = 4
Make = Callable[[], Engine]


@dataclass(frozen=True, slots=True)
class Choice:
    """weights: engine → its share in the pool. power, floor: of `Balance`. inner: the mean over classes that chose them."""

    weights: Mapping[str, float]
    power: float
    floor: float
    inner: float

    def as_json(self) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = asdict(self)
        return found


@dataclass(slots=True)
class Inner:
    """The beliefs of several engines about inner test videos, for (engine → fold → (videos · shares, CELLS, classes))."""

    beliefs: dict[str, list[npt.NDArray[np.float32]]]
    truths: list[Numbers]
    lengths: list[Floats]
    shares: list[Floats]
    balances: list[dict[tuple[float, float], Balance]]
    vocabulary: tuple[str, ...]


def inner_beliefs(
    makers: Mapping[str, Make],
    sequences: Sequence[SegmentSequence],
    every: int = 1,
    folds: int = INNER_FOLDS,
    wrong: Mapping[str, Wrong] | None = None,
) -> dict[str, Inner]:
    """Engines fitted on the rest of the training people, asked about one view of every `every`-th trial of the others.

    One `Inner` for the true labels ("") and one for each way of being `wrong`, the histories weighed before the engines are asked.
    """
    people = sorted({s.subject or s.name for s in sequences})
    names = vocabulary_of(sequences)
    ways: dict[str, Wrong | None] = {"": None, **(wrong or {})}
    found = {kind: Inner({name: [] for name in makers}, [], [], [], [], names) for kind in ways}
    for part in range(min(folds, len(people))):
        apart = set(people[part::folds])
        train = [s for s in sequences if (s.subject or s.name) not in apart]
        test = one_view([s for s in sequences if (s.subject or s.name) in apart])[::every]
        asked = [(s, share) for s in test for share in OBSERVED]
        engines = {name: make() for name, make in makers.items()}
        for engine in engines.values():
            engine.fit(train)
        cleaning = Cleaning(0.0)
        if wrong:
            cleaning.fit(train)
        balances = {(power, floor): Balance(power, floor) for power in POWERS for floor in FLOORS}
        for balance in balances.values():
            balance.fit(train)
        truths = np.stack([_truth(s, share, names) for s, share in asked])
        for kind, way in ways.items():
            inner = found[kind]
            histories = [_histories(s, share, way, cleaning) for s, share in asked]
            for name, engine in engines.items():
                told = [ordered(believe_about(engine, h), names).astype(np.float32) for h in histories]
                inner.beliefs[name].append(np.stack(told))
            inner.truths.append(truths)
            inner.lengths.append(np.array([s.duration_s for s, _ in asked]))
            inner.shares.append(np.array([share for _, share in asked]))
            inner.balances.append(balances)
    return found


def _histories(sequence: SegmentSequence, share: float, way: Wrong | None, cleaning: Cleaning) -> list[History]:
    question = asked_of(sequence, share)
    if way is None:
        return [History(question, 1.0)]
    return replace(cleaning, rate=way.measured).histories(way.corrupt(question, sequence.name, share))


def one_view(sequences: Sequence[SegmentSequence]) -> list[SegmentSequence]:
    """The first by name of every trial: several cameras saw the same thing once."""
    kept: dict[str, SegmentSequence] = {}
    for sequence in sorted(sequences, key=lambda s: s.name):
        kept.setdefault(sequence.trial or sequence.name, sequence)
    return list(kept.values())


def asked_of(sequence: SegmentSequence, share: float) -> Observed:
    """The field's question: its observed share tells the whole length, and half of it is forecast."""
    rate = sequence.rate_hz or 1.0
    return Observed(sequence.observed(share), int(HORIZON * sequence.frames) / rate, sequence.duration_s)


def ordered(belief: Belief, names: Sequence[str]) -> Floats:
    """(CELLS, names) with its columns in the order of `names`; what is not in them is left out."""
    full = np.zeros((CELLS, len(names)))
    number = {name: i for i, name in enumerate(names)}
    kept = [(i, number[name]) for i, name in enumerate(belief.activities) if name in number]
    full[:, [k for _, k in kept]] = belief.probabilities[:, [i for i, _ in kept]]
    return full


def choose(inner: Inner, members: Sequence[str], step: float = 0.25) -> Choice:
    """The weights (multiples of `step`), power and floor with the best mean over classes; the first of equals."""
    best: Choice | None = None
    for weights in _simplex(len(members), step):
        shares = dict(zip(members, weights, strict=True))
        pooled = [
            sum(weight * inner.beliefs[name][fold] for name, weight in shares.items() if weight)
            for fold in range(len(inner.truths))
        ]
        for power, floor in itertools.product(POWERS, FLOORS):
            if power == 0 and floor != FLOORS[0]:
                continue
            value = float(
                np.mean([_score(inner, fold, np.asarray(pooled[fold]), power, floor) for fold in range(len(pooled))])
            )
            if best is None or value > best.inner:
                best = Choice({k: v for k, v in shares.items() if v}, power, floor, value)
    if best is None:
        raise ValueError("nothing to choose from")
    return best


def _simplex(n: int, step: float) -> list[tuple[float, ...]]:
    units = round(1 / step)
    whole = [c for c in itertools.product(range(units + 1), repeat=n) if sum(c) == units]
    return [tuple(u / units for u in c) for c in whole]


def _score(inner: Inner, fold: int, pooled: Floats, power: float, floor: float) -> float:
    """Mean over the eight cells of the mean over classes, a cell of a longer video counting more."""
    balance, truth, shares = inner.balances[fold][power, floor], inner.truths[fold], inner.shares[fold]
    classes = len(inner.vocabulary)
    values = []
    for share in OBSERVED:
        rows = shares == share
        gain = balance.weights(inner.vocabulary, share, HORIZON).astype(np.float32)
        said = (pooled[rows] * gain).argmax(axis=2)
        right = said == truth[rows]
        seconds = np.broadcast_to(inner.lengths[fold][rows, None], right.shape)
        for ahead in AHEAD:
            part = slice(0, round(CELLS * ahead / HORIZON))
            kept = truth[rows][:, part].ravel()
            weight = seconds[:, part].ravel()
            asked = np.bincount(kept, weight, classes).astype(np.float64)
            hit = np.bincount(kept, weight * right[:, part].ravel(), classes).astype(np.float64)
            values.append(mean_over_classes(hit, asked))
    return float(np.mean(values))


def _truth(sequence: SegmentSequence, share: float, names: Sequence[str]) -> Numbers:
    """(CELLS,) what was done in the middle of each cell ahead."""
    asked = asked_of(sequence, share)
    ends = np.array([s.end_s for s in sequence.segments])
    at = np.searchsorted(ends, asked.now_s + asked.cell_times_s(), side="right")
    return np.array([names.index(sequence.segments[min(i, len(ends) - 1)].activity) for i in at], dtype=np.int64)
