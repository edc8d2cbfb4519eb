"""`telltale eval compare A B`: two runs item by item, people drawn together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from apps import options

app = typer.Typer(add_completion=False)


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="A run folder or a result file.")],
    b: Annotated[
        Path | None, typer.Argument(metavar="B", help="Another; without it two systems of A are compared (--systems).")
    ] = None,
    systems: Annotated[
        str, typer.Option(metavar="X,Y", help="System X of A beside Y of B; otherwise those of one name.")
    ] = "",
    as_json: options.Json = False,
) -> None:
    """Differences a − b with 95 % intervals (people drawn together) and p (people's answers exchanged; Holm over all rows)."""
    from apps.console import results
    from apps.tables import table
    from evals.compare import compare as compared

    named = [name.strip() for name in systems.split(",") if name.strip()]
    if named and len(named) != 2:
        raise typer.BadParameter("name two systems, --systems X,Y")
    if b is None and not named:
        raise typer.BadParameter("name a second run, or two systems with --systems X,Y")
    rows = compared(a, b or a, (named[0], named[1]) if named else None)
    if as_json:
        typer.echo(json.dumps([row.record() for row in rows], indent=1, ensure_ascii=False))
        return
    shown = []
    for row in rows:
        found = row.difference
        who = row.a if row.a == row.b else f"{row.a} − {row.b}"
        line = [
            row.part,
            who,
            row.metric,
            f"{row.value_a:.4f}",
            f"{row.value_b:.4f}",
            f"{row.value_a - row.value_b:+.4f}",
        ]
        if found is None:
            shown.append([*line, "", "", "", "not paired: files keep no answers"])
            continue
        interval = "" if found.ci95 is None else f"[{found.ci95[0]:+.4f}, {found.ci95[1]:+.4f}]"
        shown.append([*line, interval, f"{found.p:.3g}", f"{row.p_holm:.3g}", f"{found.method}, {found.n} items"])
    columns = ["part", "system", "metric", "a", "b", "a − b", "95 %", "p", "p (Holm)", "test"]
    results().print(table("", columns, shown, numeric=columns[3:9]))
