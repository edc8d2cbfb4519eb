"""The acceptance figures of the spine in one file: runs every task whose result is not there yet, then collects the keys.

With `-o evals/published/spine.json` the tasks' own results (`har.json`, `timeline.json`, …) lie beside it; a result that
is already there is used as it is, so that a run which was stopped goes on. Delete a file to measure it again.
"""

from __future__ import annotations

import dataclasses
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from evals.registry import Result, TaskOptions
from evals.registry import task as task_named
from recordings import UserError

PARTS = ("startup", "har", "sound", "timeline", "verification", "printed", "qa", "perf")
# key of the published file → where it stands in a task's result: a field of the result itself, or a metric of its system.
KEYS: dict[str, tuple[str, str]] = {
    "timeline_macro_f1": ("timeline", "timeline_macro_f1"),
    "window_macro_f1": ("timeline", "window_macro_f1"),
    "lies_caught": ("verification", "lies_caught"),
    "true_sentences_passed": ("verification", "true_sentences_passed"),
    "unsupported_printed": ("printed", "unsupported_printed"),
    "questions_exact": ("qa", "questions_exact"),
    "invented": ("qa", "invented"),
    "calls_saved_ratio": ("perf", "calls_saved_ratio"),
    "help_user_cpu_s": ("startup", "user_cpu_s"),
}
MEANINGS = {
    "timeline_macro_f1": "frames of the held-out hapt recordings, six activities, default settings",
    "window_macro_f1": "the window classifier alone on the same frames",
    "har_macro_f1": "closed-set windows of the held-out subjects, by split, models/motion",
}


def run(options: TaskOptions) -> Result:
    """The collected figures. UserError without an output: the parts need a folder to lie in."""
    if options.output is None:
        raise UserError("spine", expected="a file to write to", found="no -o", cure="add -o evals/published/spine.json")
    folder = options.output.parent
    results: dict[str, Result] = {}
    for i, name in enumerate(PARTS):
        part = folder / f"{name}.json"
        if options.progress:
            options.progress(f"{name} ({'there' if part.is_file() else 'running'})", i, len(PARTS))
        if part.is_file():
            results[name] = json.loads(part.read_text(encoding="utf-8"))
            continue
        results[name] = task_named(name)(dataclasses.replace(options, output=part, progress=None, run=None))
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(results[name], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return collected(results, options.seed)


def collected(results: Mapping[str, Result], seed: int) -> Result:
    """The file out of the tasks' results."""
    found = figures(results)
    return {
        "schema_version": 1,
        "task": "spine",
        "protocol": {"name": "acceptance figures of the spine", "source": "Telltale", "parts": list(PARTS)},
        **found,
        "meanings": MEANINGS,
        "systems": [
            {"name": "telltale", "metrics": {k: {"value": v} for k, v in found.items() if not isinstance(v, dict)}}
        ],
        "published": [],
        "seeds": [seed],
        "command": "telltale eval spine --data DIR -o evals/published/spine.json",
        "versions": {"python": platform.python_version()},
    }


def refresh(folder: Path) -> bool:
    """Writes `spine.json` again where it lies beside all its parts; whether it did. KeyError when a part lacks its figure."""
    file = folder / "spine.json"
    parts = {name: folder / f"{name}.json" for name in PARTS}
    if not file.is_file() or not all(part.is_file() for part in parts.values()):
        return False
    before = json.loads(file.read_text(encoding="utf-8"))
    results = {name: json.loads(part.read_text(encoding="utf-8")) for name, part in parts.items()}
    after = collected(results, int((before.get("seeds") or [0])[0]))
    if any(before.get(key) != value for key, value in after.items() if key in KEYS or key == "har_macro_f1"):
        file.write_text(json.dumps(before | after, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return True


def figures(results: Mapping[str, Result]) -> dict[str, object]:
    """The keys of the acceptance list out of the tasks' results. KeyError when a task's result lacks its figure."""
    collected: dict[str, object] = {key: _find(results[task], name, task) for key, (task, name) in KEYS.items()}
    ours: dict[str, object] = {}
    for s in cast("list[dict[str, object]]", results["har"]["systems"]):
        # The papers' subjects, and the shipped model: other protocols and refitted variants stand in the tables.
        if str(s["name"]).startswith("telltale") and s.get("protocol", "fixed") == "fixed":
            ours.setdefault(str(s["split"]), _metric(s, "macro_f1"))
    collected["har_macro_f1"] = ours
    return collected


def _metric(system: Mapping[str, object], name: str) -> object:
    return cast("Mapping[str, Mapping[str, object]]", system["metrics"])[name]["value"]


def _find(result: Result, name: str, task: str) -> object:
    if name in result:
        return result[name]
    ratios = cast("Mapping[str, object]", result.get("ratios", {}))
    if name in ratios:
        return ratios[name]
    systems = cast("list[dict[str, object]]", result["systems"])
    # Ours where baselines stand beside it, whatever the order.
    for system in sorted(systems, key=lambda s: not str(s.get("name", "")).startswith("telltale")):
        if name in cast("Mapping[str, object]", system["metrics"]):
            return _metric(system, name)
    raise KeyError(f"{task} has no {name}")
