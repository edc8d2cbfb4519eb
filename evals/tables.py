"""The tables of the README and of docs/evaluation.md, made from `evals/published/*.json` and nothing else.

`python -m evals.tables README.md docs/evaluation.md` fills what stands between `<!-- tables -->` (the short form) or
`<!-- tables: full -->` and `<!-- /tables -->`. What a task's table looks like is data: `evals.table_specs`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from evals.registry import Result
from evals.table_specs import SPECS, Column, TableSpec

PUBLISHED = Path(__file__).parent / "published"
_BLOCK = re.compile(r"(<!-- tables(: full)? -->\n).*?(<!-- /tables -->)", re.DOTALL)
# Metrics of a task without columns of its own; more do not fit.
MOST_COLUMNS = 6
# Kinds of part that are a table each; more are rows of one.
MOST_KINDS = 3
# Results that have a table of their own below, or are the sum of others.
OWN = ("verification", "printed", "qa", "perf", "spine", "startup")

System = Mapping[str, object]


def _systems(result: Result) -> list[System]:
    return cast("list[System]", result["systems"])


def _metric(system: System, name: str) -> Mapping[str, object]:
    found = cast("Mapping[str, object]", system["metrics"]).get(name, {})
    return cast("Mapping[str, object]", found if isinstance(found, Mapping) else {"value": found})


def _cell(system: System | None, column: Column) -> str:
    """ "61.7 [48.0, 71.2]" or "–" when the system was not measured."""
    metric = _metric(system, column.key) if system is not None else {}
    value = metric.get("value")
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return "–"
    text = f"{column.scale * value:.{column.digits}f}"
    if metric.get("ci95"):
        low, high = cast("Sequence[float]", metric["ci95"])
        text += f" [{column.scale * low:.{column.digits}f}, {column.scale * high:.{column.digits}f}]"
    return text


def _seeds(system: System, column: Column) -> str:
    """ " (60.9, 62.5)": each seed's own, where there are several."""
    seeds = system.get(f"{column.key}_by_seed")
    if not isinstance(seeds, list) or len(seeds) < 2:
        return ""
    return f" ({', '.join(f'{column.scale * seed:.{column.digits}f}' for seed in seeds)})"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(cell.replace("|", "∣") for cell in row) + " |" for row in rows)])


def _part(system: System) -> str:
    return str(system.get("part") or system.get("split") or "")


def table(result: Result, spec: TableSpec, short: bool = False) -> str:
    """The Markdown tables of one result. short: the README's parts alone."""
    systems = _systems(result)
    if short and spec.readme_parts:
        systems = [s for s in systems if re.search(spec.readme_parts, _part(s))] or systems
    if short and spec.readme_systems:
        systems = [s for s in systems if re.search(spec.readme_systems, str(s["name"]))] or systems
    quick = " (a quick look)" if result.get("quick") else ""
    if spec.form == "systems":
        blocks = [("", _by_system(systems, spec))]
    elif spec.groups:
        kinds = list(dict.fromkeys(_part(s).partition("/")[2] for s in systems))
        blocks = (
            [("", _by_kind(systems, spec, kinds))]
            if len(kinds) > MOST_KINDS
            else [
                (
                    f", {k}" if k and len(kinds) > 1 else "",
                    _by_part([s for s in systems if _part(s).partition("/")[2] == k], spec),
                )
                for k in kinds
            ]
        )
    else:
        blocks = [("", _by_part(systems, spec))]
    return "\n\n".join(f"**{spec.title}{kind}{quick}**\n\n{text}" for kind, text in blocks)


def _by_system(systems: Sequence[System], spec: TableSpec) -> str:
    columns = [c for c in _columns(systems, spec) if any(_cell(s, c) != "–" for s in systems)]
    parts = len({_part(s) for s in systems}) > 1
    extra = [
        (k, h)
        for k, h in (("recordings", "recordings"), ("llm_calls", "model calls"))
        if any(s.get(k) for s in systems)
    ]
    beside = any(s.get("difference") for s in systems)
    header = [
        *(["part"] if parts else []),
        "system",
        *(c.heading for c in columns),
        *(h for _, h in extra),
        *(["difference to the row without it"] if beside else []),
    ]
    rows = [
        [
            *([_part(s)] if parts else []),
            str(s["name"]),
            *(_cell(s, c) + _seeds(s, c) for c in columns),
            *(str(s.get(k, 0)) for k, _ in extra),
            *([_beside(s)] if beside else []),
        ]
        for s in systems
    ]
    return _table(header, rows)


def _beside(system: System) -> str:
    """ "+0.7 [−0.5, +2.1], p 0.21": what a row adds to the one that it names."""
    found = system.get("difference")
    if not isinstance(found, Mapping):
        return ""
    text = f"{100 * found['value']:+.1f}"
    if found.get("ci95"):
        text += f" [{100 * found['ci95'][0]:+.1f}, {100 * found['ci95'][1]:+.1f}]"
    return f"{text}, p {_plain(found.get('p'))}" + (f" ({system['beside']})" if system.get("beside") else "")


def _by_kind(systems: Sequence[System], spec: TableSpec, kinds: Sequence[str]) -> str:
    """One metric: a row a kind (how many shots, which damage) and system, a column a set."""
    column = _columns(systems, spec)[0]
    sets = list(dict.fromkeys(_part(s).partition("/")[0] for s in systems))
    found = {(_part(s).partition("/")[2], str(s["name"]), _part(s).partition("/")[0]): s for s in systems}
    names = list(dict.fromkeys(str(s["name"]) for s in systems))
    rows = [
        [kind, name, *(_cell(found.get((kind, name, at)), column) for at in sets)]
        for kind in kinds
        for name in names
        if any((kind, name, at) in found for at in sets)
    ]
    return _table(["", "system", *sets], rows)


def _by_part(systems: Sequence[System], spec: TableSpec) -> str:
    """One metric: a row a system, a column a part; under it how many items each part has, and where ours is not ahead."""
    column = _columns(systems, spec)[0]
    parts = list(dict.fromkeys(_part(s) for s in systems))
    names = list(dict.fromkeys(str(s["name"]) for s in systems))
    found = {(str(s["name"]), _part(s)): s for s in systems}
    heads = [p.partition("/")[0] if spec.groups else p for p in parts]
    rows = [[name, *(_cell(found.get((name, part)), column) for part in parts)] for name in names]
    sizes = {_part(s): s.get("n_windows", s.get("n")) for s in systems}
    if any(sizes.values()):
        rows.append(["*items*", *(f"*{sizes[p]}*" if sizes[p] else "–" for p in parts)])
    return _table(["system", *heads], rows) + _ahead(systems, parts, column)


def _ahead(systems: Sequence[System], parts: Sequence[str], column: Column) -> str:
    """Where a baseline is ahead of ours, in words."""
    ours = any(str(s["name"]).startswith("telltale") for s in systems)
    best = []
    for part in parts if ours else ():
        rows = [
            s for s in systems if _part(s) == part and isinstance(_metric(s, column.key).get("value"), (int, float))
        ]
        if rows:
            top = max(rows, key=lambda s: float(cast("float", _metric(s, column.key)["value"])))
            if not str(top["name"]).startswith("telltale"):
                best.append(f"{part} ({top['name']})")
    if not ours:
        return ""
    return f"\n\nA baseline is ahead on {' and '.join(best)}." if best else "\n\nNo baseline is ahead."


def _columns(systems: Sequence[System], spec: TableSpec) -> tuple[Column, ...]:
    if spec.columns and any(_metric(s, c.key).get("value") is not None for s in systems for c in spec.columns):
        return spec.columns
    names = dict.fromkeys(n for s in systems for n in cast("Mapping[str, object]", s["metrics"]))
    numeric = [n for n in names if any(isinstance(_metric(s, n).get("value"), (int, float)) for s in systems)]
    return tuple(_guessed(n, systems) for n in numeric[:MOST_COLUMNS]) or (Column("value", "value"),)


def _guessed(name: str, systems: Sequence[System]) -> Column:
    """A share in hundredths, a time or a count as it is."""
    values = [v for s in systems if isinstance(v := _metric(s, name).get("value"), (int, float))]
    if all(isinstance(v, int) for v in values):
        return Column(name, name.replace("_", " "), 1.0, 0)
    share = all(0 <= v <= 1 for v in values) and not name.endswith("_s")
    heading = name.replace("_", " ")
    return (
        Column(name, heading)
        if share
        else Column(name, heading, 1.0, 0 if all(float(v).is_integer() for v in values) else 2)
    )


def _by_others(result: Result, title: str, shown: dict[tuple[str, ...], str]) -> str:
    """What others published. shown: rows that stand in the text already, with their table's title; it grows by the new ones."""
    heads = ["system", "value", "source", "comparable", "why"]
    rows = [r for r in cast("Sequence[object]", result.get("published") or []) if isinstance(r, Mapping)]
    cells = [[_plain(r.get(head)) for head in heads] for r in rows]
    new = [row for row in cells if tuple(row) not in shown]
    earlier = dict.fromkeys(shown[tuple(row)] for row in cells if tuple(row) in shown)
    shown |= {tuple(row): title for row in new}
    blocks = [f"Published beside it:\n\n{_table(heads, new)}"] if new else []
    if earlier:
        blocks.append(
            f"Published{' too' if new else ''}, rows printed above: under {' and '.join(f'*{t}*' for t in earlier)}."
        )
    return "".join(f"\n\n{block}" for block in blocks)


def _others(result: Result) -> str:
    """The paired differences and the audit: for the full form."""
    blocks = []
    minus = [r for r in cast("Sequence[object]", result.get("differences") or []) if isinstance(r, Mapping)]
    cells = [
        [str(r.get("part", "")), f"{r.get('system', r.get('a', ''))} − {r.get('minus', r.get('b', ''))}", name.replace("_", " "), f"{float(m['value']):+.4f}", "" if not m.get("ci95") else f"[{m['ci95'][0]:+.4f}, {m['ci95'][1]:+.4f}]", _plain(m.get("p")), str(m.get("method", ""))]
        for r in minus
        for name, m in r.items()
        if isinstance(m, Mapping) and isinstance(m.get("value"), (int, float))
    ]  # fmt: skip
    if cells:
        blocks.append(
            "Paired differences:\n\n" + _table(["part", "systems", "metric", "difference", "95 %", "p", "test"], cells)
        )
    checks = [
        c
        for c in cast(
            "Sequence[object]", cast("Mapping[str, object]", result.get("leak_audit") or {}).get("checks") or []
        )
        if isinstance(c, Mapping)
    ]
    passed, other = sum(c.get("passed") is True for c in checks), sum(c.get("passed") is None for c in checks)
    if checks:
        blocks.append(
            f"Leak audit: {passed} checks passed, {len(checks) - passed - other} failed, {other} do not apply."
        )
    return "".join(f"\n\n{b}" for b in blocks)


def _plain(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(v) for v in value)
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)


# The promises: task, metric, whether it is a share.
PROMISES = (
    ("verification", "lies_caught", True),
    ("verification", "true_sentences_passed", True),
    ("qa", "questions_exact", True),
    ("qa", "invented", False),
    ("printed", "unsupported_printed", False),
)


def trust(results: Mapping[str, Result]) -> str:
    """Lies, true sentences, unsupported numbers, questions: the promises in one table, ours (the first system that states it)."""
    rows = []
    for task, name, share in PROMISES:
        system = next((s for s in _systems(results[task]) if _metric(s, name).get("value") is not None), None)
        if system is None:
            continue
        metric = _metric(system, name)
        value = float(cast("float", metric["value"]))
        size = metric.get("n")
        if size is None:
            size = f"{cast('Mapping[str, object]', results[task]['protocol']).get('recordings', '')} recordings"
        rows.append([name.replace("_", " "), f"{100 * value:.2f} %" if share else f"{value:g}", str(size)])
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


def _caveat(result: Result) -> str:
    caveat = cast("Mapping[str, object]", result["protocol"]).get("caveat")
    return f"Caveat: {caveat}.\n\n" if caveat else ""


def published(name: str, folder: Path = PUBLISHED) -> Result | None:
    file = folder / f"{name}.json"
    result: Result | None = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    return result


def render(folder: Path = PUBLISHED, full: bool = True) -> str:
    """Every table whose result is published, in Markdown, each with the command that made it. full: else the README's."""
    blocks: list[str] = []
    shown: dict[tuple[str, ...], str] = {}
    known = {spec.task: spec for spec in SPECS}
    others = sorted(p.stem for p in folder.glob("*.json") if p.stem not in known and p.stem not in OWN)
    for spec in (*SPECS, *(TableSpec(name, name.replace("_", " ").capitalize()) for name in others)):
        result = published(spec.task, folder)
        if result is not None and (full or spec.readme):
            text = table(result, spec, short=not full)
            rest = _by_others(result, spec.title, shown) + _others(result) if full else ""
            blocks.append(f"{text}\n\n{_caveat(result)}`{result['command']}`{rest}")
    parts = {name: published(name, folder) for name in ("verification", "printed", "qa")}
    if all(part is not None for part in parts.values()):
        results = {name: cast("Result", part) for name, part in parts.items()}
        commands = ", ".join(f"`{part['command']}`" for part in results.values())
        blocks.append(f"{trust(results)}\n\n{''.join(_caveat(part) for part in results.values())}{commands}")
    speed = published("perf", folder)
    if speed is not None:
        blocks.append(f"{perf(speed)}\n\n`{speed['command']}`")
    return "\n\n".join(blocks) + "\n"


def filled(text: str, folder: Path = PUBLISHED) -> str:
    """`text` with the tables between its marks. ValueError when the marks are not there."""
    if not _BLOCK.search(text):
        raise ValueError("no <!-- tables --> … <!-- /tables --> in the text")
    return _BLOCK.sub(lambda match: f"{match[1]}\n{render(folder, full=bool(match[2]))}\n{match[3]}", text)


if __name__ == "__main__":
    for name_ in sys.argv[1:]:
        file_ = Path(name_)
        file_.write_text(filled(file_.read_text(encoding="utf-8")), encoding="utf-8")
