"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from recordings.errors import plain


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
    """The systems of an evaluation result, a row each, a column a metric: value and, where there is one, [95 % interval]."""
    systems = [system for system in _listed(result.get("systems")) if isinstance(system, Mapping)]
    names: list[str] = []
    for system in systems:
        names += [name for name in _mapped(system.get("metrics")) if name not in names]
    rows = []
    for system in systems:
        metrics = _mapped(system.get("metrics"))
        rows.append([system.get("name", ""), *(_figure(metrics.get(name)) for name in names)])
    protocol = _mapped(result.get("protocol")).get("name", "")
    return table(f"{result.get('task', '')}: {protocol}", ["system", *names], rows, numeric=names)


def _figure(metric: object) -> str:
    if isinstance(metric, Mapping):
        interval = metric.get("ci95")
        tail = f" [{', '.join(_figure(v) for v in interval)}]" if isinstance(interval, (list, tuple)) else ""
        return _figure(metric.get("value")) + tail
    if isinstance(metric, bool) or metric is None:
        return "" if metric is None else str(metric).lower()
    if isinstance(metric, float):
        return f"{metric:.4g}"
    return plain(metric, 60)


def _mapped(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else []
