"""Is one run better than another? Paired by item, people drawn together, every test paying for how many there are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from evals.confusion import accuracy as accuracy_of
from evals.confusion import accuracy_of_counts, macro_f1, macro_f1_of_counts
from evals.runs import Run, Sample
from evals.runs.folder import existing_run
from evals.statistics import Difference, holm, paired_difference, paired_labels
from recordings.errors import UserError

# A task whose own value of a sample is the figure (a text score, a rank) notes this in its run's header.
BY_SCORE = "compares_scores"
# A list of truths longer than this is open text: it has no classes to average over.
MOST_CLASSES = 48


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of one pair of systems in one part. difference: a − b; None where no answers were kept to pair."""

    part: str
    a: str
    b: str
    metric: str
    value_a: float
    value_b: float
    difference: Difference | None
    p_holm: float | None = None

    def record(self) -> dict[str, object]:
        paired = None if self.difference is None else self.difference.metric() | {"p_holm": _short(self.p_holm)}
        return {"part": self.part, "a": self.a, "b": self.b, "metric": self.metric, "value_a": round(self.value_a, 4), "value_b": round(self.value_b, 4), "value": round(self.value_a - self.value_b, 4), "paired": paired}  # fmt: skip


def compare(a: Path, b: Path, systems: tuple[str, str] | None = None) -> list[Row]:
    """Every metric of every pair that both hold: systems of one name, or the two that are named.

    a, b: run folders (paired by item) or result files (figures alone). UserError where the items are not the same.
    """
    if a.is_file() and b.is_file():
        return _of_results(a, b, systems)
    for path, other in ((a, b), (b, a)):
        if path.is_file() and other.is_dir():
            raise UserError(
                path,
                expected="a run's folder, as the other is",
                found="a file",
                cure="compare two folders or two files",
            )
    left, right = existing_run(a), existing_run(b)
    if left.header.get("task") != right.header.get("task"):
        raise UserError(
            b,
            expected=f"a run of {left.header.get('task')}",
            found=f"one of {right.header.get('task')}",
            cure="compare runs of one task",
        )
    rows = [row for pair in _pairs(left, right, systems, a, b) for row in _compared(left, right, pair, b)]
    adjusted = holm({i: row.difference.p for i, row in enumerate(rows) if row.difference is not None})
    return [
        Row(r.part, r.a, r.b, r.metric, r.value_a, r.value_b, r.difference, adjusted.get(i)) for i, r in enumerate(rows)
    ]


def _pairs(left: Run, right: Run, systems: tuple[str, str] | None, a: Path, b: Path) -> list[tuple[str, str, str]]:
    found = []
    parts = [part for part in left.parts() if part in right.parts()]
    for part in parts:
        ours, theirs = left.systems(part), right.systems(part)
        if systems is not None:
            found += [(part, *systems)] if systems[0] in ours and systems[1] in theirs else []
        else:
            found += [(part, name, name) for name in ours if name in theirs]
    if not found:
        what = f"{' and '.join(systems)} in one part" if systems else "parts and systems of the same names"
        raise UserError(
            f"{a} and {b}",
            expected=what,
            found=f"{_listed(left)} beside {_listed(right)}",
            cure="name two systems with --systems A,B",
        )
    return found


def _listed(run: Run) -> str:
    return ", ".join(run.systems()[:6]) + (" …" if len(run.systems()) > 6 else "") or "nothing"


def _compared(left: Run, right: Run, pair: tuple[str, str, str], where: Path) -> list[Row]:
    part, a, b = pair
    ours, theirs = list(left.samples(a, part)), list(right.samples(b, part))
    _same_items(part, ours, theirs, where)
    if not ours:
        return []
    groups = [s.subject for s in ours]
    if by_scores(left, ours) and by_scores(right, theirs):
        values = [[s.score or 0.0 for s in side] for side in (ours, theirs)]
        means = [sum(v) / len(v) for v in values]
        return [Row(part, a, b, "mean score", means[0], means[1], paired_difference(values[0], values[1], groups))]
    truth = [s.truth for s in ours]
    said = [[s.prediction if s.status == "ok" else None for s in side] for side in (ours, theirs)]
    known = set(truth)
    labels = sorted(known)
    # What is no class of this part is wrong without being a class: as many classes for a as for b.
    told = [[p if p in known else None for p in side] for side in said]
    f1 = paired_labels(truth, told[0], told[1], groups, macro_f1_of_counts, labels)
    right_ones = paired_labels(truth, told[0], told[1], groups, accuracy_of_counts, labels)
    if len(labels) > MOST_CLASSES:
        return [Row(part, a, b, "accuracy", accuracy_of(truth, told[0]), accuracy_of(truth, told[1]), right_ones)]
    return [
        Row(part, a, b, "macro_f1", macro_f1(truth, told[0], labels), macro_f1(truth, told[1], labels), f1),
        Row(part, a, b, "accuracy", accuracy_of(truth, told[0]), accuracy_of(truth, told[1]), right_ones),
    ]


def by_scores(run: Run, samples: Sequence[Sample]) -> bool:
    """Whether the samples' own values are the figure: the task says so, or its answers are open texts that all have one."""
    said = run.header.get(BY_SCORE)
    if said is not None:
        return bool(said)
    return len({s.truth for s in samples}) > MOST_CLASSES and all(s.score is not None for s in samples)


def _same_items(part: str, ours: Sequence[Sample], theirs: Sequence[Sample], where: Path) -> None:
    keys = [{s.id: (s.truth, s.subject) for s in side} for side in (ours, theirs)]
    alone = sorted(set(keys[0]) ^ set(keys[1]))
    if alone:
        raise UserError(
            f"{where}, {part}",
            expected=f"the same {len(keys[0])} items",
            found=f"{len(keys[1])}, of which {len(alone)} are in one run only ({alone[0]})",
            cure="compare runs of the same protocol, data, seed and limit",
        )
    unlike = [i for i in sorted(keys[0]) if keys[0][i] != keys[1][i]]
    if unlike:
        raise UserError(
            f"{where}, {part}",
            expected="the same truths",
            found=f"{len(unlike)} others ({unlike[0]})",
            cure="compare runs of the same protocol, data and seed",
        )


def _of_results(a: Path, b: Path, systems: tuple[str, str] | None) -> list[Row]:
    left, right = read_result(a), read_result(b)
    for key in ("task", "data"):
        if without_counts(left.get(key)) != without_counts(right.get(key)):
            raise UserError(
                b,
                expected=f"the same {key} as {a.name}",
                found=str(right.get(key))[:80],
                cure="compare results of the same items",
            )
    rows = []
    theirs = {(s["name"], _part(s)): s for s in _systems(right)}
    for ours in _systems(left):
        if systems is not None and ours["name"] != systems[0]:
            continue
        name = systems[1] if systems is not None else ours["name"]
        other = theirs.get((name, _part(ours)))
        if other is None:
            continue
        values = [{k: _value(v) for k, v in cast("Mapping[str, object]", s["metrics"]).items()} for s in (ours, other)]
        for metric, value in values[0].items():
            second = values[1].get(metric)
            if value is not None and second is not None:
                rows.append(Row(_part(ours), str(ours["name"]), str(name), metric, value, second, None))
    if not rows:
        raise UserError(b, expected=f"systems of {a.name}", found="none of them", cure="name two with --systems A,B")
    return rows


def read_result(path: Path) -> Mapping[str, object]:
    """A result file as `contracts` describes it. UserError for anything else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("systems"), list):
        raise UserError(
            path, expected="the JSON result of telltale eval", found="something else", cure="name another file"
        )
    return found


def without_counts(value: object) -> object:
    """What data it was, without remarks."""
    if isinstance(value, Mapping):
        return {k: v for k, v in value.items() if k in ("name", "sha256", "n_windows", "quick", "provenance")}
    return value


def _systems(result: Mapping[str, object]) -> list[Mapping[str, object]]:
    return cast("list[Mapping[str, object]]", result["systems"])


def _part(system: Mapping[str, object]) -> str:
    return str(system.get("part") or system.get("split") or "")


def _value(metric: object) -> float | None:
    found = metric.get("value") if isinstance(metric, Mapping) else metric
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _short(p: float | None) -> float | None:
    return None if p is None else float(f"{p:.3g}")
