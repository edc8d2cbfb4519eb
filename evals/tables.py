"""The README's tables, made from `evals/published/*.json` and nothing else: `python -m evals.tables README.md`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from evals.registry import Result

PUBLISHED = Path(__file__).parent / "published"
_BLOCK = re.compile(r"(<!-- tables -->\n).*?(<!-- /tables -->)", re.DOTALL)
SPLITS = ("usc_had", "hapt", "motionsense", "wisdm_watch", "wisdm_phone")

System = Mapping[str, object]


def _systems(result: Result) -> list[System]:
    return cast("list[System]", result["systems"])


def _metric(system: System, name: str) -> Mapping[str, object]:
    found = cast("Mapping[str, object]", system["metrics"]).get(name, {})
    return cast("Mapping[str, object]", found if isinstance(found, Mapping) else {"value": found})


def _hundredths(system: System, name: str) -> str:
    """ "61.7 [48.0, 71.2]" or "–" when the system was not measured."""
    metric = _metric(system, name)
    if metric.get("value") is None:
        return "–"
    text = f"{100 * float(cast('float', metric['value'])):.1f}"
    if metric.get("ci95"):
        low, high = cast("Sequence[float]", metric["ci95"])
        text += f" [{100 * low:.1f}, {100 * high:.1f}]"
    return text


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def har(result: Result) -> str:
    systems = _systems(result)
    found = list(dict.fromkeys(str(s["split"]) for s in systems))
    splits = [s for s in SPLITS if s in found] + [s for s in found if s not in SPLITS]
    names = list(dict.fromkeys(str(s["name"]) for s in systems))
    cells = {(str(s["name"]), str(s["split"])): _hundredths(s, "macro_f1") for s in systems}
    sizes = {str(s["split"]): s.get("n_windows") for s in systems}
    rows = [[name, *(cells.get((name, split), "–") for split in splits)] for name in names]
    rows.append(["*windows*", *(f"*{sizes[split]}*" for split in splits)])
    table = _table(["system", *splits], rows)
    return f"**One window, closed set: macro-F1 × 100** on held-out subjects\n\n{table}\n\n{_ahead(systems, splits)}"


def _ahead(systems: Sequence[System], splits: Sequence[str]) -> str:
    """Where a baseline is ahead of ours, in words."""
    best = []
    for split in splits:
        rows = [s for s in systems if s["split"] == split]
        top = max(rows, key=lambda s: float(cast("float", _metric(s, "macro_f1")["value"])))
        if not str(top["name"]).startswith("telltale"):
            best.append(f"{split} ({top['name']})")
    return f"A baseline is ahead on {' and '.join(best)}." if best else "No baseline is ahead."


def timeline(result: Result) -> str:
    rows = [
        [
            str(s["name"]),
            _hundredths(s, "macro_f1"),
            _hundredths(s, "accuracy"),
            _hundredths(s, "edit"),
            _hundredths(s, "f1_at_50"),
            str(s.get("recordings", "")),
            str(s.get("llm_calls", 0)),
        ]
        for s in _systems(result)
    ]
    title = "**Continuous recordings (hapt, six activities, every labelled sample of the held-out subjects)**, × 100"
    return f"{title}\n\n" + _table(
        ["system", "macro-F1", "accuracy", "edit", "F1@50", "recordings", "model calls"], rows
    )


def trust(verification: Result, printed: Result, qa: Result) -> str:
    """Lies, true sentences, unsupported numbers, questions: the promises in one table."""
    rows = []
    for result, names in ((verification, ("lies_caught", "true_sentences_passed")), (qa, ("questions_exact",))):
        for name in names:
            system = next(s for s in _systems(result) if _metric(s, name).get("value") is not None)
            n = _metric(system, name).get("n", "")
            rows.append(
                [name.replace("_", " "), f"{100 * float(cast('float', _metric(system, name)['value'])):.2f} %", str(n)]
            )
    for result, name, n in ((qa, "invented", "n"), (printed, "unsupported_printed", None)):
        system = _systems(result)[0]
        metric = _metric(system, name)
        size = metric.get("n") if n else f"{cast('Mapping[str, object]', result['protocol'])['recordings']} recordings"
        rows.append([name.replace("_", " "), str(metric["value"]), str(size)])
    return "**What is printed**\n\n" + _table(["promise", "measured", "of"], rows)


def perf(result: Result) -> str:
    rows = [
        [
            str(s["name"]),
            str(s["recording_s_per_s"]),
            str(s["llm_calls_per_hour"]),
            str(s["cold_start_to_first_timeline_s"]),
            str(s["peak_mb"]),
        ]
        for s in _systems(result)
    ]
    ratios = cast("Mapping[str, object]", result["ratios"])
    none = (
        " (none here: on the development groups the embedded model's score earned no weight)"
        if not ratios["auto_calls"]
        else ""
    )
    note = f"`auto`{none} makes {ratios['calls_saved_ratio']}× fewer model calls than one a window and runs {ratios['auto_faster_than_naive']}× faster, in the same run."
    header = [
        "",
        "recording-seconds per second",
        "model calls per hour",
        "cold start to first timeline, s",
        "peak memory, MB",
    ]
    return "**Speed** on two CPU cores\n\n" + _table(header, rows) + f"\n\n{note}"


def sound(result: Result) -> str:
    rows = [[str(s["name"]), _hundredths(s, "macro_f1"), _hundredths(s, "accuracy")] for s in _systems(result)]
    return "**Sound tags, clips of source recordings never heard in training**, × 100\n\n" + _table(
        ["system", "macro-F1", "accuracy"], rows
    )


def _caveat(result: Result) -> str:
    caveat = cast("Mapping[str, object]", result["protocol"]).get("caveat")
    return f"Caveat: {caveat}.\n\n" if caveat else ""


def published(name: str, folder: Path = PUBLISHED) -> Result | None:
    file = folder / f"{name}.json"
    result: Result | None = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    return result


def render(folder: Path = PUBLISHED) -> str:
    """Every table whose result is published, in Markdown, each with the command that made it."""
    blocks: list[str] = []
    single: tuple[tuple[str, Callable[[Result], str]], ...] = (("timeline", timeline), ("har", har), ("sound", sound))
    for name, table in single:
        result = published(name, folder)
        if result is not None:
            blocks.append(f"{table(result)}\n\n{_caveat(result)}`{result['command']}`")
    parts = [published(name, folder) for name in ("verification", "printed", "qa")]
    if all(part is not None for part in parts):
        results = [cast("Result", part) for part in parts]
        commands = ", ".join(f"`{part['command']}`" for part in results)
        blocks.append(f"{trust(*results)}\n\n{''.join(_caveat(part) for part in results)}{commands}")
    speed = published("perf", folder)
    if speed is not None:
        blocks.append(f"{perf(speed)}\n\n`{speed['command']}`")
    return "\n\n".join(blocks) + "\n"


def filled(readme: str, folder: Path = PUBLISHED) -> str:
    """`readme` with the tables between its marks. ValueError when the marks are not there."""
    if not _BLOCK.search(readme):
        raise ValueError("no <!-- tables --> … <!-- /tables --> in the text")
    return _BLOCK.sub(lambda match: f"{match[1]}\n{render(folder)}\n{match[2]}", readme)


if __name__ == "__main__":
    for name_ in sys.argv[1:]:
        file_ = Path(name_)
        file_.write_text(filled(file_.read_text(encoding="utf-8")), encoding="utf-8")
