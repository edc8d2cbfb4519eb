"""From the rows of a run to the tables: every figure is counted from what each sample says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import numpy as np

from evals.runs import Run, Sample, number_of
from evals.statistics import Interval, counts_interval
from evals.tasks.anticipation.mean_over_classes import (
    AHEAD,
    HORIZON,
    OBSERVED,
    Floats,
    Numbers,
    counts,
    mean_over_classes,
    window,
)  # fmt: skip

CELLS = tuple((share, ahead) for share in OBSERVED for ahead in AHEAD)
RESAMPLES = 300


def video_rows(run: Run) -> list[dict[str, object]]:
    """A row for each system on each (set, folds, input): the mean over classes of all eight cells, and their mean."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for system, part in run.units():
        # The homes' parts have as many pieces; only a set of videos has a vocabulary.
        if f"vocabulary/{part.split('/')[0]}" in run.header and system != "fold":
            groups[part.rsplit("/", 1)[0], system].append(part)
    rows = [_row(run, group, system, parts) for (group, system), parts in sorted(groups.items())]
    return [row for row in rows if row]


def cell_name(share: float, ahead: float) -> str:
    return f"moc_{share:g}_{ahead:g}"


def _row(run: Run, group: str, system: str, parts: Sequence[str]) -> dict[str, object]:
    vocabulary = cast("Sequence[str]", run.header[f"vocabulary/{group.split('/')[0]}"])
    tables: dict[str, Floats] = {}
    hits: list[bool] = []
    for number, part in enumerate(sorted(parts)):
        for sample in run.samples(system, part):
            shape = (len(parts), len(CELLS), 2, len(vocabulary))
            table = tables.setdefault(sample.subject, np.zeros(shape))
            _count(sample, table[number], len(vocabulary))
            hits.append(sample.correct)
    if not tables:
        return {}
    whole = np.stack([tables[subject] for subject in sorted(tables)])
    metrics: dict[str, object] = {"moc": _metric(counts_interval(whole, _mean, resamples=RESAMPLES, centred=True))}
    for i, (share, ahead) in enumerate(CELLS):
        metrics[cell_name(share, ahead)] = {
            "value": round(float(_mean(whole[:, :, i : i + 1].sum(axis=0)[None])[0]), 4)
        }
    metrics["next_activity_accuracy"] = {"value": round(float(np.mean(hits)), 4)}
    facts = [run.facts(system, part) for part in sorted(parts)]
    return {
        "name": system,
        "part": group,
        "revision": "",
        "metrics": metrics,
        "folds": len(parts),
        "videos": len(hits) // len(OBSERVED),
        "subjects": len(tables),
        "seconds": round(sum(number_of(f, "seconds") for f in facts), 1),
        "seconds_per_video": round(float(np.mean([number_of(f, "seconds_per_video") for f in facts])), 5),
        "fit_s": round(float(np.mean([number_of(f, "fit_s") for f in facts])), 2),
        "parameters": round(float(np.mean([number_of(f, "parameters") for f in facts]))),
        "choices": [f.get("choice") for f in facts if f.get("choice")],
        "seeds": max((int(number_of(f, "seeds")) for f in facts), default=1),
        "peak_mb": None,
        "llm_calls": 0,
    }


def _count(sample: Sample, table: Floats, classes: int) -> None:
    """Adds a sample's right and asked steps to the four cells of its observed share."""
    detail = sample.detail
    share, total = float(cast("float", detail["observed"])), int(cast("int", detail["steps"]))
    truth, said = (_laid_out(cast("Iterable[Sequence[int]]", detail[key])) for key in ("truth", "prediction"))
    start, longest = window(total, share, HORIZON)
    for i, (of, ahead) in enumerate(CELLS):
        if of != share:
            continue
        end = min(window(total, share, ahead)[1], longest)
        right, asked = counts(truth[: end - start], said[: end - start], classes)
        table[i, 0] += right
        table[i, 1] += asked


def _laid_out(pairs: Iterable[Sequence[int]]) -> Numbers:
    rows = list(pairs)
    return np.repeat([label for label, _ in rows], [steps for _, steps in rows]).astype(np.int64)


def _mean(sums: Floats) -> Floats:
    """(…, folds, cells, 2, classes) → (…): the mean over cells of the mean over folds of the mean over classes."""
    values = mean_over_classes(sums[..., 0, :], sums[..., 1, :])
    found = np.nanmean(values, axis=(-2, -1))
    return np.asarray(found)


def _metric(interval: Interval) -> dict[str, object]:
    return {
        "value": round(interval.value, 4),
        "ci95": None if interval.ci95 is None else [round(v, 4) for v in interval.ci95],
        "n": interval.groups,
    }


def systems_table(rows: Sequence[Mapping[str, object]], group: str) -> str:
    """Markdown: every cell × 100 of the systems of one group, best mean last."""
    mine = [row for row in rows if row["part"] == group]
    mine.sort(key=lambda row: _value(row, "moc"))
    head = " | ".join(f"{share:g}→{ahead:g}" for share, ahead in CELLS)
    lines = [f"| system | {head} | mean | s/video | parameters |", "|---" * (len(CELLS) + 4) + "|"]
    for row in mine:
        cells = " | ".join(f"{100 * _value(row, cell_name(*cell)):.1f}" for cell in CELLS)
        interval = cast("Mapping[str, Mapping[str, Sequence[float]]]", row["metrics"])["moc"].get("ci95")
        ci = f" [{100 * interval[0]:.1f}, {100 * interval[1]:.1f}]" if interval else ""
        lines.append(
            f"| {row['name']} | {cells} | {100 * _value(row, 'moc'):.1f}{ci} | {row['seconds_per_video']} | {row['parameters']} |"
        )
    return "\n".join(lines)


def _value(row: Mapping[str, object], metric: str) -> float:
    return float(cast("Mapping[str, Mapping[str, float]]", row["metrics"])[metric]["value"])
