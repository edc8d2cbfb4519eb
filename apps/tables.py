"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from recordings.errors import plain

# More do not fit a line; the JSON and the report have all of them.
MOST_METRICS = 6


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], numeric: Sequence[str] = ()) -> Table:
    """A plain table. Cells may hold the user's words: they are shown as they are, without markup."""
    from rich.text import Text

    drawn = Table(title=plain(title) or None, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        drawn.add_column(name, justify="right" if name in numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(plain(cell, 200)) for cell in row))
    return drawn


def result_table(result: Mapping[str, object]) -> Table:
    """The systems of an evaluation result, a row each, a column a metric: value and, where there is one, [95 % interval].

    Headed VOID where a leak check failed.
    """
    from evals.runs.outcome import failed_checks

    systems = [system for system in _listed(result.get("systems")) if isinstance(system, Mapping)]
    systems.sort(key=_part)  # stable: the order within a part is the task's own
    names: list[str] = []
    for system in systems:
        names += [name for name in _mapped(system.get("metrics")) if name not in names]
    names = names[:MOST_METRICS]
    parts = any(_part(system) for system in systems)
    rows = []
    for system in systems:
        metrics = _mapped(system.get("metrics"))
        where = [_part(system)] if parts else []
        rows.append([*where, system.get("name", ""), *(_figure(metrics.get(name)) for name in names)])
    protocol = _mapped(result.get("protocol")).get("name", "")
    title = f"{result.get('task', '')}: {protocol}"
    if (
        result.get("quick")
        or _mapped(result.get("options")).get("quick")
        or _mapped(result.get("options")).get("limit")
    ):
        title += " (a quick look)"
    failed = failed_checks(result)
    if failed:
        title = f"VOID, leak check failed: {'; '.join(failed)} – {title}"
    return table(title, [*(["part"] if parts else []), "system", *names], rows, numeric=names)


def published_table(result: Mapping[str, object]) -> Table:
    """What others have stated, and whether it can be compared."""
    rows = [
        [row.get("system", ""), _figure(row.get("value")), row.get("source", ""), row.get("comparable", ""), row.get("why", "")]
        for row in _listed(result.get("published"))
        if isinstance(row, Mapping)
    ]  # fmt: skip
    return table("published", ["system", "value", "source", "comparable", "why"], rows, numeric=["value"])


def _part(system: Mapping[str, object]) -> str:
    return str(system.get("part") or system.get("split") or "")


def _figure(metric: object) -> str:
    if isinstance(metric, Mapping):
        interval = metric.get("ci95")
        tail = f" [{', '.join(_figure(v) for v in interval)}]" if isinstance(interval, (list, tuple)) else ""
        return _figure(metric.get("value")) + tail
    if isinstance(metric, bool) or metric is None:
        return "" if metric is None else str(metric).lower()
    if isinstance(metric, float):
        return f"{metric:.4g}"
    if isinstance(metric, (list, tuple)):
        return ", ".join(_figure(v) for v in metric)
    return plain(metric, 60)


def _mapped(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else []
