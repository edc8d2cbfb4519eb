"""Figures out of the run's rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from evals.confusion import macro_f1
from evals.runs import Run, Sample
from evals.statistics import clustered_interval
from evals.tasks.retrieval.ranking import AT, reciprocal

RESAMPLES = 200
Row = dict[str, object]


def rows_of(run: Run) -> list[Row]:
    rows: list[Row] = []
    shots: dict[tuple[str, str], list[list[Sample]]] = defaultdict(list)
    for system, part in run.units():
        if not run.finished(system, part):
            continue
        samples, facts = list(run.samples(system, part)), run.facts(system, part)
        kind = part.partition("/")[0]
        base: Row = {
            "name": system, "part": part, "revision": facts.get("revision", ""), "n": len(samples),
            "subjects": len({s.subject for s in samples}), "seconds": facts.get("seconds"), "peak_mb": None, "llm_calls": 0,
        }  # fmt: skip
        if kind == "shots":
            shots[system, part.rpartition("/")[0]].append(samples)
        elif kind == "written":
            rows.append(base | {"metrics": _written(samples, part.rpartition("/")[2])})
        elif kind == "found":
            rows.append(base | {"pool": facts.get("pool"), "metrics": _ranked(samples)})
        else:
            labels = cast("list[str]", facts["labels"])
            rows.append(
                base | {"classes": len(labels), "metrics": named_figures(samples, labels, _unseen(run, part, labels))}
            )
    for (system, part), draws in sorted(shots.items()):
        every = [macro_f1([s.truth for s in d], [s.prediction for s in d]) for d in draws]
        metric = {"value": round(float(np.mean(every)), 4), "by_seed": [round(float(v), 4) for v in every]}
        rows.append(
            {"name": system, "part": part, "revision": run.facts(system, f"{part}/0").get("revision", ""), "n": len(draws[0]),
             "subjects": len({s.subject for s in draws[0]}), "metrics": {"macro_f1": metric}, "seconds": None, "peak_mb": None, "llm_calls": 0}
        )  # fmt: skip
    return rows


def _unseen(run: Run, part: str, labels: Sequence[str]) -> tuple[str, ...]:
    """The labels that a part is about: all, or those kept from the checkpoint that answers it."""
    if not part.startswith("unseen_classes/"):
        return tuple(labels)
    kept: list[str] = []
    for one in cast("list[dict[str, list[str]]]", run.header.get("checkpoints", [])):
        kept += one["without_classes"]
    return tuple(label for label in labels if label in kept)


def named_figures(samples: Sequence[Sample], labels: Sequence[str], about: Sequence[str]) -> dict[str, object]:
    """auroc over `about`; macro_f1 over all labels; for a part about some of them also their own closed set (≥ 2 of them)."""
    odds = np.array([cast("list[float]", s.detail["odds"]) for s in samples])
    truth = np.array([labels.index(s.truth) for s in samples])
    columns = [labels.index(label) for label in about]
    people = _rows_by(samples)
    metrics: dict[str, object] = {
        "auroc": _interval(people, lambda rows: macro_auroc(odds[rows], truth[rows], columns)),
        "macro_f1": _interval(people, lambda rows: _f1(odds[rows], truth[rows], range(len(labels)))),
    }
    if len(about) < len(labels):
        inside = np.isin(truth, columns)
        if len(columns) > 1:
            mine = {who: rows[inside[rows]] for who, rows in people.items() if inside[rows].any()}
            metrics["macro_f1_among_unseen"] = _interval(mine, lambda rows: _f1(odds[rows], truth[rows], columns))
        said = odds.argmax(axis=1)
        recalls = [float((said[truth == c] == c).mean()) for c in columns if (truth == c).any()]
        metrics["recall_of_unseen_among_all"] = {"value": round(float(np.mean(recalls)), 4)}
    return metrics


def macro_auroc(odds: npt.NDArray[np.float64], truth: npt.NDArray[np.int64], columns: Sequence[int]) -> float:
    """Mean over the classes that are there; NaN where none can be judged. Ties count half (Mann–Whitney)."""
    from scipy.stats import rankdata

    found = []
    for c in columns:
        right = truth == c
        n, m = int(right.sum()), int((~right).sum())
        if n and m:
            found.append((rankdata(odds[:, c])[right].sum() - n * (n + 1) / 2) / (n * m))
    return float(np.mean(found)) if found else float("nan")


def _f1(odds: npt.NDArray[np.float64], truth: npt.NDArray[np.int64], columns: Sequence[int]) -> float:
    """Macro over the classes that occur, the answer closed to `columns`."""
    allowed = np.array(list(columns))
    said = allowed[odds[:, allowed].argmax(axis=1)]
    here = sorted(set(truth.tolist()))
    return float(macro_f1([str(t) for t in truth], [str(p) for p in said], [str(c) for c in here]))


def _ranked(samples: Sequence[Sample]) -> dict[str, object]:
    places = np.array([int(cast("int", s.detail["rank"])) for s in samples])
    people = _rows_by(samples)

    def among(first: int) -> dict[str, object]:
        return _interval(people, lambda rows: float((places[rows] <= first).mean()))

    metrics: dict[str, object] = {f"recall_at_{k}": among(k) for k in AT}
    return metrics | {
        "mrr": _interval(people, lambda rows: float(np.mean([reciprocal(int(p)) for p in places[rows]]))),
        "median_rank": {"value": float(np.median(places))},
    }


def _written(samples: Sequence[Sample], level: str) -> dict[str, object]:
    """Overlap, and, of the semantic level, the activity; of the others what the samples bear out. A share of nothing is left out."""
    people = _rows_by(samples)
    numbers = {
        name: np.array([float(cast("float", s.detail[name])) for s in samples])
        for name, value in samples[0].detail.items()
        if isinstance(value, int | float)
    }

    def mean(name: str) -> dict[str, object]:
        return _interval(people, lambda rows: float(numbers[name][rows].mean()))

    def share(part: str, whole: str) -> dict[str, object]:
        return _interval(people, lambda rows: float(numbers[part][rows].sum() / max(1.0, numbers[whole][rows].sum())))

    metrics: dict[str, object] = {name: mean(name) for name in ("bleu1", "bleu1_wordings", "rouge_l")}
    if level == "semantic":
        return metrics | {"activity": mean("right")}
    metrics |= {"said": mean("sentences")}
    if numbers["sentences"].sum():
        metrics |= {"known": share("known", "sentences"), "held": share("held", "sentences")}
    if numbers["numbers"].sum():
        metrics |= {"numbers_right": share("right", "numbers")}
        if level == "statistical":
            metrics |= {"numbers_near": share("near", "numbers")}
    return metrics


def _rows_by(samples: Sequence[Sample]) -> dict[str, npt.NDArray[np.int64]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row, sample in enumerate(samples):
        found[sample.subject].append(row)
    return {who: np.array(rows) for who, rows in found.items()}


def _interval(
    people: dict[str, npt.NDArray[np.int64]], statistic: Callable[[npt.NDArray[np.int64]], float]
) -> dict[str, object]:
    return clustered_interval(people, lambda rows: statistic(np.asarray(rows)), resamples=RESAMPLES).metric()
