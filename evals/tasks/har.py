"""`telltale eval har`: one window, one activity, on four public sets under any protocol, beside library models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from evals.measure import measure
from evals.protocols import Fold, described, folds, natural
from evals.registry import Result, TaskOptions
from evals.runs import JsonValue, Run
from evals.systems import Setting, WindowSet, WindowSystem, balanced_rows, joined, load_windows, systems, thinned_rows
from evals.systems.aligned import aligned_windows, shared_classes, windows_beside
from evals.systems.system import Reporting
from evals.systems.windows import Mask
from evals.tasks.har_published import published
from evals.versions import versions
from evals.window_collect import ask, material
from evals.window_scores import differences, facts, figures, gathered
from models.motion.protocols import PROTOCOLS
from recordings import UserError
from recordings.datasets import MIXABLE_SETS, dataset

DEFAULT = "fixed,groups:5"
KINDS = ("baseline", "ours")
# What belongs to the product, so that a difference is always ours minus theirs.
OURS = frozenset(
    {"telltale motion", "telltale motion, refitted", "5 nearest neighbours, embeddings", "linear probe, embeddings"}
)
# The quick form: so many windows are trained on and tested, the same share of every person and class.
QUICK_TRAIN, QUICK_TEST = 1500, 1000
# … and of each fold where there are many.
QUICK_FOLD_TRAIN, QUICK_FOLD_TEST = 700, 250
# Protocols that mix sets, with the sets that train after the colon.
MIXING = ("cross:", "beside:")


def collect(options: TaskOptions, run: Run) -> None:
    """Every (system, set, protocol, fold, seed) that the run has not finished yet."""
    if options.data_dir is None:
        raise UserError("eval har", expected="the public data sets", found="none named", cure="give --data DIR")
    asked = asked_protocols(options.protocol)
    run.note("quick", options.quick or options.limit is not None)
    run.note("protocols", {spec: list(names) for spec, names in asked.items()})
    for name in PROTOCOLS:
        for spec, names in asked.items():
            if name in names:
                _collect_set(options, run, spec, name)
    whole_set.cache_clear()


def asked_protocols(text: str) -> dict[str, tuple[str, ...]]:
    """`fixed,groups:5@usc_had+hapt` → protocol → sets. UserError for an unknown set, and for one that cannot be tested so."""
    found: dict[str, tuple[str, ...]] = {}
    for piece in (text or DEFAULT).split(","):
        spec, _, named = piece.partition("@")
        chosen = tuple(named.split("+")) if named else tuple(PROTOCOLS)
        unknown = [n for n in chosen if n not in PROTOCOLS]
        if unknown:
            raise UserError(
                piece, expected=f"sets of {', '.join(PROTOCOLS)}", found=", ".join(unknown), cure="name known sets"
            )
        if spec.startswith(MIXING):
            fit = [n for n in chosen if n in MIXABLE_SETS and n not in spec.partition(":")[2].split("+")]
            if named and len(fit) < len(chosen):
                raise UserError(
                    piece,
                    expected=f"sets that are tested, of {', '.join(MIXABLE_SETS)}, other than those that train",
                    found=", ".join(n for n in chosen if n not in fit),
                    cure="name others after the @",
                )
            chosen = tuple(fit)
        found[spec] = found.get(spec, ()) + chosen
    return found


def subjects_of(name: str, data_dir: Path) -> tuple[str, ...]:
    """The people of a protocol's set."""
    chosen = dataset(PROTOCOLS[name].dataset)
    return tuple(sorted({chosen.subject_of(key, data_dir) for key in chosen.keys(data_dir)}))


def rounds_of(spec: str, name: str, data_dir: Path) -> tuple[Fold, ...]:
    """The folds of a protocol; where sets are mixed, people read `set/subject` on both sides."""
    elsewhere = {other: subjects_of(other, data_dir) for other in MIXABLE_SETS if other != name}
    found = folds(spec, PROTOCOLS[name].dataset, subjects_of(name, data_dir), elsewhere)
    return tuple(replace(f, test=tuple(f"{name}/{who}" for who in f.test)) if f.train_sets else f for f in found)


# One set at a time is kept: the largest takes 200 MB.
@lru_cache(maxsize=1)
def whole_set(name: str, train_sets: tuple[str, ...], data_dir: Path, beside: tuple[str, ...] = ()) -> WindowSet:
    """Every window of a set; with `train_sets`, of those too, aligned and closed to the classes that they share; with `beside`, of
    those in the set's own form."""
    if beside:
        return windows_beside(name, beside, data_dir)
    if not train_sets:
        return load_windows(PROTOCOLS[name], data_dir)
    classes = shared_classes(name, train_sets)
    return joined([aligned_windows(n, classes, data_dir) for n in (*train_sets, name)], name)


def sides(found: WindowSet, fold: Fold, seed: int, quick: bool) -> tuple[WindowSet, Mask, WindowSet]:
    """(train, who of it validates, test), thinned where the form or the budget says so."""
    train, test = found.of(fold.training), found.of(fold.test)
    if fold.budget is not None:
        train = train.take(balanced_rows(train.truth, fold.budget, seed))
    if quick:
        many = fold.rounds > 1
        train = train.take(thinned_rows(train, QUICK_FOLD_TRAIN if many else QUICK_TRAIN, seed))
        test = test.take(thinned_rows(test, QUICK_FOLD_TEST if many else QUICK_TEST, seed))
    return train, np.isin(train.subjects, sorted(fold.validation)), test


def _collect_set(options: TaskOptions, run: Run, spec: str, name: str) -> None:
    data_dir, quick = cast("Path", options.data_dir), bool(run.header["quick"])
    many = 1 if quick or spec.startswith(("groups", "loso", "cross")) else options.seeds
    for fold in rounds_of(spec, name, data_dir):
        part = f"{name}/{spec}/{fold.name}"
        # A system that costs minutes is left out of the quick form unless it was named.
        setting = Setting(PROTOCOLS[name].dataset, spec, fold, quick and not options.systems, options.llm)
        todo: list[tuple[WindowSystem, int, str]] = []
        for system in systems(options.systems, KINDS):
            why = system.why_not(setting)
            leave_out(run, system.name, f"{name}/{spec}", why)
            for number in range(many if system.random else 1):
                place = f"{part}/{number}" if number else part
                if not why and not run.finished(system.name, place):
                    todo.append((system, options.seed + number, place))
        if not todo:
            continue
        found = whole_set(name, fold.train_sets, data_dir, fold.beside)
        if fold.rounds > 1:
            _ = found.features  # once for all folds
        train, validating, test = sides(found, fold, options.seed, quick)
        describe(run, spec, name, fold, train, test)
        run.audit(material(train, validating, test), part)
        for number, (system, seed, place) in enumerate(todo):
            run.progress(f"har: {place}: {system.name}", number, len(todo))
            if isinstance(system, Reporting):
                said = partial(_further, run, f"har: {place}: {system.name}", number, len(todo))
                system.report_to(said)
            ask(run, system, place, train, validating, test, seed, brief=spec.startswith(("groups", "loso")))


def _further(run: Run, stage: str, number: int, total: int, text: str) -> None:
    run.progress(f"{stage}: {text}", number, total)


def leave_out(run: Run, system: str, group: str, why: str) -> None:
    """Note, once, why a system does not stand in a table."""
    rows = cast("list[JsonValue]", run.header.get("left_out", []))
    row: JsonValue = {"system": system, "part": group, "why": why}
    if why and row not in rows:
        run.note("left_out", [*rows, row])


def describe(run: Run, spec: str, name: str, fold: Fold, train: WindowSet, test: WindowSet) -> None:
    """What a fold consists of, into the header."""
    known = dict(cast("dict[str, JsonValue]", run.header.get("folds", {})))
    protocol = PROTOCOLS[name]
    known[f"{name}/{spec}/{fold.name}"] = {
        "set": name,
        "dataset": protocol.dataset,
        "protocol": spec,
        "said": described(spec),
        "classes": list(test.classes),
        "window_s": test.window_s,
        "stride_s": protocol.stride_s,
        "n_windows": len(test),
        "n_train": len(train),
        "train_subjects": _people(train.subjects.tolist()),
        "validation_subjects": _people(fold.validation),
        "test_subjects": _people(test.subjects.tolist()),
        "source": protocol.source if spec == "fixed" else described(spec),
    }
    run.note("folds", known)


def _people(names: Iterable[str]) -> list[JsonValue]:
    return [*sorted(set(names), key=natural)]


def splits_of(run: Run) -> dict[str, dict[str, Any]]:
    """Group (`set/protocol`) → what its folds come to."""
    found: dict[str, dict[str, Any]] = {}
    for part, fold in sorted(cast("dict[str, dict[str, Any]]", run.header.get("folds", {})).items()):
        group = part.rsplit("/", 1)[0]
        so_far = found.setdefault(group, {**fold, "n_windows": 0, "n_train": 0, "test_subjects": [], "folds": 0})
        so_far["n_windows"] += fold["n_windows"]
        so_far["n_train"] = max(so_far["n_train"], fold["n_train"])
        so_far["test_subjects"] = sorted({*so_far["test_subjects"], *fold["test_subjects"]}, key=natural)
        so_far["folds"] += 1
    for split in found.values():
        if split["folds"] > 1:
            split["train_subjects"] = split["validation_subjects"] = "in each fold, everyone who is not tested"
    return found


def score(run: Run) -> Result:
    """A pure function of the run's rows and header."""
    splits = splits_of(run)
    groups = gathered(run, {name: split["classes"] for name, split in splits.items()})
    rows: list[dict[str, object]] = []
    minus: list[dict[str, object]] = []
    for group, answers in groups.items():
        split = splits[group]
        ordered = sorted(answers, key=lambda a: (a.system not in OURS, a.system))
        rows += [
            {"name": a.system, "part": group, "split": split["set"], "protocol": split["protocol"]}
            | figures(a)
            | facts(run, a)
            for a in ordered
        ]
        minus += differences(answers, OURS)
    quick = bool(run.header.get("quick"))
    return {
        "task": "har",
        "protocol": {
            "name": "closed-set windows, subject-disjoint",
            "source": "evals.protocols; the fixed split is recordings.datasets.HELD_OUT_SUBJECTS",
            "split": "by subject; penalties and temperatures are chosen on further training subjects",
            "splits": splits,
            "baselines": "trained in this run on the windows as recorded of every training subject of the fold",
            "interval": "95 %, people drawn with replacement, 2,000 resamples; two or four people: indicative",
        },
        "data": {
            "name": "usc_had, hapt, motionsense, wisdm",
            "provenance": "real",
            "quick": quick,
            "sample": f"at most {QUICK_TRAIN} training and {QUICK_TEST} test windows (leave-out folds {QUICK_FOLD_TRAIN} and {QUICK_FOLD_TEST}), the same share of every person and class"
            if quick
            else "every window",
        },
        "systems": rows,
        "differences": minus,
        "left_out": run.header.get("left_out", []),
        "published": published(quick),
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": sorted({int(str(run.facts(s, p).get("seed", 0))) for s, p in run.units()}),
        "command": command(run),
        "versions": versions("torch", "aeon", "scikit-learn", "numpy"),
    }


def command(run: Run) -> str:
    """How to have it again."""
    asked = cast("dict[str, list[str]]", run.header.get("protocols", {}))
    spec = ",".join(s if len(n) == len(PROTOCOLS) else f"{s}@{'+'.join(n)}" for s, n in asked.items())
    return f"telltale eval har --data DIR --protocol {spec}" + (" --quick" if run.header.get("quick") else "")


def run(options: TaskOptions) -> Result:
    return measure("har", options, collect, score)


def held_out_table(result: Mapping[str, object]) -> str:
    """Markdown rows of the fixed split: windows, people, every system's macro-F1 with its interval, calibration of ours."""
    rows = [r for r in cast("list[dict[str, Any]]", result["systems"]) if r.get("protocol", "fixed") == "fixed"]
    splits = cast("dict[str, dict[str, Any]]", cast("dict[str, Any]", result["protocol"])["splits"])
    names = list(dict.fromkeys(str(row["name"]) for row in rows))
    lines = [
        f"| split | windows | people | {' | '.join(names)} | accuracy, ECE of ours |",
        "|" + " --- |" * (len(names) + 4),
    ]
    for group, size in splits.items():
        if size.get("protocol", "fixed") != "fixed":
            continue
        split = str(size.get("set", group))
        cells, ours = [], ""
        for row in (next((r for r in rows if (r["split"], r["name"]) == (split, name)), None) for name in names):
            if row is None:
                cells.append("–")
                continue
            cells.append(f1_cell(row["metrics"]["macro_f1"]))
            if row["name"] == "telltale motion":
                error = row["metrics"]["calibration_error"]["value"]
                ours = f"{100 * row['metrics']['accuracy']['value']:.1f}, {100 * error:.1f}"
        people = len(size["test_subjects"])
        lines.append(f"| {split} | {size['n_windows']} | {people} | {' | '.join(cells)} | {ours} |")
    return "\n".join(lines)


def f1_cell(metric: Mapping[str, Any]) -> str:
    """`61.6 [48, 71]`, without brackets where one person alone was tested."""
    found: Sequence[float] | None = metric.get("ci95")
    value = f"{100 * metric['value']:.1f}"
    return value if found is None else f"{value} [{100 * found[0]:.0f}, {100 * found[1]:.0f}]"
