"""The rows of the next-activity questions: accuracy, and how far off the start was said to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import cast

import numpy as np

from evals.runs import Run, Sample
from evals.statistics import clustered_interval

_RESAMPLES = 300


def next_rows(run: Run) -> list[dict[str, object]]:
    """A row for each system on each home, way of counting repeats and moment of asking, and on the kitchens' folds together."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for system, part in run.units():
        if part.startswith("homes/"):
            groups[part, system].append(part)
        elif part.startswith("epic_kitchens/"):
            groups[part.rsplit("/", 1)[0], system].append(part)
    return [_row(run, group, system, parts) for (group, system), parts in sorted(groups.items())]


def _row(run: Run, group: str, system: str, parts: Sequence[str]) -> dict[str, object]:
    samples = [s for part in sorted(parts) for s in run.samples(system, part)]
    right: dict[str, list[float]] = defaultdict(list)
    for sample in samples:
        right[sample.subject].append(float(sample.correct))
    rows = {who: np.array(values) for who, values in right.items()}
    accuracy = clustered_interval(rows, lambda values: float(np.mean(values)), resamples=_RESAMPLES)
    metrics: dict[str, object] = {"accuracy": accuracy.metric(n=len(samples))}
    errors = _onset_errors_min(samples)
    if errors:
        metrics["onset_error_mean_min"] = {"value": round(float(np.mean(errors)), 2)}
        metrics["onset_error_median_min"] = {"value": round(float(np.median(errors)), 2)}
    facts = [run.facts(system, part) for part in parts]
    return {
        "name": system,
        "part": group,
        "revision": "",
        "metrics": metrics,
        "n": len(samples),
        "groups": len(rows),
        "seconds": round(sum(float(cast("float", f.get("seconds", 0.0))) for f in facts), 2),
        "peak_mb": None,
        "llm_calls": 0,
    }


def _onset_errors_min(samples: Sequence[Sample]) -> list[float]:
    pairs = [(s.detail.get("true_wait_s"), s.detail.get("said_wait_s")) for s in samples]
    return [
        abs(float(cast("float", a)) - float(cast("float", b))) / 60 for a, b in pairs if a is not None and b is not None
    ]
