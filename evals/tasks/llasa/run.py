"""Collecting and scoring: three tables, closed set, open questions, explanations."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from evals.confusion import accuracy_of_counts, f1_of_counts
from evals.measure import measure
from evals.questions.judging import grade_metrics
from evals.registry import Result, TaskOptions
from evals.runs import JsonValue, Run, Sample
from evals.statistics import clustered_interval, label_interval
from evals.tasks.har import leave_out
from evals.tasks.llasa.asking import Reader, asked_of, named_readers
from evals.tasks.llasa.closed_set import LEARNERS, Answered, Fitted
from evals.tasks.llasa.open_ended import facts_for_judge
from evals.tasks.llasa.published import published
from evals.tasks.llasa.windows import PER_CLASS, PER_CLASS_QUICK, SETS, Sides, identity, load
from evals.versions import versions
from models.limubert import LabelledWindow
from recordings import UserError

TARGETS = {"motionsense/fixed": 0.88, "hapt/fixed": 0.88, "explanations": 0.97}
NO_CHECKPOINT = "no trained checkpoint is shipped (`telltale train llasa --stage tune`, then `--systems llasa:DIR`)"
LEAKY = ("forest", "limubert_probe")
OPEN, EXPLAINED, JUDGED = "open", "explanations", "open, judged"
# Open questions a set, and episodes a recording: each answer is written token by token.
QUESTIONS, QUESTIONS_QUICK = 40, 3
EPISODES, EPISODES_QUICK = 8, 3
# Windows of the demanded form: each is written too, where the labels' scores take one pass.
STRICT_QUICK = 3


def collect(options: TaskOptions, run: Run) -> None:
    """Every system, set by set; what is finished in the run is not asked again."""
    if options.data_dir is None:
        raise UserError("eval llasa", expected="the public data sets", found="none", cure="give --data DIR")
    quick = options.quick or options.limit is not None
    run.note("quick", quick)
    names = tuple(options.protocol.split("+")) if options.protocol else SETS
    unknown = [name for name in names if name not in SETS]
    if unknown:
        raise UserError("--protocol", expected="+".join(SETS), found=unknown[0], cure="join some of them with +")
    learners = [key for key in LEARNERS if not options.systems or key in options.systems]
    readers = named_readers(options.systems, options.llm)
    if (not options.systems or "llasa" in options.systems) and not any(r.name == "LLaSA" for r in readers):
        leave_out(run, "LLaSA", "", NO_CHECKPOINT)
    # Open questions are written word by word: they come when every set's labels are told.
    told: list[tuple[Reader, Sides]] = []
    for number, name in enumerate(names):
        run.progress(f"llasa: {name}", number, 2 * len(names) + 1)
        sides = load(name, options.data_dir, PER_CLASS_QUICK if quick else PER_CLASS, options.seed)
        _describe(run, sides)
        fixed = Fitted(sides.train, sides.validation, sides.test, sides.classes)
        _audited(run, sides)
        for key in learners:
            _learnt(run, key, f"{name}/fixed", fixed, options.seed)
        leaky = Fitted(sides.leaky_train, (), sides.leaky_test, sides.classes)
        for key in learners:
            if key in LEAKY:
                _learnt(run, key, f"{name}/leaky: windows of the same people", leaky, options.seed)
        for reader in readers:
            why = reader.why_not(sides)
            leave_out(run, reader.name, sides.name, why)
            if not why:
                _named_by(run, reader, sides, quick, options.seed)
                told.append((reader, sides))
    for number, (reader, sides) in enumerate(told):
        run.progress(f"llasa: {sides.name}: questions", len(told) + number, 2 * len(told) + 1)
        _answered_by(run, reader, sides, quick, options.seed)
        if options.judge:
            _judged(run, reader, sides, quick, options.judge)
    if not options.systems or "explanations" in options.systems:
        _explanations(options, run, quick)


def _learnt(run: Run, key: str, part: str, given: Fitted, seed: int) -> None:
    system, answer = LEARNERS[key]
    if run.finished(system, part):
        return
    began = time.perf_counter()
    _closed(run, system, part, given.test, answer(given), time.perf_counter() - began, seed)


def _closed(
    run: Run,
    system: str,
    part: str,
    windows: Sequence[LabelledWindow],
    answered: Answered,
    seconds: float,
    seed: int,
) -> None:
    texts = answered.texts or ("",) * len(windows)
    for window, said, text in zip(windows, answered.labels, texts, strict=True):
        detail: dict[str, JsonValue] = {"recording": window.recording, "start_s": window.start_s}
        run.add(
            Sample(
                id=identity(window),
                system=system,
                part=part,
                subject=window.subject,
                truth=window.label,
                prediction=said,
                status="invalid" if said is None else "ok",
                detail=detail | ({"text": text} if text else {}),
            )
        )
    rate = round(len(windows) / max(1e-6, seconds), 2)
    run.finish(system, part, revision=answered.revision, seconds=round(seconds, 2), windows_per_s=rate, seed=seed)


def _named_by(run: Run, reader: Reader, sides: Sides, quick: bool, seed: int) -> None:
    """One model that is asked for activities: label scores, the demanded form."""
    part = f"{sides.name}/fixed"
    for system, answer in reader.closed(strict=STRICT_QUICK if quick else None):
        if not run.finished(system, part):
            began = time.perf_counter()
            windows, answered = answer(sides)
            _closed(run, system, part, windows, answered, time.perf_counter() - began, seed)


def _answered_by(run: Run, reader: Reader, sides: Sides, quick: bool, seed: int) -> None:
    """One model that is asked open questions."""
    part = f"{sides.name}/{OPEN}"
    for system, told in reader.open_ended():
        if run.finished(system, part):
            continue
        began = time.perf_counter()
        rows = list(told(sides, part, QUESTIONS_QUICK if quick else QUESTIONS))
        run.add_all(rows)
        run.finish(system, part, revision=reader.revision, seconds=round(time.perf_counter() - began, 1), seed=seed)


def _judged(run: Run, reader: Reader, sides: Sides, quick: bool, spec: str) -> None:
    """The answers of one model graded by another, which sees the question, the measurements, the annotated activity, where the device
    was, and our own answer; what is graded in the run is not graded again."""
    from agents.language import open_language_model
    from evals.questions.judging import judge

    asked_again = asked_of(sides, QUESTIONS_QUICK if quick else QUESTIONS)
    part, about = f"{sides.name}/{JUDGED}", {one.id: one for one in asked_again}
    todo = [system for system, _ in reader.open_ended() if not run.finished(system, part)]
    if not todo:
        return
    model = open_language_model(spec)
    for system in todo:
        for sample in run.samples(system, f"{sides.name}/{OPEN}"):
            if run.has(system, part, sample.id):
                continue
            asked, text = about[sample.id], str(sample.detail["text"])
            grade, found = judge(model, asked.question, text, facts_for_judge(asked))
            run.add(
                Sample(
                    id=sample.id,
                    system=system,
                    part=part,
                    subject=sample.subject,
                    truth=sample.truth,
                    prediction=None if grade is None else str(grade),
                    score=None if grade is None else float(grade),
                    status="failed" if grade is None else "ok",
                    detail={"question": asked.question, "text": text, "judge": found},
                )
            )
        run.finish(system, part, revision=f"judge {model.name} {model.revision}")


def _explanations(options: TaskOptions, run: Run, quick: bool) -> None:
    from agents.language import open_language_model
    from evals.tasks.llasa.explanations import explained, timelines
    from models.llasa import shipped_checkpoints
    from models.motion import MotionClassifier
    from tools import Bench

    adapted = next((f"llasa:{s.removeprefix('llasa:')}" for s in options.systems if s.startswith("llasa:")), None)
    if adapted is None and shipped_checkpoints():
        adapted = "llasa"
    specs = {"language model alone": options.llm} | ({} if adapted is None else {"with LLaSA's adapter": adapted})
    todo = {name: spec for name, spec in specs.items() if not run.finished(name, EXPLAINED)}
    if not todo:
        return
    bench = Bench(motion=MotionClassifier.from_pretrained())
    told = list(timelines(bench, cast("Path", options.data_dir), quick))
    for system, spec in todo.items():
        llm, began = open_language_model(spec), time.perf_counter()
        for _, who, timeline in told:
            run.add_all(explained(llm, system, EXPLAINED, who, timeline, bench, EPISODES_QUICK if quick else EPISODES))
        run.finish(system, EXPLAINED, revision=llm.revision, seconds=round(time.perf_counter() - began, 1))


def _describe(run: Run, sides: Sides) -> None:
    known = dict(cast("dict[str, JsonValue]", run.header.get("sets", {})))
    known[sides.name] = {
        "classes": list(sides.classes),
        "test_windows": len(sides.test),
        "train_windows": len(sides.train) + len(sides.validation),
        "test_subjects": list[JsonValue](sorted({w.subject for w in sides.test})),
    }
    run.note("sets", known)


def _audited(run: Run, sides: Sides) -> None:
    """The fixed split alone: the leaky one is leaky by design and named so."""
    from evals.leaks import Item, Material

    def items(windows: Sequence[LabelledWindow]) -> list[Item]:
        step = max(1, len(windows) // 600)
        return [
            Item(
                id=identity(w),
                subject=w.subject,
                recording=w.recording,
                start_s=w.start_s,
                end_s=w.start_s + 6.0,
                label=w.label,
                vector=w.values.T if i % step == 0 else None,
            )
            for i, w in enumerate(windows)
        ]

    run.audit(
        Material(train=items(sides.train), validation=items(sides.validation), test=items(sides.test)),
        f"{sides.name}/fixed",
    )


def score(run: Run) -> Result:
    """A pure function of the run's rows."""
    quick = bool(run.header.get("quick"))
    rows = [_row(run, system, part) for system, part in run.units() if run.finished(system, part)]
    return {
        "task": "llasa",
        "protocol": {
            "name": "closed set: 100 balanced windows a class; open questions; explanations",
            "source": "LLaSA's closed-set script (100 windows a class), under a split by people",
            "split": "fixed: held-out subjects; leaky: random windows of the same people, as the original",
            "window_s": 6.0,
            "sets": run.header.get("sets", {}),
            "open": "a sentence is supported when every number, name and direction in it is found in the window's samples",
        },
        "data": {"name": ", ".join(SETS), "provenance": "real", "quick": quick},
        "systems": rows,
        "left_out": run.header.get("left_out", []),
        "targets": TARGETS,
        "published": published(),
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": sorted({int(str(run.facts(s, p).get("seed", 0))) for s, p in run.units()}),
        "command": "telltale eval llasa --data DIR" + (" --quick" if quick else ""),
        "versions": versions("torch", "transformers", "peft", "scikit-learn", "numpy"),
    }


def _row(run: Run, system: str, part: str) -> dict[str, Any]:
    samples, facts = list(run.samples(system, part)), run.facts(system, part)
    return {
        "name": system,
        "part": part,
        "revision": facts.get("revision", ""),
        "metrics": _metrics(samples, run, part),
        "n": len(samples),
        "seconds": facts.get("seconds"),
        "windows_per_s": facts.get("windows_per_s"),
    }


def _metrics(samples: Sequence[Sample], run: Run, part: str) -> dict[str, object]:
    if part.endswith(f"/{JUDGED}"):
        return grade_metrics(samples)
    return _told(samples) if part.endswith(f"/{OPEN}") or part == EXPLAINED else _named(samples, run, part)


def _named(samples: Sequence[Sample], run: Run, part: str) -> dict[str, object]:
    sets = cast("dict[str, dict[str, Any]]", run.header["sets"])
    labels = tuple(sets[part.partition("/")[0]]["classes"])
    truth, said, who = [s.truth for s in samples], [s.prediction for s in samples], [s.subject for s in samples]
    shares = np.array([truth.count(label) for label in labels], dtype=np.float64)

    def weighted(sums: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        found = f1_of_counts(sums)
        return np.asarray(np.nansum(np.nan_to_num(found) * shares, axis=-1) / shares.sum())

    return {
        "weighted_f1": label_interval(truth, said, who, weighted, labels).metric(),
        "macro_f1": label_interval(truth, said, who, labels=labels).metric(),
        "accuracy": label_interval(truth, said, who, accuracy_of_counts, labels).metric(),
        "unclear": {"value": round(sum(s.status == "invalid" for s in samples) / max(1, len(samples)), 4)},
    }


def _told(samples: Sequence[Sample]) -> dict[str, object]:
    found = {"supported": _share(samples, "supported", "sentences")}
    if any("numbers" in s.detail for s in samples):
        found["exact_numbers"] = _share(samples, "exact", "numbers")
    written = sum(int(str(s.detail["sentences"])) for s in samples)
    return {**found, "sentences": {"value": written}}


def _share(samples: Sequence[Sample], part: str, whole: str) -> dict[str, object]:
    """Of all sentences or numbers that were written, clustered by people; nothing written is a share of 0."""
    by_person: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for sample in samples:
        by_person[sample.subject].append((float(str(sample.detail[part])), float(str(sample.detail[whole]))))

    def share(rows: Sequence[tuple[float, float]]) -> float:
        return sum(a for a, _ in rows) / max(1.0, sum(b for _, b in rows))

    return clustered_interval(by_person, share).metric()


def run(options: TaskOptions) -> Result:
    return measure("llasa", options, collect, score)
