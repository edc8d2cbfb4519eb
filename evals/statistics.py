"""How sure a figure is: intervals clustered by subject, paired differences, tests against chance, many tests at once.

Windows of one person are alike, so people are drawn, never windows (Cameron, Gelbach, Miller, 2008: the cluster bootstrap;
percentile intervals). A metric of counts is computed for all resamples in one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from evals.confusion import Confusion, CountMetric, Numbers, macro_f1_of_counts

Row = TypeVar("Row")

RESAMPLES = 2000
FLIPS = 10_000
# 2 ** groups sign patterns: up to here all are tried. Below FEWEST_GROUPS no pattern could reach p < 0.05.
EXACT_GROUPS = 14
FEWEST_GROUPS = 6


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval; None where one group alone cannot say how groups differ."""

    value: float
    ci95: tuple[float, float] | None
    groups: int

    def metric(self, digits: int = 4, **more: object) -> dict[str, object]:
        """As `contracts` writes a metric: value and, where there is one, ci95."""
        out: dict[str, object] = {"value": _rounded(self.value, digits)}
        if self.ci95 is not None:
            out["ci95"] = [_rounded(v, digits) for v in self.ci95]
        return out | more


@dataclass(frozen=True, slots=True)
class Difference:
    """a − b on the same samples. method: how `p` was found ("sign flip over 9 subjects", "McNemar over 62 samples")."""

    value: float
    ci95: tuple[float, float] | None
    p: float
    method: str
    groups: int
    n: int

    def metric(self, digits: int = 4) -> dict[str, object]:
        interval = None if self.ci95 is None else [_rounded(v, digits) for v in self.ci95]
        return {"value": _rounded(self.value, digits), "ci95": interval, "p": float(f"{self.p:.3g}"), "method": self.method, "groups": self.groups, "n": self.n}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chance:
    """value: what was measured. chance: its mean over shuffles. ci95: of the shuffles. p: one-sided."""

    value: float
    chance: float
    ci95: tuple[float, float]
    p: float


def label_interval(
    truth: Sequence[str],
    predicted: Sequence[str | None],
    groups: Sequence[str],
    metric: CountMetric = macro_f1_of_counts,
    labels: Sequence[str] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """A metric of labels with its interval over `groups` (the subject of each sample)."""
    counted = Confusion.of(truth, predicted, groups, labels)
    return counts_interval(counted.counts, metric, resamples=resamples, seed=seed)


def counts_interval(
    counts: Numbers,
    metric: Callable[[Numbers], Numbers],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    centred: bool = False,
) -> Interval:
    """counts: (groups, …) whatever adds up over groups; metric: (resamples, …) sums → (resamples,) figures.

    centred: the draws are moved so that their mean is the figure itself. For a mean over the classes that occur: a draw that
    loses a rare, badly known class is better than the whole for that alone, and all draws together can lie above it.
    """
    value = float(metric(counts.sum(axis=0)[None])[0])
    if len(counts) < 2:
        return Interval(value, None, len(counts))
    times = _times_drawn(len(counts), resamples, seed)
    sums = (times @ counts.reshape(len(counts), -1)).reshape(resamples, *counts.shape[1:])
    drawn = metric(sums)
    return Interval(value, _percentiles(drawn + (value - float(np.nanmean(drawn))) if centred else drawn), len(counts))


def clustered_interval(
    values_by_group: Mapping[str, Sequence[Row] | npt.NDArray[Any]],
    statistic: Callable[[Any], float],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Any statistic of rows: groups drawn with replacement, each with all its rows.

    values_by_group: a list or an array of rows a subject. statistic: all rows of the drawn subjects (an array where every
    group is one, else a list) → figure. For metrics of labels `label_interval` is a thousand times faster.
    """
    rows = [values_by_group[g] for g in sorted(values_by_group) if len(values_by_group[g])]

    def joined(chosen: Sequence[int]) -> object:
        if all(isinstance(r, np.ndarray) for r in rows):
            return np.concatenate([cast("npt.NDArray[Any]", rows[i]) for i in chosen])
        return [row for i in chosen for row in rows[i]]

    if not rows:
        raise ValueError("an interval over no rows")
    value = float(statistic(joined(range(len(rows)))))
    if len(rows) < 2:
        return Interval(value, None, len(rows))
    draws = np.random.default_rng(seed).integers(0, len(rows), size=(resamples, len(rows)))
    return Interval(value, _percentiles(np.array([statistic(joined(draw)) for draw in draws])), len(rows))


def paired_labels(
    truth: Sequence[str],
    a: Sequence[str | None],
    b: Sequence[str | None],
    groups: Sequence[str],
    metric: CountMetric = macro_f1_of_counts,
    labels: Sequence[str] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Difference:
    """metric(a) − metric(b) on the same samples, people drawn together.

    p, two-sided: the two systems' answers exchanged person by person (all patterns up to 14 people, else 10,000 of them);
    with fewer than six people, where no pattern could reach 0.05, McNemar's exact test on the samples both ways unlike.
    """
    names = labels if labels is not None else sorted({*truth, *(p for p in (*a, *b) if p)})
    left, right = (Confusion.of(truth, said, groups, names).counts for said in (a, b))
    if len(left) >= FEWEST_GROUPS:
        return _flipped(left, right, metric, len(truth), resamples, seed)
    value, interval = _difference(left, right, metric, resamples, seed)
    only_a = sum(t == x != y for t, x, y in zip(truth, a, b, strict=True))
    only_b = sum(t == y != x for t, x, y in zip(truth, a, b, strict=True))
    return Difference(value, interval, mcnemar(only_a, only_b), f"McNemar over {len(truth)} samples", len(left), len(truth))  # fmt: skip


def paired_over_seeds(
    a: Sequence[Confusion],
    b: Sequence[Confusion],
    metric: CountMetric = macro_f1_of_counts,
    *,
    unlike: Sequence[tuple[int, int]] = (),
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Difference:
    """metric(a) − metric(b), each the mean over its seeds, people drawn together and a seed with everybody in it.

    One table of the same samples and people a seed, as many seeds of both. unlike: of each seed how many samples a alone has right,
    and b alone. p exchanges the two systems' answers person by person, all seeds at once; with fewer people than the exchange needs
    (`FEWEST_GROUPS`) it is the largest of the seeds' McNemar tests, for a window is the same window in every seed, and 1 where a
    seed points the other way.
    ValueError for other numbers of seeds, and for fewer people without `unlike`.
    """
    if len(a) != len(b) or not a:
        raise ValueError(f"{len(a)} seeds beside {len(b)}")
    left, right = (np.stack([table.counts for table in tables], axis=1) for tables in (a, b))
    few = len(left) < FEWEST_GROUPS
    if left.shape != right.shape or (few and len(unlike) != len(a)):
        raise ValueError(
            f"tables of {left.shape} and {right.shape}; under {FEWEST_GROUPS} people, unlike samples of each seed"
        )

    def mean(sums: Numbers) -> Numbers:
        return np.asarray(metric(sums).mean(axis=1))

    n = int(left.sum() / len(a))
    if not few:
        return _flipped(left, right, mean, n, resamples, seed)
    value, interval = _difference(left, right, mean, resamples, seed)
    what = f"McNemar over {n} samples, the largest of {len(a)} seeds"
    p = max(mcnemar(only_a, only_b) if (only_a - only_b) * value > 0 else 1.0 for only_a, only_b in unlike)
    return Difference(value, interval, p, what, len(left), n)


def paired_difference(
    a: Sequence[Row],
    b: Sequence[Row],
    groups: Sequence[str],
    statistic: Callable[[Any], float] = lambda rows: float(np.mean(rows)),
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Difference:
    """statistic(a) − statistic(b): rows of the same samples in the same order, such as each sample's own score.

    The interval draws people; p exchanges a person's rows between a and b, or, with fewer than six people, a sample's.
    """
    if not len(a) == len(b) == len(groups):
        raise ValueError(f"paired rows: {len(a)}, {len(b)} and {len(groups)} groups")
    members: dict[str, list[int]] = {}
    for i, g in enumerate(groups):
        members.setdefault(g, []).append(i)
    people = [members[g] for g in sorted(members)]
    by_person = len(people) >= FEWEST_GROUPS
    value = float(statistic(list(a)) - statistic(list(b)))
    rng = np.random.default_rng(seed)
    interval = None
    if len(people) > 1:
        drawn = []
        for draw in rng.integers(0, len(people), size=(resamples, len(people))):
            rows = [i for p in draw for i in people[p]]
            drawn.append(statistic([a[i] for i in rows]) - statistic([b[i] for i in rows]))
        interval = _percentiles(np.array(drawn))
    units = people if by_person else [[i] for i in range(len(a))]
    patterns = _patterns(len(units), rng, resamples)
    found = []
    for pattern in patterns:
        left, right = list(a), list(b)
        for unit in np.flatnonzero(pattern):
            for i in units[unit]:
                left[i], right[i] = right[i], left[i]
        found.append(statistic(left) - statistic(right))
    what = f"sign flip over {len(units)} {'subjects' if by_person else 'samples'}"
    return Difference(value, interval, _share_beyond(np.array(found), value, len(units)), what, len(people), len(a))


def _flipped(left: Numbers, right: Numbers, metric: CountMetric, n: int, resamples: int, seed: int) -> Difference:
    value, interval = _difference(left, right, metric, resamples, seed)
    patterns = _patterns(len(left), np.random.default_rng(seed), FLIPS)
    flat_a, flat_b = left.reshape(len(left), -1), right.reshape(len(right), -1)
    shape = (len(patterns), *left.shape[1:])
    swapped = [(1 - patterns) @ x + patterns @ y for x, y in ((flat_a, flat_b), (flat_b, flat_a))]
    found = metric(swapped[0].reshape(shape)) - metric(swapped[1].reshape(shape))
    what = f"sign flip over {len(left)} subjects"
    return Difference(value, interval, _share_beyond(found, value, len(left)), what, len(left), n)


def _difference(
    left: Numbers, right: Numbers, metric: CountMetric, resamples: int, seed: int
) -> tuple[float, tuple[float, float] | None]:
    both = np.stack([left, right], axis=1)
    found = counts_interval(both, lambda sums: metric(sums[:, 0]) - metric(sums[:, 1]), resamples=resamples, seed=seed)
    return found.value, found.ci95


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided exact p (McNemar, 1947; binomial): only_a samples that a alone has right, only_b that b alone has."""
    from scipy.stats import binomtest

    return 1.0 if only_a + only_b == 0 else float(binomtest(only_a, only_a + only_b, 0.5).pvalue)


def permutation_test(
    truth: Sequence[str],
    predicted: Sequence[str | None],
    metric: CountMetric = macro_f1_of_counts,
    groups: Sequence[str] | None = None,
    *,
    shuffles: int = RESAMPLES,
    seed: int = 0,
) -> Chance:
    """Is it better than chance? The answers are dealt out again at random, inside each group where `groups` are given."""
    names = tuple(sorted({*truth, *(p for p in predicted if p)}))
    code = {name: i for i, name in enumerate(names)}
    rows = np.array([code[t] for t in truth], dtype=np.int64)
    said = np.array([code.get(p or "", len(names)) for p in predicted], dtype=np.int64)
    shape = (len(names), len(names) + 1)
    members = [np.arange(len(rows))]
    if groups is not None:
        who = np.array(groups)
        members = [np.flatnonzero(who == g) for g in sorted(set(groups))]
    rng = np.random.default_rng(seed)

    def counts(answers: npt.NDArray[np.int64]) -> Numbers:
        flat = np.bincount(rows * shape[1] + answers, minlength=shape[0] * shape[1])
        return np.asarray(flat.reshape(shape), dtype=np.float64)

    value = float(metric(counts(said)[None])[0])
    dealt = np.empty((shuffles, *shape))
    for i in range(shuffles):
        answers = said.copy()
        for inside in members:
            answers[inside] = rng.permutation(said[inside])
        dealt[i] = counts(answers)
    found = metric(dealt)
    p = (1 + int((found >= value - 1e-12).sum())) / (1 + shuffles)
    return Chance(value, float(found.mean()), _percentiles(found), p)


Name = TypeVar("Name", bound=Hashable)


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """Adjusted p of each test (Holm, 1979): the chance of one false claim among all of them stays what each says."""
    ordered = sorted(p_values, key=lambda name: p_values[name])
    adjusted: dict[Name, float] = {}
    highest = 0.0
    for rank, name in enumerate(ordered):
        highest = max(highest, min(1.0, (len(ordered) - rank) * p_values[name]))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


def _times_drawn(groups: int, resamples: int, seed: int) -> Numbers:
    """(resamples, groups): how often each group is in each resample."""
    draws = np.random.default_rng(seed).integers(0, groups, size=(resamples, groups))
    times = np.zeros((resamples, groups))
    np.add.at(times, (np.arange(resamples)[:, None], draws), 1.0)
    return times


def _patterns(units: int, rng: np.random.Generator, most: int) -> Numbers:
    if units <= EXACT_GROUPS:
        return np.asarray((np.arange(2**units)[:, None] >> np.arange(units)) & 1, dtype=np.float64)
    return rng.integers(0, 2, size=(most, units)).astype(np.float64)


def _share_beyond(found: Numbers, value: float, units: int) -> float:
    beyond = int((np.abs(found) >= abs(value) - 1e-12).sum())
    return beyond / len(found) if units <= EXACT_GROUPS else (1 + beyond) / (1 + len(found))


def _percentiles(found: Numbers) -> tuple[float, float]:
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def _rounded(value: float, digits: int) -> float:
    return round(float(value), digits) + 0.0
