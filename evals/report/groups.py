"""A run's answers as the page shows them: a table's part, its systems, and which of them is looked at closely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from evals.compare import MOST_CLASSES, by_scores
from evals.runs import Run, Sample

BINS = 15


@dataclass(frozen=True, slots=True)
class Answers:
    """One system's answers in one part of the result (folds and seeds pooled). classes: () where answers are open text."""

    part: str
    system: str
    samples: Sequence[Sample] = field(repr=False)
    classes: tuple[str, ...]
    by_score: bool

    @property
    def statuses(self) -> dict[str, int]:
        return dict(sorted(Counter(s.status for s in self.samples).items()))

    @property
    def subjects(self) -> dict[str, tuple[float, int]]:
        """subject → (accuracy, or mean score; answers)."""
        found: dict[str, list[float]] = {}
        for s in self.samples:
            found.setdefault(s.subject, []).append((s.score or 0.0) if self.by_score else float(right(s)))
        return {who: (sum(v) / len(v), len(v)) for who, v in sorted(found.items(), key=lambda item: natural(item[0]))}

    @property
    def confusion(self) -> list[list[int]]:
        """Truth by prediction; the last column counts what is no class, or no answer."""
        code = {name: i for i, name in enumerate(self.classes)}
        counts = [[0] * (len(self.classes) + 1) for _ in self.classes]
        for s in self.samples:
            said = s.prediction if s.status == "ok" else None
            counts[code[s.truth]][code.get(said or "", len(self.classes))] += 1
        return counts

    @property
    def reliability(self) -> list[tuple[float, float, int]]:
        """(mean confidence, share right, answers) of each bin that holds any; [] where confidences were not stated."""
        stated = [s for s in self.samples if s.status == "ok" and s.score is not None and 0 <= s.score <= 1]
        if self.by_score or not self.classes or len(stated) < 0.9 * len(self.samples) or not stated:
            return []
        bins: dict[int, list[Sample]] = {}
        for s in stated:
            bins.setdefault(min(BINS - 1, int((s.score or 0.0) * BINS)), []).append(s)
        return [
            (sum(s.score or 0.0 for s in b) / len(b), sum(map(right, b)) / len(b), len(b))
            for _, b in sorted(bins.items())
        ]

    @property
    def worst(self) -> list[Sample]:
        """Mistakes, the most confident first; where samples are scored, the lowest."""
        if self.by_score:
            return sorted(self.samples, key=lambda s: (s.score if s.score is not None else -1.0, s.id))
        wrong = [s for s in self.samples if not right(s)]
        return sorted(wrong, key=lambda s: (-(s.score or 0.0), s.id))


def right(sample: Sample) -> bool:
    return sample.status == "ok" and sample.correct


def natural(name: str) -> tuple[int, str]:
    return (len(name), name) if name.isdigit() else (0, name)


def parts_of(run: Run, result: Mapping[str, object]) -> dict[str, list[str]]:
    """A part of the result → the run's parts that it pools: itself and whatever begins with it (folds, seeds)."""
    named = [str(s.get("part")) for s in _systems(result) if s.get("part")]
    ours = run.parts()
    found = {p: [q for q in ours if q == p or q.startswith(f"{p}/")] for p in dict.fromkeys(named)}
    known = {q for inside in found.values() for q in inside}
    alone = {q: [q] for q in ours if q not in known}
    return {p: inside for p, inside in (found | alone).items() if inside}


def answers_of(run: Run, part: str, inside: Sequence[str], system: str) -> Answers:
    samples = [s for p in inside for s in run.samples(system, p)]
    classes = tuple(sorted({s.truth for s in samples}))
    by_score = by_scores(run, samples)
    return Answers(part, system, samples, () if by_score or len(classes) > MOST_CLASSES else classes, by_score)


def chosen_system(systems: Sequence[str], result: Mapping[str, object], part: str) -> str:
    """Ours where it is named so, else the best by the first metric of the result's table, else the first."""
    ours = [name for name in systems if name.lower().startswith("telltale")]
    rows = [s for s in _systems(result) if str(s.get("part", "")) == part and s.get("name") in (ours or systems)]
    if rows:
        return str(max(rows, key=_first_metric)["name"])
    return (ours or list(systems))[0]


def _first_metric(system: Mapping[str, object]) -> float:
    metrics = cast("Mapping[str, object]", system.get("metrics") or {})
    for metric in metrics.values():
        value = metric.get("value") if isinstance(metric, Mapping) else metric
        if isinstance(value, (int, float)):
            return float(value)
    return float("-inf")


def _systems(result: Mapping[str, object]) -> list[Mapping[str, object]]:
    found = result.get("systems")
    return [s for s in found if isinstance(s, Mapping)] if isinstance(found, list) else []
