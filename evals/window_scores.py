"""Figures of window classifiers out of a run's rows: pooled over folds, averaged over seeds, clustered by subject."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from evals.confusion import Confusion, Numbers, accuracy_of_counts, f1_of_counts, macro_f1_of_counts
from evals.runs import Run, Sample
from evals.statistics import (
    Difference,
    Interval,
    counts_interval,
    holm,
    paired_labels,
    paired_over_seeds,
)

RESAMPLES = 2000


@dataclass(frozen=True)
class Answers:
    """One system's rows in one group of parts, by seed, each seed's in the same order of ids.

    stated: (n, labels) probabilities of the first seed's rows, None where some row states none. They are taken out of the rows: a
    run of a million windows must fit into memory.
    """

    system: str
    group: str
    labels: tuple[str, ...]
    by_seed: tuple[tuple[Sample, ...], ...]
    stated: npt.NDArray[np.float32] | None = None

    @property
    def first(self) -> tuple[Sample, ...]:
        return self.by_seed[0]

    @property
    def groups(self) -> list[str]:
        return [s.subject for s in self.first]

    def confusions(self) -> list[Confusion]:
        return [
            Confusion.of([s.truth for s in rows], [s.prediction for s in rows], [s.subject for s in rows], self.labels)
            for rows in self.by_seed
        ]

    def interval(self, counts: Sequence[Confusion], metric: object = macro_f1_of_counts) -> Interval:
        """The mean over seeds, and its interval over people (a seed is drawn with everybody in it)."""
        stacked = np.stack([c.counts for c in counts], axis=1)

        def mean(sums: Numbers) -> Numbers:
            return np.asarray(metric(sums).mean(axis=1))  # type: ignore[operator]

        return counts_interval(stacked, mean, resamples=RESAMPLES)


def gathered(run: Run, labels: Mapping[str, Sequence[str]]) -> dict[str, list[Answers]]:
    """Group (`set/protocol`) → every system's answers. A part reads `set/protocol/fold[/seed]`; labels: group → classes."""
    rows: dict[tuple[str, str], dict[int, list[Sample]]] = defaultdict(lambda: defaultdict(list))
    stated: dict[tuple[str, str], list[npt.NDArray[np.float32] | None]] = defaultdict(list)
    for system, part in run.units():
        group, seed = group_of(part)
        if run.finished(system, part):
            found_rows = list(run.samples(system, part))
            if seed == 0:
                stated[group, system].append(probabilities_of(found_rows, labels[group]))
            rows[group, system][seed] += [_lean(row) for row in found_rows]
    found: dict[str, list[Answers]] = defaultdict(list)
    for (group, system), seeds in sorted(rows.items()):
        # A seed that a stopped run did not finish in every fold is no whole answer.
        most = max(len(r) for r in seeds.values())
        whole = tuple(tuple(sorted(r, key=lambda s: s.id)) for _, r in sorted(seeds.items()) if len(r) == most)
        if most:
            found[group].append(
                Answers(system, group, tuple(labels[group]), whole, _ordered(stated[group, system], seeds.get(0, [])))
            )
    return dict(found)


def _lean(row: Sample) -> Sample:
    """Without its probabilities, which `Answers.stated` holds, and with names that are shared."""
    return replace(
        row,
        id=sys.intern(row.id),
        subject=sys.intern(row.subject),
        truth=sys.intern(row.truth),
        prediction=None if row.prediction is None else sys.intern(row.prediction),
        detail={} if "probabilities" in row.detail else row.detail,
    )


def _ordered(parts: Sequence[npt.NDArray[np.float32] | None], rows: Sequence[Sample]) -> npt.NDArray[np.float32] | None:
    """The parts' probabilities in the order of the rows' ids; None where a part states none."""
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    order = sorted(range(len(rows)), key=lambda i: rows[i].id)
    return np.concatenate(known)[order]


def group_of(part: str) -> tuple[str, int]:
    """`hapt/groups:5/3/1` → (`hapt/groups:5`, 1)."""
    pieces = part.split("/")
    return "/".join(pieces[:2]), int(pieces[3]) if len(pieces) > 3 else 0


def figures(answers: Answers) -> dict[str, object]:
    """macro_f1 (with interval), accuracy, per-class and per-subject F1, calibration where probabilities were stated."""
    counts = answers.confusions()
    macro = answers.interval(counts)
    metrics: dict[str, object] = {
        "macro_f1": macro.metric(),
        "accuracy": answers.interval(counts, accuracy_of_counts).metric(),
    }
    if answers.stated is not None:
        truth = np.array([answers.labels.index(s.truth) for s in answers.first])
        metrics["calibration_error"] = {"value": round(calibration_error(answers.stated, truth), 4)}
    per_class = np.nanmean([f1_of_counts(c.total) for c in counts], axis=0)
    per_subject = {
        who: round(float(np.mean([macro_f1_of_counts(c.counts[i][None])[0] for c in counts])), 4)
        for i, who in enumerate(counts[0].groups)
    }
    out: dict[str, object] = {
        "metrics": metrics,
        "per_class_f1": {
            label: None if np.isnan(v) else round(float(v), 4)
            for label, v in zip(answers.labels, per_class, strict=True)
        },
        "per_subject_f1": per_subject,
        "n_windows": len(answers.first),
        "invalid": sum(s.status != "ok" for s in answers.first),
    }
    if len(counts) > 1:
        out["macro_f1_by_seed"] = [round(c.value(macro_f1_of_counts), 4) for c in counts]
    return out


def facts(run: Run, answers: Answers) -> dict[str, object]:
    """Seconds, revision, memory and calls of all of a system's units in the group."""
    found = [run.facts(s, p) for s, p in run.units() if s == answers.system and group_of(p)[0] == answers.group]
    revisions = list(dict.fromkeys(str(f.get("revision", "")) for f in found))
    return {
        "revision": revisions[0] if len(revisions) == 1 else f"{revisions[0]} (and {len(revisions) - 1} other fits)",
        "seconds": round(sum(float(str(f.get("seconds", 0))) for f in found), 1),
        "windows_per_s": round(float(np.median([float(str(f.get("windows_per_s", 0))) for f in found])), 1),
        "peak_mb": max((int(str(f.get("peak_mb", 0))) for f in found), default=0),
        "llm_calls": sum(int(str(f.get("llm_calls", 0))) for f in found),
        "seeds": len(answers.by_seed),
    }


def probabilities_of(rows: Sequence[Sample], labels: Sequence[str]) -> npt.NDArray[np.float32] | None:
    """(n, labels) as they were written down, rows summing to 1; None where some row states none."""
    code = {label: i for i, label in enumerate(labels)}
    out = np.zeros((len(rows), len(labels)), dtype=np.float32)
    for i, row in enumerate(rows):
        stated = row.detail.get("probabilities")
        if not isinstance(stated, dict) or not stated:
            return None
        for label, value in stated.items():
            out[i, code[label]] = float(str(value))
    return np.asarray(out / np.maximum(out.sum(axis=1, keepdims=True), 1e-9), dtype=np.float32)


def calibration_error(probabilities: npt.NDArray[np.floating], truth: npt.NDArray[np.int64], bins: int = 15) -> float:
    """Expected calibration error of the top class, equal-width bins (Guo et al., ICML 2017)."""
    top = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == truth
    which = np.minimum((top * bins).astype(int), bins - 1)
    return float(
        sum(abs(hit[which == b].mean() - top[which == b].mean()) * (which == b).mean() for b in np.unique(which))
    )


def compared(a: Answers, b: Answers) -> Difference | None:
    """a − b in macro-F1 on the windows that both answered; None where they share none.

    The mean over seeds where both have as many, more than one; else of the first seeds.
    """
    alike = [s.id for s in a.first] == [s.id for s in b.first]
    if alike and len(a.by_seed) == len(b.by_seed) > 1:
        unlike = [alone_right(x, y) for x, y in zip(a.by_seed, b.by_seed, strict=True)]
        return paired_over_seeds(a.confusions(), b.confusions(), unlike=unlike, resamples=RESAMPLES)
    theirs = {s.id: s for s in b.first}
    both = [(s, theirs[s.id]) for s in a.first if s.id in theirs]
    if not both:
        return None
    return paired_labels(
        [x.truth for x, _ in both],
        [x.prediction for x, _ in both],
        [y.prediction for _, y in both],
        [x.subject for x, _ in both],
        labels=a.labels,
        resamples=RESAMPLES,
    )


def alone_right(a: Sequence[Sample], b: Sequence[Sample]) -> tuple[int, int]:
    """Of the same windows in the same order: how many a alone has right, and how many b alone."""
    right = [(x.prediction == x.truth, y.prediction == y.truth) for x, y in zip(a, b, strict=True)]
    return sum(x and not y for x, y in right), sum(y and not x for x, y in right)


def differences(group: Sequence[Answers], ours: frozenset[str]) -> list[dict[str, object]]:
    """Each of ours against the best system that is not ours, the best chosen on these very windows: no favour to ours."""
    others = [a for a in group if a.system not in ours]
    if not others:
        return []
    best = max(others, key=lambda a: a.interval(a.confusions()).value)
    found = {a.system: compared(a, best) for a in group if a.system in ours}
    known = {name: d for name, d in found.items() if d is not None}
    adjusted = holm({name: d.p for name, d in known.items()})
    return [
        {
            "system": name,
            "minus": best.system,
            "part": best.group,
            "macro_f1": d.metric(),
            "p_holm": round(adjusted[name], 4),
        }
        for name, d in known.items()
    ]
