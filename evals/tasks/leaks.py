"""`telltale eval leaks`: are planted leaks found, and are honest splits passed? Over real windows, clips and pairs."""

from __future__ import annotations

import platform
import time
from collections import Counter, defaultdict

import numpy as np

from evals.leaks import DETECTORS, Material, audit, failed
from evals.leaks.planted import CLEAN, PLANTS, Plant, clean_material
from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import JsonValue, Run, Sample
from recordings import UserError

SYSTEM = "leak audit"
FOUND, MISSED, PASSED, ALARM = "found", "missed", "passed", "false alarm"
# Windows a material: the planted leaks do not need all, the honest splits are audited whole.
_PLANTED_IN = 900


def run(options: TaskOptions) -> Result:
    return measure("leaks", options, collect, score)


def collect(options: TaskOptions, run: Run) -> None:
    """Every plant in its material, `seeds` times over; every detector over the whole honest materials."""
    if options.data_dir is None:
        raise UserError("eval leaks", expected="the public data sets", found="no --data", cure="add --data DIR")
    small = options.quick or options.limit is not None
    most = options.limit or (300 if small else _PLANTED_IN)
    draws = 1 if small else options.seeds
    run.note(
        "protocol", {"plants": len(PLANTS), "draws": draws, "windows": most, "whole": not small, "seed": options.seed}
    )
    total = len(CLEAN) + len(PLANTS) * draws
    done = 0
    for name in CLEAN:
        if not run.finished(SYSTEM, f"honest/{name}"):
            _honest(run, name, clean_material(name, options.data_dir, most if small else None, options.seed))
        done += 1
        run.progress("honest splits", done, total)
    for name in CLEAN:
        plants = [p for p in PLANTS if p.on == name]
        if run.finished(SYSTEM, f"planted/{name}"):
            continue
        material = clean_material(name, options.data_dir, most, options.seed)
        for draw in range(draws):
            for k, plant in enumerate(plants):
                if not run.has(SYSTEM, f"planted/{name}", f"{plant.name} / {draw}"):
                    run.add(_planted(plant, material, options.seed + 1000 * draw + k, draw))
                done += 1
                run.progress("planted leaks", done, total)
        run.finish(SYSTEM, f"planted/{name}", windows=len(material.learnt) + len(material.tested))


def _honest(run: Run, name: str, material: Material) -> None:
    started = time.perf_counter()
    for check in audit(material):
        said = PASSED if check.passed else None if check.passed is None else ALARM
        run.add(
            Sample(
                id=check.name, system=SYSTEM, part=f"honest/{name}", subject=name, truth=PASSED, prediction=said,
                status="ok" if said else "skipped", detail={"detail": check.detail},
            )
        )  # fmt: skip
    windows = len(material.learnt) + len(material.tested)
    run.finish(SYSTEM, f"honest/{name}", seconds=round(time.perf_counter() - started, 1), windows=windows)


def _planted(plant: Plant, material: Material, seed: int, draw: int) -> Sample:
    spoilt = plant.spoil(material, np.random.default_rng(seed))
    checks = audit(spoilt, only={plant.detector})
    return Sample(
        id=f"{plant.name} / {draw}", system=SYSTEM, part=f"planted/{plant.on}", subject=plant.name, truth=FOUND,
        prediction=FOUND if failed(checks) else MISSED, detail={"detector": plant.detector, "detail": checks[0].detail},
    )  # fmt: skip


def score(run: Run) -> Result:
    """Found, missed and false alarms, in all and by detector."""
    by_detector: dict[str, Counter[str]] = defaultdict(Counter)
    misses: list[JsonValue] = []
    for sample in run.samples(SYSTEM):
        planted = sample.part.startswith("planted/")
        name = str(sample.detail["detector"]) if planted else sample.id
        by_detector[name][sample.prediction or "does not apply"] += 1
        if sample.prediction in (MISSED, ALARM):
            where = f"{sample.prediction}: {sample.id} in {sample.part.partition('/')[2]}"
            misses.append({"what": where, "detail": sample.detail.get("detail")})
    count: Counter[str] = sum(by_detector.values(), Counter())
    honest = [p for p in run.parts() if p.startswith("honest/")]
    facts = {p.removeprefix("honest/"): run.facts(SYSTEM, p) for p in honest}
    tried = count[FOUND] + count[MISSED]
    return {
        "schema_version": 1,
        "task": "leaks",
        "protocol": {
            "name": "planted leaks", "source": "Telltale", "split": "held-out subjects; sound by source recording",
            "detectors": len(DETECTORS), **_noted(run),
            "caveat": "thresholds of near-copies were set on these honest splits; the plants have the detectors' author; "
            "one pair of ESC-50 clips under two source ids is a true copy across the split, was found, and is left out",
        },
        "data": {"name": ", ".join(sorted(facts)), "provenance": "real; label_paired is label-paired", "honest": facts},
        "systems": [
            {
                "name": SYSTEM, "part": "planted", "revision": f"{len(DETECTORS)} detectors",
                "metrics": {
                    "found": {"value": round(count[FOUND] / max(1, tried), 4), "n": tried},
                    "missed": {"value": count[MISSED], "n": tried},
                    "false_alarms": {"value": count[ALARM], "n": count[PASSED] + count[ALARM]},
                },
                "per_detector": {name: dict(by_detector[name]) for name in sorted(by_detector)},
            }
        ],
        "misses": misses,
        "published": [],
        "seeds": [_noted(run).get("seed", 0)],
        "command": "telltale eval leaks --data DIR",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }  # fmt: skip


def _noted(run: Run) -> dict[str, JsonValue]:
    noted = run.header.get("protocol")
    return dict(noted) if isinstance(noted, dict) else {}
