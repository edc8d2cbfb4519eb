"""`telltale eval calibration`: is a stated confidence the share of right answers, and do label sets hold what they promise?"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from evals.conformal import ALPHA, SCORES, leave_one_subject_out
from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import Run, Sample
from evals.statistics import clustered_interval
from evals.systems import Setting, systems
from evals.tasks import timeline
from evals.tasks.har import OURS, describe, leave_out, rounds_of, sides, splits_of, whole_set
from evals.timeline_pieces import frames_of
from evals.versions import versions
from evals.window_collect import ask, material
from evals.window_scores import Answers, gathered
from models.motion.protocols import PROTOCOLS
from recordings import UserError

SYSTEMS = ("telltale_motion", "forest", "logistic")
TARGET_ECE = 0.03
BINS = 15
COVERAGES = (1.0, 0.9, 0.8, 0.5)
RESAMPLES = 500
QUICK_RECORDINGS = 3
TEMPERATURES = np.exp(np.linspace(np.log(0.4), np.log(4.0), 47))
Floats = npt.NDArray[np.float64]


def collect(options: TaskOptions, run: Run) -> None:
    """Windows of the fixed split by each system that states probabilities, and timelines of continuous recordings."""
    if options.data_dir is None:
        raise UserError("eval calibration", expected="the public data sets", found="none", cure="give --data DIR")
    quick = options.quick or options.limit is not None
    run.note("quick", quick)
    for name in PROTOCOLS:
        (fold,) = rounds_of("fixed", name, options.data_dir)
        part = f"{name}/fixed/0"
        setting = Setting(PROTOCOLS[name].dataset, "fixed", fold, quick, options.llm)
        chosen = systems(options.systems or SYSTEMS)
        for system in chosen:
            leave_out(run, system.name, part, system.why_not(setting))
        todo = [s for s in chosen if not s.why_not(setting) and not run.finished(s.name, part)]
        if not todo:
            continue
        train, validating, test = sides(whole_set(name, (), options.data_dir), fold, options.seed, quick)
        describe(run, "fixed", name, fold, train, test)
        run.audit(material(train, validating, test), part)
        for number, system in enumerate(todo):
            run.progress(f"calibration: {name}: {system.name}", number, len(todo))
            ask(run, system, part, train, validating, test, options.seed, brief=True)
    whole_set.cache_clear()
    # The pool's confidence needs no language model; what it adds is measured by `timeline`.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        few = dataclasses.replace(options, limit=options.limit or QUICK_RECORDINGS) if quick else options
        timeline.collect_with(few, run, timeline.shipped_bench(Path(folder)), None)


def score(run: Run) -> Result:
    """A pure function of the run's rows."""
    splits = splits_of(run)
    windows = {part for part in run.parts() if part.endswith("/fixed/0")}
    labels = {part.rsplit("/", 1)[0]: splits[part.rsplit("/", 1)[0]]["classes"] for part in windows}
    labels["hapt/continuous"] = list(timeline.CLASSES)
    rows: list[dict[str, Any]] = []
    for group, answers in gathered(run, labels).items():
        for mine in sorted(answers, key=lambda a: (a.system not in OURS, a.system)):
            if group == timeline.GROUP:
                found = _of_timeline(mine.first)
            else:
                found = _of_windows(mine)
            if found is None:
                continue
            fact = run.facts(mine.system, mine.first[0].part)
            ours = mine.system in OURS or group == timeline.GROUP
            rows.append(
                {"name": mine.system, "part": group, "split": group.split("/")[0], "revision": fact.get("revision", "")}
                | found
                | (
                    {"target_ece": TARGET_ECE, "target_met": found["metrics"]["ece"]["value"] <= TARGET_ECE}
                    if ours
                    else {}
                )
            )
    quick = bool(run.header.get("quick"))
    return {
        "task": "calibration",
        "protocol": {
            "name": "fixed held-out subjects; probabilities as stated, nothing refitted on them",
            "source": "Guo et al. 2017 (ECE, 15 equal bins); Geifman and El-Yaniv 2017 (selective accuracy); split conformal",
            "split": "held-out subjects",
            "splits": splits,
            "conformal": f"sets that promise {1 - ALPHA:.0%}; a person's are calibrated on the other held-out people, each weighing the same",
            "temperature": "ece_refitted: one divisor of the logits fitted on the other held-out people: what a better temperature could bring, not what ships",
            "interval": f"95 %, people drawn with replacement, {RESAMPLES} resamples",
        },
        "data": {
            "name": "usc_had, hapt, motionsense, wisdm",
            "provenance": "real",
            "quick": quick,
            "sample": "a thousand test windows a set, three recordings" if quick else "every test window and recording",
        },
        "systems": rows,
        "left_out": run.header.get("left_out", []),
        "published": [],
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": [0],
        "command": "telltale eval calibration --data DIR" + (" --quick" if quick else ""),
        "versions": versions("torch", "scikit-learn", "numpy"),
    }


def _of_windows(answers: Answers) -> dict[str, Any] | None:
    if answers.stated is None:
        return None
    rows, labels, stated = answers.first, answers.labels, answers.stated.astype(np.float64)
    truth = np.array([labels.index(r.truth) for r in rows], dtype=np.int64)
    subjects = np.array([r.subject for r in rows])
    hit = (stated.argmax(axis=1) == truth).astype(np.float64)
    found = _of_confidence(stated.max(axis=1), hit, np.ones(len(rows)), subjects)
    metrics = found["metrics"]
    metrics["brier"] = {"value": round(float(((stated - np.eye(len(labels))[truth]) ** 2).sum(axis=1).mean()), 4)}
    metrics["log_loss"] = {
        "value": round(float(-np.log(np.maximum(stated[np.arange(len(truth)), truth], 1e-4)).mean()), 4)
    }
    refitted = _refitted(stated, truth, subjects)
    if refitted is not None:
        metrics["ece_refitted"] = {"value": round(weighted_ece(refitted.max(axis=1), hit, np.ones(len(hit))), 4)}
    found["conformal"] = {}
    for method in SCORES:
        coverage = leave_one_subject_out(stated, truth, subjects, method)
        if coverage is not None:
            metrics[f"coverage_{method.lower()}"] = {"value": round(coverage.mean, 4)}
            metrics[f"worst_coverage_{method.lower()}"] = {"value": round(coverage.worst, 4)}
            metrics[f"set_size_{method.lower()}"] = {"value": round(coverage.size, 2)}
            found["conformal"][method] = {who: round(v, 4) for who, v in coverage.by_subject.items()}
    return found


def _of_timeline(rows: Sequence[Sample]) -> dict[str, Any] | None:
    """Episodes' confidences, each weighing the labelled samples that it says something about."""
    kept = [r for r in rows if r.score is not None]
    if not kept:
        return None
    return _of_confidence(
        np.array([cast("float", r.score) for r in kept]),
        np.array([float(r.correct) for r in kept]),
        np.array([float(frames_of(r)) for r in kept]),
        np.array([r.subject for r in kept]),
    )


def _of_confidence(confidence: Floats, hit: Floats, weight: Floats, subjects: npt.NDArray[np.str_]) -> dict[str, Any]:
    table = np.stack([confidence, hit, weight], axis=1)
    by_person = {who: table[subjects == who] for who in sorted(set(subjects.tolist()))}
    error = clustered_interval(by_person, lambda t: weighted_ece(t[:, 0], t[:, 1], t[:, 2]), resamples=RESAMPLES)
    metrics: dict[str, Any] = {"ece": error.metric()}
    for share in COVERAGES:
        accuracy = selective_accuracy(confidence, hit, weight, share)
        metrics[f"accuracy_at_{round(100 * share)}"] = {"value": round(accuracy, 4)}
    return {
        "metrics": metrics,
        "per_subject_ece": {who: round(weighted_ece(t[:, 0], t[:, 1], t[:, 2]), 4) for who, t in by_person.items()},
        "reliability": reliability(confidence, hit, weight),
        "n_windows": len(confidence),
    }


def weighted_ece(confidence: Floats, hit: Floats, weight: Floats, bins: int = BINS) -> float:
    """Expected calibration error of the top class: bins of equal width, rows of unequal weight."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.abs(np.bincount(which, weight * (hit - confidence), minlength=bins))
    return float(gaps.sum() / weight.sum())


def selective_accuracy(confidence: Floats, hit: Floats, weight: Floats, coverage: float) -> float:
    """Accuracy of the surest rows that make up this share of the weight."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    kept = order[: int(np.searchsorted(share, coverage - 1e-12)) + 1]
    return float((hit[kept] * weight[kept]).sum() / weight[kept].sum())


def reliability(confidence: Floats, hit: Floats, weight: Floats) -> list[dict[str, float]]:
    """For each bin in use: mean confidence, accuracy, share of the weight."""
    which = np.minimum((confidence * BINS).astype(int), BINS - 1)
    out = []
    for b in np.unique(which):
        here = which == b
        total = weight[here].sum()
        out.append(
            {
                "confidence": round(float((confidence * weight)[here].sum() / total), 4),
                "accuracy": round(float((hit * weight)[here].sum() / total), 4),
                "share": round(float(total / weight.sum()), 4),
            }
        )
    return out


def _refitted(stated: Floats, truth: npt.NDArray[np.int64], subjects: npt.NDArray[np.str_]) -> Floats | None:
    """Each person's probabilities under the temperature that suits the other people best."""
    people = sorted(set(subjects.tolist()))
    if len(people) < 2:
        return None
    logits = np.log(np.maximum(stated, 1e-4))
    out = np.empty_like(stated)
    for who in people:
        here = subjects == who
        losses = [_log_loss(logits[~here] / t, truth[~here]) for t in TEMPERATURES]
        out[here] = _softmax(logits[here] / TEMPERATURES[int(np.argmin(losses))])
    return out


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _log_loss(logits: Floats, truth: npt.NDArray[np.int64]) -> float:
    return float(-np.log(_softmax(logits)[np.arange(len(truth)), truth] + 1e-12).mean())


def run(options: TaskOptions) -> Result:
    return measure("calibration", options, collect, score)
