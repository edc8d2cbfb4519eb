"""How fast, with how many language-model calls and how much memory: each fusion mode in a process of its own.

The naive control asks the language model about every window, as a prompt-per-window system does, in the same run on the
same recording.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from agents.language.access import endpoint_access, key_for
from evals.registry import Result, TaskOptions
from recordings import UserError

MODES = ("never", "auto", "always")
KEYS = ("exp07", "exp19", "exp26", "exp40")  # held-out subjects 4, 10, 13, 20
NAIVE_WINDOWS = 120


def run(options: TaskOptions) -> Result:
    """The eval JSON. Wall-clock figures are of this machine and this hour: they are printed, never asserted."""
    if options.data_dir is None:
        raise UserError("perf", expected="the public data sets", found="no --data", cure="add --data DIR")
    keys = KEYS if options.limit is None else KEYS[: max(1, min(len(KEYS), options.limit))]
    systems: list[dict[str, object]] = []
    for i, mode in enumerate((*MODES, "naive")):
        if options.progress:
            options.progress(f"fusion {mode}", i, len(MODES) + 1)
        systems.append(_measured(mode, keys, options))
    by_name = {str(s["name"]): s for s in systems}
    auto, naive = by_name["fusion auto"], by_name["one model call a window"]
    calls_auto = _number(auto, "llm_calls")
    windows = _number(auto, "windows")
    return {
        "schema_version": 1,
        "task": "perf",
        "protocol": {
            "name": "annotate held-out hapt recordings", "source": "Telltale", "split": "held-out subjects",
            "recordings": len(keys), "naive": f"the same windows, one scored model call each, timed on {NAIVE_WINDOWS} of them",
        },
        "data": {"name": "hapt", "provenance": "real", "n_windows": windows},
        "systems": systems,
        "ratios": {
            "calls_saved_ratio": round(windows / max(1.0, calls_auto), 1),
            "auto_calls": calls_auto, "windows": windows,
            "auto_faster_than_naive": round(_number(auto, "recording_s_per_s") / max(1e-9, _number(naive, "recording_s_per_s")), 1),
        },
        "published": [],
        "seeds": [],
        "command": "telltale eval perf --data DIR",
        "versions": {"python": platform.python_version()},
    }  # fmt: skip


def _number(system: dict[str, object], name: str) -> float:
    value = system[name]
    assert isinstance(value, (int, float))
    return float(value)


def _measured(mode: str, keys: tuple[str, ...], options: TaskOptions) -> dict[str, object]:
    arguments = [mode, str(options.data_dir), options.llm, ",".join(keys)]
    began = time.perf_counter()
    # The endpoint's key goes in by the standard input: arguments and environments are seen by others.
    done = subprocess.run(
        [sys.executable, "-m", "evals.tasks.perf", *arguments],
        input=key_for(options.llm) or "",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the measurement of {mode} failed: {done.stderr[-2000:]}")
    measured: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return {**measured, "process_s": round(time.perf_counter() - began, 2)}


def worker(mode: str, data_dir: Path, llm_spec: str, keys: list[str]) -> dict[str, object]:
    """One mode, in this process: cold start to the first timeline, then throughput and peak memory."""
    began = time.perf_counter()
    from agents.annotate import AnnotateSettings, annotate
    from agents.language import open_language_model
    from evals.tasks.timeline import shipped_bench
    from recordings.datasets import dataset

    folder = tempfile.TemporaryDirectory(prefix="telltale-exemplars-")
    bench = shipped_bench(Path(folder.name))
    llm = None if mode == "never" else open_language_model(llm_spec)
    loaded_s = time.perf_counter() - began
    seconds = calls = windows = spent = first = 0.0
    for key in keys:
        recording = dataset("hapt").open(key, data_dir)
        bench.add(recording)
        perception = bench.motion_perception(recording.id) if mode == "naive" else None
        start = time.perf_counter()
        if mode == "naive":
            assert llm is not None and perception is not None
            asked = min(NAIVE_WINDOWS // len(keys), len(perception.windows))
            options = [f" {label.replace('_', ' ')}." for label in perception.labels]
            for row in perception.probabilities[:asked]:
                top = sorted(zip(row, perception.labels, strict=True), reverse=True)[:3]
                said = ", ".join(f"{name.replace('_', ' ')} ({p:.0%})" for p, name in top)
                llm.score(f"Motion: {said}. The person is", options)
            spent += (time.perf_counter() - start) * len(perception.windows) / asked
            windows += len(perception.windows)
            calls += len(perception.windows)
        else:
            fusion = {"never": "never", "auto": "auto", "always": "always"}[mode]
            settings = AnnotateSettings.model_validate({"fusion": fusion, "llm": llm_spec if llm else None})
            timeline = annotate(recording, bench=bench, llm=llm, settings=settings)
            spent += time.perf_counter() - start
            calls += timeline.timings["llm_calls"]
            windows += timeline.timings["windows"]
        seconds += recording.duration_s
        first = first or time.perf_counter() - began
        bench.remove(recording.id)
    peak_mb = _peak_mb()
    return {
        "name": "one model call a window" if mode == "naive" else f"fusion {mode}",
        "revision": bench.motion.revision if bench.motion else "",
        "recording_s": round(seconds, 1), "windows": windows, "llm_calls": calls,
        "recording_s_per_s": round(seconds / spent, 1), "llm_calls_per_hour": round(calls / seconds * 3600, 1),
        "load_s": round(loaded_s, 2), "cold_start_to_first_timeline_s": round(first, 2), "peak_mb": round(peak_mb),
    }  # fmt: skip


def _peak_mb() -> float:
    """Peak resident memory of this process. Not `getrusage`: its figure is inherited from the process that started this one."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return float("nan")
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return float(line.split()[1]) / 1024


if __name__ == "__main__":
    mode_, data_, llm_, keys_ = sys.argv[1:5]
    with endpoint_access(llm_, sys.stdin.read() or None):
        sys.stdout.write(json.dumps(worker(mode_, Path(data_), llm_, keys_.split(","))) + "\n")
