"""`telltale eval robustness`: what is left of each classifier when a device fails in a known way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import Run
from evals.statistics import paired_labels
from evals.systems import Setting, WindowSet, load_windows, systems, thinned_rows
from evals.systems.perturbations import PERTURBATIONS
from evals.tasks.har import OURS, describe, leave_out, rounds_of, sides, splits_of, whole_set
from evals.versions import versions
from evals.window_collect import material, samples_of
from evals.window_scores import Answers, figures, gathered
from models.motion.protocols import PROTOCOLS
from recordings import UserError

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_SYSTEMS = ("telltale_motion", "forest", "minirocket")
INTACT = "intact"
QUICK_SETS = ("usc_had", "hapt", "wisdm_watch")
QUICK_TEST = 500
NO_ACCELEROMETER = "the motion model needs three-axis acceleration and refuses a stream without it"


def collect(options: TaskOptions, run: Run) -> None:
    """Each system is fitted once on intact training windows, then asked about the test windows in every state."""
    if options.data_dir is None:
        raise UserError("eval robustness", expected="the public data sets", found="none", cure="give --data DIR")
    quick = options.quick or options.limit is not None
    run.note("quick", quick)
    run.note("seed", options.seed)
    for name in QUICK_SETS if quick else tuple(PROTOCOLS):
        _collect_set(options, run, name, quick)
    whole_set.cache_clear()


def _collect_set(options: TaskOptions, run: Run, name: str, quick: bool) -> None:
    data_dir = cast("Path", options.data_dir)
    (fold,) = rounds_of("fixed", name, data_dir)
    setting = Setting(PROTOCOLS[name].dataset, "fixed", fold, quick, options.llm)
    states = (INTACT, *PERTURBATIONS)
    todo = {}
    for system in systems(options.systems or DEFAULT_SYSTEMS):
        why = system.why_not(setting)
        leave_out(run, system.name, name, why)
        missing = [s for s in states if not run.finished(system.name, f"{name}/{s}/0")]
        if missing and not why:
            todo[system] = missing
    if not todo:
        return
    train, validating, test = sides(whole_set(name, (), data_dir), fold, options.seed, quick)
    if quick:
        test = test.take(thinned_rows(test, QUICK_TEST, options.seed))
    describe(run, "fixed", name, fold, train, test)
    run.audit(material(train, validating, test), f"{name}/fixed/0")
    asked = set(test.ids)
    for system in todo:
        system.fit(train, validating, options.seed)
    for number, state in enumerate(states):
        run.progress(f"robustness: {name}: {state}", number, len(states))
        waiting = [system for system, missing in todo.items() if state in missing]
        if not waiting:
            continue
        changed = test if state == INTACT else _perturbed(name, data_dir, fold.test, state, asked)
        for system in waiting:
            place = f"{name}/{state}/0"
            lost = () if state == INTACT else PERTURBATIONS[state].modalities_lost
            if system.name in OURS and "accelerometer" in lost:
                leave_out(run, system.name, f"{name}/{state}", NO_ACCELEROMETER)
                run.finish(system.name, place, revision=system.detail, refused=NO_ACCELEROMETER)
                continue
            run.add_all(samples_of(system.name, place, changed, system.predict(changed), brief=state != INTACT))
            run.finish(system.name, place, revision=system.detail, seed=options.seed)


def _perturbed(name: str, data_dir: Path, people: tuple[str, ...], state: str, asked: set[str]) -> WindowSet:
    import numpy as np

    found = load_windows(PROTOCOLS[name], data_dir, subjects=people, perturbation=PERTURBATIONS[state])
    return found.take(np.array([i in asked for i in found.ids]))


def score(run: Run) -> Result:
    """Macro-F1 in every state and the paired difference to the intact one."""
    splits = splits_of(run)
    classes = {p.rsplit("/", 1)[0]: splits[f"{p.split('/')[0]}/fixed"]["classes"] for p in run.parts()}
    rows: list[dict[str, Any]] = []
    groups = gathered(run, classes)
    for group, answers in groups.items():
        name, state = group.split("/")
        whole = {a.system: a for a in groups.get(f"{name}/{INTACT}", [])}
        for mine in answers:
            if not mine.first:
                continue
            said = "intact" if state == INTACT else PERTURBATIONS[state].said
            row = {"name": mine.system, "part": group, "split": name, "state": said} | figures(mine)
            if state != INTACT and mine.system in whole:
                row["drop"] = _drop(mine, whole[mine.system])
            row["revision"] = run.facts(mine.system, f"{group}/0").get("revision", "")
            rows.append(row)
    quick = bool(run.header.get("quick"))
    return {
        "task": "robustness",
        "protocol": {
            "name": "fixed held-out subjects; trained on intact windows, tested on perturbed streams",
            "source": "Telltale",
            "split": "held-out subjects",
            "splits": splits,
            "states": {key: p.said for key, p in PERTURBATIONS.items()},
            "drop": "perturbed minus intact, the same windows; 95 % interval, people drawn with replacement",
        },
        "data": {
            "name": ", ".join(sorted({r["split"] for r in rows})),
            "provenance": "real recordings, perturbed",
            "quick": quick,
            "sample": f"at most {QUICK_TEST} test windows a set" if quick else "every test window",
        },
        "systems": rows,
        "left_out": run.header.get("left_out", []),
        "published": [],
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": [run.header.get("seed", 0)],
        "command": "telltale eval robustness --data DIR" + (" --quick" if quick else ""),
        "versions": versions("torch", "aeon", "scikit-learn", "numpy"),
    }


def _drop(perturbed: Answers, intact: Answers) -> dict[str, object]:
    """Perturbed minus intact macro-F1, paired by window."""
    whole = {s.id: s for s in intact.first}
    rows = [(s, whole[s.id]) for s in perturbed.first if s.id in whole]
    found = paired_labels(
        [s.truth for s, _ in rows],
        [s.prediction for s, _ in rows],
        [w.prediction for _, w in rows],
        [s.subject for s, _ in rows],
        labels=perturbed.labels,
    )
    return {"macro_f1": found.metric()}


def run(options: TaskOptions) -> Result:
    return measure("robustness", options, collect, score)
