"""`telltale eval sensorllm`: SensorLLM's activity recognition beside its ablations, networks and library models, and its speed.

The trend texts (its other table) are measured by `captions`. The language-model rows are tuned in
the run, in a small form where there is no GPU; a checkpoint that was tuned before is asked with `--systems sensorllm:DIR`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from evals.measure import measure
from evals.registry import Result, TaskOptions
from evals.runs import JsonValue, Run, Sample
from evals.systems.registry import SYSTEMS, TUNED, made
from evals.systems.sensor_language import fresh_row_of
from evals.tasks import har
from evals.window_scores import compared, gathered
from models.motion.protocols import PROTOCOLS
from recordings import UserError

SETS = ("usc_had", "hapt", "motionsense", "wisdm_watch")
DEFAULT = f"fixed@{'+'.join(SETS)}"
ROWS = (
    "majority", "forest", "minirocket", "multirocket_hydra", "deepconvlstm", "patchtst", "chronos_mlp",
    "task_only_cold", "sensorllm_cold", "task_only_no_text", "task_only", "task_only_by_value", "sensorllm_no_text", "sensorllm", "sensorllm_by_value",
    "sensorllm_rhythm_by_value", "task_only_turned", "sensorllm_turned", "task_only_upright", "sensorllm_upright",
    "telltale_motion",
)  # fmt: skip
# Minutes of training a fold each: not for a quick look, unless they are named.
MINUTES = frozenset(key for key in ROWS if SYSTEMS[key].kind == "network")
SPEED = "speed"
SPEED_WINDOWS = 48
TARGETS = {"usc_had": 0.64, "hapt": 0.96}
# SensorLLM (Li et al. 2025), its tables of macro-F1: USC-HAD, UCI-HAR. Mean of five runs.
PUBLISHED: dict[str, tuple[float, float]] = {
    "PatchTST": (45.2, 86.8),
    "Chronos+MLP": (44.2, 82.2),
    "DeepConvLSTM": (48.8, 89.2),
    "DeepConvLSTMAttn": (54.0, 89.6),
    "Attend": (60.2, 93.2),
    "SensorLLM": (61.2, 91.2),
    "SensorLLM without text": (49.6, 89.2),
    "task-only with text": (45.0, 82.0),
    "task-only without text": (43.4, 80.0),
    "SensorLLM aligned on the other set": (61.6, 91.0),
}
WHY = "their windows of the same set and an 8-billion-parameter backbone, and their step was selected on the test subjects"


def collect(options: TaskOptions, run: Run) -> None:
    """The window rows as `har` collects them, then the speed of the first tuned checkpoint that was named."""
    rows: tuple[str, ...] = ROWS
    if options.quick and not options.systems:
        rows = tuple(key for key in ROWS if key not in MINUTES)
        for key in sorted(MINUTES):
            har.leave_out(run, made(key).name, "quick", "minutes of training a fold: name it")
    har.collect(replace(options, protocol=options.protocol or DEFAULT, systems=options.systems or rows), run)
    named = [Path(key.removeprefix(TUNED)) for key in options.systems if key.startswith(TUNED)]
    if named and not run.finished(SPEED, SPEED):
        _speed(options, run, named[0])


def _speed(options: TaskOptions, run: Run, folder: Path) -> None:
    """Windows a second of one checkpoint on test windows, three ways."""
    from evals.systems import load_windows
    from evals.systems.sensor_language import TunedCheckpoint
    from models.sensorllm import SensorLLM
    from models.sensorllm.throughput import measure_throughput
    from recordings.datasets import HELD_OUT_SUBJECTS

    protocol = next(
        p for p in PROTOCOLS.values() if p.dataset == TunedCheckpoint(folder).config.dataset and p.name in SETS
    )
    if options.data_dir is None:
        raise UserError("eval sensorllm", expected="the public data sets", found="none named", cure="give --data DIR")
    who = sorted(HELD_OUT_SUBJECTS[protocol.dataset])[:1]
    found = load_windows(protocol, options.data_dir, subjects=who)
    count = min(len(found), 6 if options.quick else SPEED_WINDOWS)
    chosen = found.take(np.linspace(0, len(found) - 1, count).astype(np.intp))
    for row in measure_throughput(SensorLLM.from_pretrained(folder), chosen.values, chosen.rate_hz):
        detail: dict[str, JsonValue] = {
            "windows": row.windows,
            "seconds": round(row.seconds, 3),
            "windows_per_s": round(row.windows_per_s, 3),
            "largest_difference": round(row.largest_difference, 6),
        }
        run.add(
            Sample(row.way, SPEED, SPEED, who[0], truth="", prediction=None, score=row.windows_per_s, detail=detail)
        )
    run.finish(SPEED, SPEED, revision=str(folder.name))


def score(run: Run) -> Result:
    """A pure function of the run's rows and header."""
    windows = _without_speed(run)
    result = har.score(windows)
    result["differences"] = [*cast("list[object]", result["differences"]), *_alignment(windows)]
    quick = bool(run.header.get("quick"))
    result["task"] = "sensorllm"
    result["published"] = _published(quick, {part.partition("/")[0] for _, part in windows.units()})
    result["targets"] = TARGETS
    result["speed"] = [
        {"way": s.id, **s.detail} for s in (run.samples(SPEED, SPEED) if run.finished(SPEED, SPEED) else ())
    ]
    result["command"] = "telltale eval sensorllm --data DIR" + (" --quick" if quick else "")
    return result


def _alignment(run: Run) -> list[dict[str, object]]:
    """Every aligned row minus the one from a fresh MLP, where a run has both."""
    splits = har.splits_of(run)
    found: list[dict[str, object]] = []
    for group, answers in gathered(run, {name: split["classes"] for name, split in splits.items()}).items():
        rows = {answer.system: answer for answer in answers}
        for aligned in answers:
            fresh = rows.get(fresh_row_of(aligned.system))
            if fresh and (difference := compared(aligned, fresh)):
                row = {"system": aligned.system, "minus": fresh.system, "part": group}
                found.append({**row, "macro_f1": difference.metric()})
    return found


def _without_speed(run: Run) -> Run:
    """The run's window rows alone, in memory: `har` reads a part's name as set/protocol/fold."""
    kept = Run(header=run.header)
    for system, part in run.units():
        if part != SPEED:
            kept.add_all(run.samples(system, part))
            if run.finished(system, part):
                kept.finish(system, part, **run.facts(system, part))
    return kept


def _published(quick: bool, tested: Collection[str]) -> list[dict[str, object]]:
    """The paper's rows of the sets that this run tests."""
    sampled = "; this run is a sample of the windows" if quick else ""
    return [
        {
            "system": f"{system} on {name}",
            "value": round(values[place] / 100, 4),
            "source": "SensorLLM, its tables of macro-F1 (mean of five runs)",
            "comparable": "no",
            "why": WHY + sampled,
        }
        for place, name in enumerate(("usc_had", "hapt"))
        if name in tested
        for system, values in PUBLISHED.items()
    ]


def run(options: TaskOptions) -> Result:
    return measure("sensorllm", options, collect, score)
