"""The rows of the next-activity questions: accuracy, how far off start and length were, and whether the intervals held them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from evals.runs import Run, Sample, number_of
from evals.statistics import clustered_interval
from evals.tasks.anticipation.mean_over_classes import Floats

_RESAMPLES = 300
_MINUTE_S = 60.0
# What stands in the run beside answers: timelines that answers were made from.
NO_SYSTEM = "timeline"


def next_rows(run: Run) -> list[dict[str, object]]:
    """A row for each system on each home, way of counting repeats and moment of asking, and on the folds of a set together."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for system, part in run.units():
        if system == NO_SYSTEM:
            continue
        if part.startswith("homes/"):
            groups[part, system].append(part)
        elif part.startswith(("epic_kitchens/", "hapt/")):
            groups[part.rsplit("/", 1)[0], system].append(part)
    return [_row(run, group, system, parts) for (group, system), parts in sorted(groups.items())]


def _row(run: Run, group: str, system: str, parts: Sequence[str]) -> dict[str, object]:
    samples = [s for part in sorted(parts) for s in run.samples(system, part)]
    by_group: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_group[sample.subject].append(sample)
    right = {who: np.array([float(s.correct) for s in rows]) for who, rows in by_group.items()}
    accuracy = clustered_interval(right, lambda values: float(np.mean(values)), resamples=_RESAMPLES)
    metrics: dict[str, object] = {"accuracy": accuracy.metric(n=len(samples))}
    told = [s for s in samples if s.status == "ok"]
    if len(told) < len(samples):
        metrics["told_share"] = {"value": round(len(told) / len(samples), 4)}
        metrics["accuracy_told"] = {"value": round(float(np.mean([float(s.correct) for s in told] or [0.0])), 4)}
    unit, unit_s = ("min", _MINUTE_S) if group.startswith("homes/") else ("s", 1.0)
    metrics |= _timed(by_group, "onset", "wait", unit, unit_s) | _timed(by_group, "duration", "length", unit, unit_s)
    facts = [run.facts(system, part) for part in parts]
    row: dict[str, object] = {
        "name": system,
        "part": group,
        "revision": "",
        "metrics": metrics,
        "n": len(samples),
        "groups": len(by_group),
        "seconds": round(sum(number_of(f, "seconds") for f in facts), 2),
        "peak_mb": None,
        "llm_calls": 0,
    }
    for key, digits in (("seconds_per_question", 5), ("parameters", 0)):
        values = [number_of(f, key) for f in facts if key in f]
        if values:
            row[key] = round(float(np.mean(values)), digits or None)
    return row


def _timed(
    by_group: Mapping[str, Sequence[Sample]], name: str, key: str, unit: str, unit_s: float
) -> dict[str, object]:
    """Errors of the middle, and for each person or day the share of truths inside the interval."""
    truth, said, interval = f"true_{key}_s", f"said_{key}_s", f"{key}_interval_s"
    errors = [
        abs(_detail(s, truth) - _detail(s, said)) / unit_s
        for rows in by_group.values()
        for s in rows
        if _known(s, truth) and _known(s, said)
    ]
    if not errors:
        return {}
    found: dict[str, object] = {
        f"{name}_error_mean_{unit}": {"value": round(float(np.mean(errors)), 2)},
        f"{name}_error_median_{unit}": {"value": round(float(np.median(errors)), 2)},
    }
    held: dict[str, Floats] = {}
    widths: list[float] = []
    for who, rows in by_group.items():
        inside = []
        for s in rows:
            ends = s.detail.get(interval)
            if not isinstance(ends, list) or not _known(s, truth):
                continue
            low, high = (float("inf") if end is None else float(cast("float", end)) for end in ends)
            inside.append(float(low <= _detail(s, truth) <= high))
            widths.append((high - low) / unit_s)
        if inside:
            held[who] = np.array(inside)
    if held:
        covered = clustered_interval(
            {who: np.array([rows.mean()]) for who, rows in held.items()}, _mean, resamples=_RESAMPLES
        )
        shares = [float(rows.mean()) for rows in held.values()]
        found[f"{name}_covered_90"] = covered.metric(n=sum(map(len, held.values())))
        found[f"{name}_covered_90_worst"] = {"value": round(min(shares), 4)}
        found[f"{name}_interval_median_{unit}"] = {"value": round(float(np.median(widths)), 2)}
    return found


def _mean(values: Floats) -> float:
    return float(np.mean(values))


def _known(sample: Sample, key: str) -> bool:
    return isinstance(sample.detail.get(key), (int, float))


def _detail(sample: Sample, key: str) -> float:
    return float(cast("float", sample.detail[key]))
