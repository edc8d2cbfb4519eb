"""`telltale eval sensorlm`: labels by words (seen, unseen, in a set never opened), few shots, captions found both ways, and written.

A checkpoint is asked what it may be asked: one that was kept from some classes answers for these, one that was kept from a set
answers for that set. `--systems shipped,DIR,DIR` names them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import Run
from evals.tasks.sensorlm.scoring import rows_of
from evals.versions import versions
from recordings import UserError

SETS = ("usc_had", "hapt", "motionsense", "wisdm_watch", "wisdm_phone")
SHOT_SETS = ("usc_had", "hapt", "wisdm_watch")
POOL_SETS = ("hapt", "motionsense", "usc_had", "wisdm_watch")
# Labels by words; few shots; captions found both ways; captions that a decoder writes.
QUESTIONS = ("named", "shots", "found", "written")
# Windows a set that are named, and that lie in a pool.
NAMED, QUICK_NAMED, POOL = 3000, 600, 1000
# Windows a set that are described, and training windows that the nearest is looked for among.
WRITTEN, QUICK_WRITTEN, LEARNT = 200, 40, 3000
MINILM_SETS = ("hapt",)


def collect(options: TaskOptions, run: Run) -> None:
    """Every part of every checkpoint that the run has not finished yet."""
    from evals.tasks.sensorlm.checkpoints import opened

    if options.data_dir is None:
        raise UserError("eval sensorlm", expected="the public data sets", found="none", cure="give --data DIR")
    quick = options.quick or options.limit is not None
    run.note("quick", quick)
    run.note("seed", options.seed)
    checkpoints = opened(options.systems)
    run.note("checkpoints", [{"name": c.name, "without_classes": list(c.without_classes), "without_sets": list(c.without_sets), "levels": list(c.levels)} for c in checkpoints])  # fmt: skip
    asked = _asked(options.protocol)
    for number, name in enumerate(SETS if "named" in asked else ()):
        run.progress(f"sensorlm: {name}", number, len(SETS))
        _named(options, run, checkpoints, name, quick)
    for number, name in enumerate(SHOT_SETS if "shots" in asked else ()):
        run.progress(f"sensorlm: shots: {name}", number, len(SHOT_SETS))
        _shots(options, run, checkpoints, name, quick)
    for number, name in enumerate(POOL_SETS if "found" in asked else ()):
        run.progress(f"sensorlm: captions: {name}", number, len(POOL_SETS))
        _found(options, run, checkpoints, name)
    writers = _writers(checkpoints, needed="written" in options.protocol) if "written" in asked else []
    for number, name in enumerate(POOL_SETS if writers else ()):
        run.progress(f"sensorlm: written: {name}", number, len(POOL_SETS))
        _written(options, run, writers, name, quick)


def _writers(checkpoints: list[Any], *, needed: bool) -> list[Any]:
    """Those that have a decoder. needed: UserError where none has one."""
    from evals.systems.sensor_words import reader_of

    found = [c for c in checkpoints if not c.without_classes and not c.without_sets and reader_of(c.path).writes]
    if needed and not found:
        raise UserError(
            "--systems",
            expected="a checkpoint that writes captions",
            found=", ".join(c.name for c in checkpoints),
            cure="name the folder that `telltale train sensorlm --decoder-of shipped` wrote",
        )
    return found


def _asked(protocol: str) -> tuple[str, ...]:
    """Which of the questions a protocol asks, "" all. UserError for one that is none of them."""
    chosen = tuple(protocol.split("+")) if protocol else QUESTIONS
    if unknown := [name for name in chosen if name not in QUESTIONS]:
        raise UserError(
            "--protocol",
            expected=f"some of {', '.join(QUESTIONS)}, joined by +",
            found=", ".join(unknown),
            cure="name those",
        )
    return chosen


def _named(options: TaskOptions, run: Run, checkpoints: list[Any], name: str, quick: bool) -> None:
    from evals.systems.aligned import aligned_windows, shared_classes
    from evals.systems.windows import load_windows, thinned_rows
    from evals.tasks.sensorlm.audit import material
    from evals.tasks.sensorlm.naming import MINILM, MOTION, Asked, collect_baselines, collect_named, taxonomy_labels
    from models.motion.protocols import PROTOCOLS
    from recordings.datasets import HELD_OUT_SUBJECTS

    protocol, data = PROTOCOLS[name], cast("Path", options.data_dir)
    most = options.limit or (QUICK_NAMED if quick else NAMED)
    labels = taxonomy_labels(protocol.dataset, protocol.classes)
    seen, unseen, carried = f"seen/{name}", f"unseen_classes/{name}", f"unseen_set/{name}"
    whole = [c for c in checkpoints if protocol.dataset not in c.without_sets]
    todo = [c for c in whole if not run.finished(c.name, unseen if set(c.without_classes) & set(labels) else seen)]
    bases = [s for s in (MINILM, MOTION) if not run.finished(s, seen)]
    if todo or bases:
        windows = load_windows(protocol, data, subjects=HELD_OUT_SUBJECTS[protocol.dataset])
        windows = windows.take(thinned_rows(windows, most, options.seed))
        for checkpoint in todo:
            run.audit(material(windows, protocol.dataset, checkpoint.subjects), part=f"{seen}: {checkpoint.name}")
            part = unseen if set(checkpoint.without_classes) & set(labels) else seen
            if not checkpoint.without_classes or part == unseen:
                collect_named(run, checkpoint, Asked(part, windows, labels))
        collect_baselines(run, Asked(seen, windows, labels), motion=True)
        if any(set(c.without_classes) & set(labels) for c in whole):
            collect_baselines(run, Asked(unseen, windows, labels), motion=True)
    for checkpoint in checkpoints:
        if protocol.dataset not in checkpoint.without_sets or run.finished(checkpoint.name, carried):
            continue
        if name not in ("usc_had", "hapt", "motionsense"):
            continue
        others = tuple(n for n in ("usc_had", "hapt", "motionsense") if n != name)
        classes = shared_classes(name, others)
        aligned = aligned_windows(name, classes, data)
        aligned = aligned.take(thinned_rows(aligned, most, options.seed))
        run.audit(material(aligned, "", checkpoint.subjects), part=f"{carried}: {checkpoint.name}")
        asked = Asked(carried, aligned, taxonomy_labels(protocol.dataset, classes), aligned=True)
        collect_named(run, checkpoint, asked)
        collect_baselines(run, replace(asked), motion=False)


def _shots(options: TaskOptions, run: Run, checkpoints: list[Any], name: str, quick: bool) -> None:
    from evals.systems.windows import load_windows, thinned_rows
    from evals.tasks.sensorlm.shots import LLASA, MOTION, QUICK_SHOTS, SHOTS, collect_shots, probe_name
    from models.motion.protocols import PROTOCOLS
    from recordings.datasets import HELD_OUT_SUBJECTS, dataset

    protocol, data = PROTOCOLS[name], cast("Path", options.data_dir)
    usual = [c for c in checkpoints if not c.without_classes and not c.without_sets][:1]
    shots, seeds = (QUICK_SHOTS if quick else SHOTS), range(1 if quick else options.seeds)
    last = f"shots/{name}:{shots[-1]}/{seeds[-1]}"
    if not usual or all(run.finished(s, last) for s in (probe_name(usual[0]), MOTION, LLASA)):
        return
    held, chosen = HELD_OUT_SUBJECTS[protocol.dataset], dataset(protocol.dataset)
    others = {chosen.subject_of(key, data) for key in chosen.keys(data)} - held
    test = load_windows(protocol, data, subjects=held)
    test = test.take(thinned_rows(test, QUICK_NAMED, options.seed))
    collect_shots(run, usual[0], name, load_windows(protocol, data, subjects=others), test, shots, seeds)


def _found(options: TaskOptions, run: Run, checkpoints: list[Any], name: str) -> None:
    from evals.systems.windows import load_windows, thinned_rows
    from evals.tasks.retrieval import apart
    from evals.tasks.sensorlm.finding import LEVELS, SHARED, WAYS, collect_found, collect_shared, prepared_values
    from models.motion.protocols import PROTOCOLS
    from recordings.datasets import HELD_OUT_SUBJECTS

    protocol = PROTOCOLS[name]
    usual = [c for c in checkpoints if not c.without_classes and not c.without_sets]
    parts = [f"found/{name}/{level}/{way}" for level in LEVELS for way in WAYS]
    todo = [c for c in usual if not all(run.finished(c.name, part) for part in parts)]
    if not usual or (not todo and all(run.finished(SHARED, part) for part in parts)):
        return
    windows = load_windows(protocol, cast("Path", options.data_dir), subjects=HELD_OUT_SUBJECTS[protocol.dataset])
    windows = apart(windows)
    windows = windows.take(thinned_rows(windows, options.limit or POOL, options.seed))
    prepared = prepared_values(usual[0], windows)
    collect_shared(run, name, windows, prepared, options.seed)
    for checkpoint in todo:
        collect_found(run, checkpoint, name, windows, prepared, options.seed, words=name in MINILM_SETS)


def _written(options: TaskOptions, run: Run, writers: list[Any], name: str, quick: bool) -> None:
    from evals.systems.windows import load_windows, thinned_rows
    from evals.tasks.retrieval import apart
    from evals.tasks.sensorlm.audit import material
    from evals.tasks.sensorlm.writing import collect_written, described, written_parts
    from models.motion.protocols import PROTOCOLS
    from recordings.datasets import HELD_OUT_SUBJECTS, dataset

    protocol, data = PROTOCOLS[name], cast("Path", options.data_dir)
    if all(run.finished(c.name, part) for c in writers for part in written_parts(name).values()):
        return
    held, chosen = HELD_OUT_SUBJECTS[protocol.dataset], dataset(protocol.dataset)
    others = {chosen.subject_of(key, data) for key in chosen.keys(data)} - held
    most = options.limit or (QUICK_WRITTEN if quick else WRITTEN)
    windows, training = (apart(load_windows(protocol, data, subjects=people)) for people in (held, others))
    windows = windows.take(thinned_rows(windows, most, options.seed))
    training = training.take(thinned_rows(training, LEARNT, options.seed))
    for checkpoint in writers:
        run.audit(material(windows, protocol.dataset, checkpoint.subjects), part=f"written/{name}: {checkpoint.name}")
        collect_written(run, checkpoint, described(checkpoint, name, windows, training, options.seed))


def score(run: Run) -> Result:
    """A pure function of the run's rows."""
    return {
        "task": "sensorlm",
        "protocol": {
            "name": "labels by words, few shots and captions, on people whom no weight has seen",
            "source": "forms after SensorLM; its data and prompts are not public",
            "split": "held-out subjects; unseen_classes: every fifth activity by the alphabet was kept from training; unseen_set: everyone of a set that was never opened, x up",
            "auroc": "macro, one label against the rest, from the log-odds",
            "written": "bleu1, rouge_l against the window's own caption in one wording, bleu1_wordings in eight; known: sentences in a wording of the captions'; held: sentences whose every number the samples show; numbers_right, numbers_near (5 % or 0.05 of a sum): of the numbers printed; said: sentences a caption",
            "pool": "captions of as many windows as the row's pool, one of which is the window's own; captions are written from the window's sums and stretches, which SensorLM is given by value, too",
        },
        "data": {"name": ", ".join(SETS), "provenance": "real", "quick": run.header.get("quick")},
        "systems": rows_of(run),
        "checkpoints": run.header.get("checkpoints", []),
        "published": [
            {"system": "SensorLM", "value": 0.84, "source": "its paper, zero-shot AUROC of 20 activities", "comparable": "no", "why": "minute-level days of 100,000 people, other activities"},
            {"system": "SensorLM", "value": 0.93, "source": "its paper, recall at 10", "comparable": "no", "why": "captions of its own; the pool's size is not known"},
            {"system": "axis-aligned CNN carried over to usc_had", "value": 0.731, "source": "the project's earlier run of library models", "comparable": "no", "why": "supervised; six shared classes there, seven here"},
        ],
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": [run.header.get("seed", 0)],
        "command": "telltale eval sensorlm --data DIR" + (" --quick" if run.header.get("quick") else ""),
        "versions": versions("torch", "transformers", "sentence-transformers", "scikit-learn", "numpy"),
    }  # fmt: skip


def run(options: TaskOptions) -> Result:
    return measure("sensorlm", options, collect, score)
