"""How long `telltale --help` keeps the processor, and that it loads nothing heavy."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys

from evals.registry import Result, TaskOptions

LIMIT_S = 0.3
HEAVY = (
    "torch",
    "transformers",
    "pandas",
    "numpy",
    "scipy",
    "matplotlib",
    "langgraph",
    "langchain_core",
    "chromadb",
    "pydantic",
)

# User CPU time of the whole process, interpreter included, as `time` reports it.
_PROBE = """
import contextlib, io, json, resource, sys
with contextlib.redirect_stdout(io.StringIO()):
    from apps.cli import main
    code = main(["--help"])
heavy = [name for name in %r if name in sys.modules]
sys.stdout.write(json.dumps({"code": code, "user_s": resource.getrusage(resource.RUSAGE_SELF).ru_utime, "heavy": heavy}))
"""


def measure_help() -> tuple[float, list[str]]:
    """One fresh process running `telltale --help`: (user CPU seconds, heavy modules it loaded)."""
    done = subprocess.run([sys.executable, "-c", _PROBE % (HEAVY,)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return float(found["user_s"]), list(found["heavy"])


def run(options: TaskOptions) -> Result:
    """Median of several runs after one that warms the file cache."""
    measure_help()
    runs = []
    repeats = options.limit or 5
    for number in range(repeats):
        seconds, heavy = measure_help()
        runs.append(round(seconds, 3))
        if options.progress:
            options.progress("startup", number + 1, repeats)
    median = round(statistics.median(runs), 3)
    return {
        "task": "startup",
        "protocol": {
            "name": "user CPU seconds of `telltale --help` in a fresh process",
            "repeats": repeats,
            "limit_s": LIMIT_S,
        },
        "data": {},
        "systems": [
            {
                "name": "telltale --help",
                "metrics": {"user_cpu_s": {"value": median, "min": min(runs), "max": max(runs)}},
            }
        ],
        "published": [],
        "leak_audit": {
            "checks": [{"name": "no heavy import", "passed": not heavy, "detail": ", ".join(heavy) or "none loaded"}]
        },
        "seeds": [],
        "command": "telltale eval startup",
        "within_limit": median <= LIMIT_S,
        "versions": {"python": platform.python_version()},
    }
