"""The tables of docs/late-fusion.md from a result: `python -m evals.tasks.late_fusion.tables RESULT.json docs/late-fusion.md`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

Row = Mapping[str, object]
_GRID = re.compile(r"^label-paired-12/(?P<inputs>[a-z+]+)/(?P<shots>zero|one)/(?P<mode>closed|open)$")
_MARK = "<!-- late-fusion-{name} -->"


def hundredths(metric: object, sd: bool = False) -> str:
    """ "84.7 [79.4, 94.4]", with ± over draws where there are several; "–" without a value."""
    found = cast("Mapping[str, object]", metric or {})
    if found.get("value") is None:
        return "–"
    text = f"{100 * cast('float', found['value']):.1f}"
    if sd and cast("int", found.get("draws", 1)) > 1:
        text += f" ± {100 * cast('float', found['sd_over_draws']):.1f}"
    if found.get("ci95"):
        low, high = cast("Sequence[float]", found["ci95"])
        text += f" [{100 * low:.1f}, {100 * high:.1f}]"
    return text


def difference(row: Row) -> str:
    found = cast("Mapping[str, object] | None", row.get("difference"))
    if not found:
        return ""
    low, high = cast("Sequence[float]", found["ci95"] or (float("nan"), float("nan")))
    return f"{100 * cast('float', found['value']):+.1f} [{100 * low:+.1f}, {100 * high:+.1f}], p = {found['p']} (to *{row['beside']}*)"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(
        ["| " + " | ".join(header) + " |", "|" + "---|" * len(header), *("| " + " | ".join(r) + " |" for r in rows)]
    )


def _metrics(row: Row) -> Mapping[str, object]:
    return cast("Mapping[str, object]", row["metrics"])


def _figure(row: Row, name: str = "macro_f1") -> float:
    return cast("float", cast("Mapping[str, object]", _metrics(row)[name])["value"])


def sums(rows: Sequence[Row], language: bool) -> str:
    """The rows of label-paired-12 with or without a language model, worst first."""
    chosen = [r for r in rows if r["part"] == "label-paired-12" and _speaks(r) == language]
    body = []
    for row in sorted(chosen, key=_figure):
        m = _metrics(row)
        name = str(row["name"]) + (f" ({row['note']})" if language and row.get("note") else "")
        body.append(
            [
                name,
                hundredths(m["macro_f1"], sd=True),
                hundredths(m["macro_f1_ten_classes"]),
                hundredths(m.get("accuracy_both")),
                difference(row),
            ]
        )
    header = ["system", "macro-F1, 12 classes", "ten classes", "accuracy, both present", "difference in macro-F1"]
    return _table(header, body) if body else "Not asked yet."


def _speaks(row: Row) -> bool:
    return "language model" in str(row["name"]) or "shuffled scores" in str(row["name"])


def grid(rows: Sequence[Row]) -> str:
    """Input sets × (shots, mode): macro-F1 and the share of invalid answers."""
    cells: dict[tuple[str, str], Row] = {}
    for row in rows:
        found = _GRID.match(str(row["part"]))
        if found:
            cells[found["inputs"], f"{found['shots']}, {found['mode']}"] = row
    columns = ["zero, closed", "one, closed", "zero, open", "one, open"]
    body = [
        [inputs.replace("+", " + "), *(_cell(cells.get((inputs, column))) for column in columns)]
        for inputs in dict.fromkeys(i for i, _ in cells)
    ]
    controls = [r for r in rows if "/control: " in str(r["part"])]
    lines = [
        f"Control, {str(row['part']).partition('control: ')[2]}: {hundredths(_metrics(row)['macro_f1'])}, n = {cast('Row', _metrics(row)['accuracy'])['n']}."
        for row in controls
    ]
    return (
        "\n\n".join([_table(["fields given", *columns], body), *lines]) if body else "The grid has not been asked yet."
    )


def _cell(row: Row | None) -> str:
    if row is None:
        return "–"
    m = _metrics(row)
    chance, invalid = cast("Row", m["above_chance"]), cast("Row", m["invalid_rate"])
    odd = cast("float", invalid["value"])
    return f"{100 * _figure(row):.1f}{'*' if cast('float', chance['p']) < 0.05 else ''}" + (
        f" ({100 * odd:.0f} % invalid)" if odd else ""
    )


def kitchens(rows: Sequence[Row]) -> str:
    parts = list(dict.fromkeys(str(r["part"]) for r in rows if str(r["part"]).startswith("epic-kitchens")))
    blocks = []
    for part in parts:
        chosen = sorted((r for r in rows if r["part"] == part), key=lambda r: _figure(r, "accuracy"))
        body = [
            [str(r["name"]), hundredths(_metrics(r)["accuracy"]), hundredths(_metrics(r)["macro_f1"]), difference(r)]
            for r in chosen
        ]
        n = cast("Row", _metrics(chosen[0])["accuracy"])["n"]
        blocks.append(
            f"**{part.partition('/')[2]}** ({n} actions)\n\n"
            + _table(["system", "accuracy", "macro-F1", "difference in accuracy"], body)
        )
        for row in chosen:
            where = cast("Mapping[str, Row]", row.get("where_sound_helps") or {})
            if where and row["name"] == "logistic, history + sound":
                said = "; ".join(f"{name} {_signed(d)}" for name, d in where.items())
                blocks.append(f"Sound beside history, points of accuracy: {said}.")
    return "\n\n".join(blocks) or "Not measured yet."


def _signed(found: Row) -> str:
    low, high = cast("Sequence[float]", found["ci95"])
    return f"{100 * cast('float', found['value']):+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def filled(text: str, result: Row) -> str:
    """The document with its three tables."""
    rows = cast("Sequence[Row]", result["systems"])
    blocks = {
        "sums": sums(rows, language=False),
        "language": f"{sums(rows, language=True)}\n\nBy prompt alone, macro-F1 (* above chance, p < 0.05 by permutation):\n\n{grid(rows)}",
        "kitchens": kitchens(rows),
    }
    for name, block in blocks.items():
        start, end = _MARK.format(name=name), f"<!-- /late-fusion-{name} -->"
        text = re.sub(f"{start}.*?{end}", lambda _, b=block, s=start, e=end: f"{s}\n{b}\n{e}", text, flags=re.DOTALL)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    document = Path(sys.argv[2])
    document.write_text(
        filled(document.read_text(encoding="utf-8"), json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))),
        encoding="utf-8",
    )
