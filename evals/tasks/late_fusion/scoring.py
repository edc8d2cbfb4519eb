"""Figures of a run: macro-F1 with intervals over source recordings, paired differences, chance, what is comparable and what is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from evals.confusion import accuracy_of_counts, macro_f1
from evals.registry import Result
from evals.runs import JsonValue, Run, Sample
from evals.statistics import label_interval, paired_labels, permutation_test
from evals.tasks.late_fusion.classes import NAMES, TEN
from evals.versions import versions

PAIRED, KITCHENS = "label-paired-12", "epic-kitchens"
RESAMPLES = 1000
_SHUFFLES = 500
Row = dict[str, object]

PUBLISHED: list[Row] = [
    {
        "system": "Gemini-2.5-pro and Qwen-32B, zero-shot and one-shot (Demirel et al., arXiv 2509.10729)",
        "value": None,
        "source": "abstract: F1 over 12 classes significantly above chance (1/12); no figure could be confirmed",
        "comparable": "no",
        "why": "co-recorded Ego4D there; here clips and movements are paired by label, other sensors, a 135 M model",
    },
    {
        "system": "action anticipation on EPIC-KITCHENS-100 (Damen et al., IJCV 2022)",
        "value": None,
        "source": "challenge: mean top-5 recall one second before, from video",
        "comparable": "no",
        "why": "human labels of sounds and past actions in, the verb alone out, top-1, other folds",
    },
]


def scored(run: Run) -> Result:
    """Everything from the run's samples, facts and header alone."""
    rows: list[Row] = []
    for part in run.parts():
        if part.startswith(PAIRED):
            rows += _paired_rows(run, part)
        elif part.startswith(KITCHENS):
            rows += _kitchen_rows(run, part)
    seeds = cast("Mapping[str, int]", run.header.get(PAIRED, {})).get("draws", 0)
    return {
        "task": "late_fusion",
        "protocol": _protocol(run),
        "data": {
            "name": "audio clips + wisdm watch (label-paired); EPIC-KITCHENS-100 validation with EPIC-SOUNDS (co-recorded)",
            "provenance": "label-paired; real",
            "label_paired": run.header.get(PAIRED),
            "epic_kitchens": run.header.get(KITCHENS),
        },
        "systems": rows,
        "published": PUBLISHED,
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": list(range(int(seeds or 0))),
        "command": "telltale eval late_fusion --data DIR" + (" --quick" if run.header.get("quick") else ""),
        "versions": versions(),
    }


def _protocol(run: Run) -> Row:
    return {
        "name": ", ".join(cast("Sequence[str]", run.header.get("protocols", []))),
        "source": "evals/tasks/late_fusion; docs/late-fusion.md",
        "split": f"{PAIRED}: by source recording of the clip and by wearer; weights, prompts and exemplars from development "
        f"recordings and training subjects only. {KITCHENS}: five folds by participant",
        "window_s": 20.0,
        "classes": list(NAMES),
        "caveat": "label-paired: sound and movement were not recorded together. Which modality is missing tells something about the "
        "class (the row `presence pattern alone`) and is never fed",
        "interval": "95 % bootstrap over source recordings (over the wearer where there is no sound), over participants in kitchens",
    }


def _paired_rows(run: Run, part: str) -> list[Row]:
    found = []
    answers = {system: list(run.samples(system, part)) for system in run.systems(part)}
    # In the full run the language model's rows cover every draw; in a quick one some: compared on what both answered.
    for system, samples in answers.items():
        if not samples:
            continue
        facts = run.facts(system, part)
        row: Row = {"name": system, "part": part, "revision": facts.get("revision", ""), **_kept(facts)}
        row["metrics"] = _paired_metrics(samples)
        beside = facts.get("beside")
        if isinstance(beside, str) and beside in answers:
            row["beside"] = beside
            row["difference"] = _difference(samples, answers[beside])
        found.append(row)
    return found


def _kept(facts: Mapping[str, JsonValue]) -> Row:
    names = ("weights", "temperatures", "note", "seconds", "llm_calls", "peak_mb")
    return {name: facts[name] for name in names if facts.get(name)}


def _paired_metrics(samples: Sequence[Sample]) -> Row:
    truth, said = [s.truth for s in samples], [s.prediction for s in samples]
    groups = [s.subject for s in samples]
    by_draw: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_draw[sample.id.partition("/")[0]].append(sample)
    figures = [macro_f1([s.truth for s in d], [s.prediction for s in d], _classes(d)) for d in by_draw.values()]
    pooled = label_interval(truth, said, groups, resamples=RESAMPLES, labels=_classes(samples))
    chance = permutation_test(truth, said, shuffles=_SHUFFLES)
    metrics: Row = {
        "macro_f1": {
            "value": round(float(np.mean(figures)), 4),
            "ci95": None if pooled.ci95 is None else [round(v, 4) for v in pooled.ci95],
            "sd_over_draws": round(float(np.std(figures)), 4),
            "draws": len(figures),
            "n": len(samples),
        },
        "accuracy": label_interval(truth, said, groups, accuracy_of_counts, resamples=RESAMPLES).metric(n=len(samples)),
        "above_chance": {"value": round(chance.value - chance.chance, 4), "p": round(chance.p, 4)},
    }
    ten = [s for s in samples if s.truth in TEN]
    metrics["macro_f1_ten_classes"] = {
        "value": round(float(np.mean([_ten(d) for d in by_draw.values()])), 4),
        "n": len(ten),
    }
    for pattern in ("both", "sound", "motion"):
        some = [s for s in samples if s.detail.get("pattern") == pattern]
        if some:
            metrics[f"accuracy_{pattern}"] = label_interval(
                [s.truth for s in some], [s.prediction for s in some], [s.subject for s in some], accuracy_of_counts,
                resamples=RESAMPLES,
            ).metric(n=len(some))  # fmt: skip
    for name in ("invalid", "guessed"):
        share = np.mean(
            [s.status == "invalid" if name == "invalid" else bool(s.detail.get("guessed")) for s in samples]
        )
        metrics[f"{name}_rate"] = {"value": round(float(share), 4)}
    calibration = _calibration(samples)
    if calibration is not None:
        metrics["ece"] = {"value": round(calibration, 4)}
    return metrics


def _classes(samples: Sequence[Sample]) -> list[str]:
    """The twelve, as far as any sample is of them: a class nobody was asked about has no F1."""
    there = {s.truth for s in samples}
    return [name for name in NAMES if name in there]


def _ten(samples: Sequence[Sample]) -> float:
    some = [s for s in samples if s.truth in TEN]
    return macro_f1(
        [s.truth for s in some], [s.prediction for s in some], [n for n in TEN if any(s.truth == n for s in some)]
    )


def _calibration(samples: Sequence[Sample], bins: int = 10) -> float | None:
    """Expected calibration error of what gave probabilities."""
    rows = [(s.score, float(s.correct)) for s in samples if s.score is not None]
    if len(rows) < len(samples):
        return None
    score, right = np.array(rows).T
    place = np.minimum((score * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(right[place == b].mean() - score[place == b].mean()) * (place == b).mean()
            for b in range(bins)
            if (place == b).any()
        )
    )


def _difference(samples: Sequence[Sample], others: Sequence[Sample]) -> Row:
    """Macro-F1 over the samples that both answered."""
    beside = {s.id: s for s in others}
    mine = [s for s in samples if s.id in beside]
    return paired_labels(
        [s.truth for s in mine],
        [s.prediction for s in mine],
        [beside[s.id].prediction for s in mine],
        [s.subject for s in mine],
        labels=_classes(mine),
        resamples=RESAMPLES,
    ).metric()


def _accuracy_difference(samples: Sequence[Sample], others: Sequence[Sample]) -> Row:
    """Accuracy over the samples that both answered: right or not, for 78 verbs make large tables of counts."""
    beside = {s.id: s for s in others}
    mine = [s for s in samples if s.id in beside]
    return paired_labels(
        ["right"] * len(mine),
        ["right" if s.correct else None for s in mine],
        ["right" if beside[s.id].correct else None for s in mine],
        [s.subject for s in mine],
        accuracy_of_counts,
        ["right"],
        resamples=RESAMPLES,
    ).metric()


def _kitchen_rows(run: Run, part: str) -> list[Row]:
    answers = {system: list(run.samples(system, part)) for system in run.systems(part)}
    found = []
    for system, samples in answers.items():
        if not samples:
            continue
        facts = run.facts(system, part)
        truth, said = [s.truth for s in samples], [s.prediction for s in samples]
        groups = [s.subject for s in samples]
        metrics: Row = {
            "accuracy": label_interval(truth, said, groups, accuracy_of_counts, resamples=RESAMPLES).metric(
                n=len(samples)
            ),
            "macro_f1": {"value": round(macro_f1(truth, said, sorted(set(truth))), 4)},
        }
        row: Row = {
            "name": system,
            "part": part,
            "revision": facts.get("revision", ""),
            **_kept(facts),
            "metrics": metrics,
        }
        beside = facts.get("beside")
        if isinstance(beside, str) and beside in answers:
            row["beside"] = beside
            row["difference"] = _accuracy_difference(samples, answers[beside])
            if "sound" in system:
                row["where_sound_helps"] = _where(samples, answers[beside])
        found.append(row)
    return found


def _where(samples: Sequence[Sample], others: Sequence[Sample]) -> Row:
    """The difference in accuracy by length of the action, by the pause before it, and by verb (the eight commonest)."""
    beside = {s.id: s for s in others}
    slices: dict[str, list[Sample]] = defaultdict(list)
    commonest = sorted({s.truth for s in samples}, key=lambda v: -sum(s.truth == v for s in samples))[:8]
    for sample in samples:
        length = float(cast("float", sample.detail["end_s"])) - float(cast("float", sample.detail["start_s"]))
        gap = float(cast("float", sample.detail["gap_s"]))
        slices["action < 1.5 s" if length < 1.5 else "action 1.5-4 s" if length < 4 else "action > 4 s"].append(sample)
        slices["the last action goes on" if gap < 0 else "pause < 2 s" if gap < 2 else "pause > 2 s"].append(sample)
        if sample.truth in commonest:
            slices[f"verb {sample.truth}"].append(sample)
    return {name: _accuracy_difference(some, list(beside.values())) for name, some in sorted(slices.items())}
