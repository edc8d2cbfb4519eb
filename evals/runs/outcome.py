"""What a finished run leaves: the result, its figures without the clock, the answers as a table, a manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from evals.registry import Result
from evals.runs.files import sha256_of, write_text
from evals.runs.folder import MANIFEST
from evals.runs.parquet import PARQUET, to_parquet
from evals.runs.run import Run

RESULT, METRICS = "result.json", "metrics.json"
# What another machine, or the same one an hour later, measures differently.
CLOCK = frozenset({"seconds", "peak_mb", "predict_s", "process_s", "load_s"})
_CLOCK_ENDINGS = ("_per_s", "_per_query", "_per_second")


def completed(run: Run, result: Result) -> Result:
    """The result with what the run knows: its leak checks, its command, its versions, the revisions of the code."""
    audit = cast("Mapping[str, object]", result.get("leak_audit") or {})
    said = [c for c in cast("Sequence[object]", audit.get("checks") or []) if isinstance(c, Mapping)]
    names = {(c.get("name"), c.get("part", "")) for c in said}
    known = [c for c in cast("Sequence[object]", run.header.get("leak_checks", [])) if isinstance(c, Mapping)]
    checks = said + [c for c in known if (c.get("name"), c.get("part", "")) not in names]
    out = dict(result) | {"leak_audit": dict(audit) | {"checks": checks}}
    out.setdefault("schema_version", 1)
    if run.folder is not None:
        out["command"] = run.header.get("command", out.get("command"))
        versions = cast("Mapping[str, object]", out.get("versions") or {})
        out["versions"] = dict(cast("Mapping[str, object]", run.header.get("versions", {}))) | dict(versions)
        out["revisions"] = run.header.get("revisions", [])
        out["options"] = run.header.get("options", {})
        out["n_samples"] = run.count()
    return out


def failed_checks(result: Mapping[str, object]) -> list[str]:
    """The leak checks that failed, by name and part."""
    audit = cast("Mapping[str, object]", result.get("leak_audit") or {})
    checks = [c for c in cast("Sequence[object]", audit.get("checks") or []) if isinstance(c, Mapping)]
    failed = [c for c in checks if c.get("passed") is False]
    return [f"{c['name']} ({c['part']})" if c.get("part") else str(c["name"]) for c in failed]


def without_clock(value: object) -> object:
    """The same JSON without how long anything took or how much memory it had."""
    if isinstance(value, Mapping):
        return {k: without_clock(v) for k, v in value.items() if k not in CLOCK and not k.endswith(_CLOCK_ENDINGS)}
    if isinstance(value, list):
        return [without_clock(v) for v in value]
    return value


def metrics_text(result: Result) -> str:
    """`metrics.json`: the same bytes for the same answers, whoever scores them and whenever."""
    left = {k: v for k, v in result.items() if k not in ("command", "versions", "revisions", "options", "n_samples")}
    return json_text(without_clock(left))


def json_text(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_outcome(run: Run, result: Result, started: str) -> Result:
    """The files of a finished run; the manifest last, for it is what makes the run finished. Returns the whole result."""
    folder = run.folder
    whole = completed(run, result)
    if folder is None:
        return whole
    written = [RESULT, METRICS]
    write_text(folder / METRICS, metrics_text(whole))
    write_text(folder / RESULT, json_text(whole))
    if run.count():
        to_parquet(run, folder / PARQUET)
        written.append(PARQUET)
    if (folder / "report.html").is_file():
        written.append("report.html")
    write_manifest(run, started, written)
    return whole


def write_manifest(run: Run, started: str, names: Sequence[str]) -> None:
    """The only clock in a run's folder, beside the seconds that systems took."""
    assert run.folder is not None
    manifest = {
        "schema_version": 1,
        "task": run.header.get("task"),
        "started": started,
        "finished": now(),
        "outputs": {name: sha256_of(run.folder / name) for name in sorted(names)},
    }
    write_text(run.folder / MANIFEST, json_text(manifest))


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
