"""From a run to a claim: `evals/published/<task>.json`, once nothing speaks against it."""

from __future__ import annotations

from pathlib import Path

from evals.compare import read_result
from evals.folders import without_folders
from evals.registry import Result
from evals.runs.execute import scorer, small
from evals.runs.files import write_text
from evals.runs.folder import existing_run, is_finished
from evals.runs.outcome import RESULT, completed, failed_checks, json_text
from evals.tasks.spine import PARTS, refresh
from recordings.errors import UserError

PUBLISHED = Path(__file__).parent / "published"


def publish(folder: Path, name: str | None = None, *, quick: bool = False, into: Path = PUBLISHED) -> Path:
    """The file written. The same run gives the same bytes.

    name: of the file, the task's own without one. quick: a quick look may be published, and the file says that it is one.
    UserError for an unfinished run, a failed leak check, a quick look without `quick`.
    """
    run = existing_run(folder)
    task = str(run.header.get("task"))
    if not is_finished(folder) and (folder / "samples.jsonl").exists():
        cure = f"let it go on: telltale eval {task} --run {folder}"
        raise UserError(
            folder, expected="a finished run", found=f"{run.count()} answers of an unfinished one", cure=cure
        )
    if run.count():
        result: Result = completed(run, scorer(task)(run))
        result = _remembered(run.header, result)
    else:
        result = dict(read_result(folder / RESULT))
    failed = failed_checks(result)
    if failed:
        raise UserError(
            folder,
            expected="a run without leaks",
            found=f"{len(failed)} failed leak {'check' if len(failed) == 1 else 'checks'}: {'; '.join(failed)}",
            cure="cure the leak and measure again: these figures are no claim",
        )
    if small(run):
        if not quick:
            raise UserError(
                folder,
                expected="a full run",
                found="a quick look (--quick or --limit)",
                cure="measure without it, or say --quick here too: the file will say that it is one",
            )
        result["quick"] = True
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{name or task}.json"
    write_text(path, json_text(result))
    if path.stem in PARTS:
        refresh(into)  # what the collected figures are made of has changed
    return path


def _remembered(header: object, result: Result) -> Result:
    """What only the run knows: a parquet file read alone has no folder."""
    if isinstance(header, dict):
        for key in ("command", "versions", "revisions", "options"):
            if header.get(key):
                result.setdefault(key, header[key])
    options = result.get("options")
    if isinstance(options, dict) and isinstance(options.get("systems"), list):
        result["options"] = {**options, "systems": [without_folders(str(name)) for name in options["systems"]]}
    result["command"] = " ".join(without_folders(word) for word in str(result.get("command", "")).split(" "))
    return result
