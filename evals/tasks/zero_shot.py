"""`telltale eval zero_shot`: activities known by words alone, or learnt from other people, devices and places only."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import Run
from evals.systems import SYSTEMS, Setting, made, thinned_rows
from evals.tasks.har import describe, leave_out, rounds_of, sides, splits_of, whole_set
from evals.versions import versions
from evals.window_collect import ask, material
from evals.window_scores import facts, figures, gathered
from models.motion.protocols import PROTOCOLS
from recordings import UserError
from recordings.datasets import MIXABLE_SETS

WORDS = tuple(key for key, entry in SYSTEMS.items() if entry.kind == "words")
CARRIED = ("majority", "forest", "logistic", "minirocket")
# Windows for a language model: on a small machine each takes up to a second.
SLOW_QUICK, SLOW_FULL = 36, 300
QUICK_WORDS = ("usc_had", "hapt", "wisdm_watch")
QUICK_CROSS = ("usc_had",)


def collect(options: TaskOptions, run: Run) -> None:
    """By words on every set's held-out people; carried over to every set that can be mixed, all its people."""
    if options.data_dir is None:
        raise UserError("eval zero_shot", expected="the public data sets", found="none", cure="give --data DIR")
    quick = options.quick or options.limit is not None
    run.note("quick", quick)
    for name in QUICK_WORDS if quick else tuple(PROTOCOLS):
        _asked(options, run, name, "words", "fixed", options.systems or ("majority", *WORDS), quick)
    for name in QUICK_CROSS if quick else MIXABLE_SETS:
        spec = "cross:" + "+".join(other for other in MIXABLE_SETS if other != name)
        _asked(options, run, name, spec, spec, options.systems or (*CARRIED, *WORDS), quick)
    whole_set.cache_clear()


def _asked(
    options: TaskOptions, run: Run, name: str, called: str, spec: str, keys: tuple[str, ...], quick: bool
) -> None:
    (fold,) = rounds_of(spec, name, cast("Path", options.data_dir))
    part = f"{name}/{called}/{fold.name}"
    setting = Setting(PROTOCOLS[name].dataset, called, fold, quick, options.llm)
    chosen = {key: made(key) for key in keys}
    for system in chosen.values():
        leave_out(run, system.name, f"{name}/{called}", system.why_not(setting))
    todo = {k: s for k, s in chosen.items() if not s.why_not(setting) and not run.finished(s.name, part)}
    if not todo:
        return
    train, validating, test = sides(
        whole_set(name, fold.train_sets, cast("Path", options.data_dir)), fold, options.seed, quick
    )
    describe(run, called, name, fold, train, test)
    run.audit(material(train, validating, test), part)
    for number, (key, system) in enumerate(todo.items()):
        run.progress(f"zero_shot: {part}: {system.name}", number, len(todo))
        slow = key in SYSTEMS and SYSTEMS[key].slow
        asked = test.take(thinned_rows(test, SLOW_QUICK if quick else SLOW_FULL, options.seed)) if slow else test
        ask(run, system, part, train, validating, asked, options.seed, brief=False)


def score(run: Run) -> Result:
    """A pure function of the run's rows."""
    splits = splits_of(run)
    rows: list[dict[str, Any]] = []
    for group, answers in gathered(run, {name: split["classes"] for name, split in splits.items()}).items():
        for mine in answers:
            rows.append(
                {"name": mine.system, "part": group, "split": splits[group]["set"], "classes": len(mine.labels)}
                | figures(mine)
                | facts(run, mine)
            )
    quick = bool(run.header.get("quick"))
    return {
        "task": "zero_shot",
        "protocol": {
            "name": "classes never trained on: by words (held-out subjects), or carried over from other sets (everyone)",
            "source": "Telltale",
            "split": "words: no label is seen at all; cross: labels of other sets only",
            "splits": splits,
            "descriptions": "generic sentences (evals/systems/evidence.py), fixed before any test window was described",
        },
        "data": {
            "name": ", ".join(sorted({str(r["split"]) for r in rows})),
            "provenance": "real",
            "quick": quick,
            "sample": f"a language model is asked about at most {SLOW_QUICK if quick else SLOW_FULL} windows a group",
        },
        "systems": rows,
        "left_out": run.header.get("left_out", []),
        "published": [
            {
                "system": "SensorLM, 20 activities, zero-shot", "value": 0.84, "source": "SensorLM, AUROC",
                "comparable": "no", "why": "minute-level data of 100,000 people, other activities, AUROC instead of macro-F1",
            },
            {
                "system": "axis-aligned CNN, trained on MotionSense + HAPT, tested on usc_had", "value": 0.731,
                "source": "the project's earlier run of library models", "comparable": "no", "why": "six shared classes there, seven here",
            },
        ],
        "leak_audit": {"checks": run.header.get("leak_checks", [])},
        "seeds": sorted({int(str(run.facts(s, p).get("seed", 0))) for s, p in run.units()}),
        "command": "telltale eval zero_shot --data DIR" + (" --quick" if quick else ""),
        "versions": versions("torch", "transformers", "sentence-transformers", "scikit-learn", "numpy"),
    }  # fmt: skip


def run(options: TaskOptions) -> Result:
    return measure("zero_shot", options, collect, score)
