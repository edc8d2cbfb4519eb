"""Texts of a window by another hand than the grammar's: read back from files, and put in the grammar's place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from models.limubert.windows import LabelledWindow
from models.llasa.data.corpus import Described
from models.llasa.data.facts import WindowFacts
from models.llasa.data.measured import measured_line
from models.llasa.data.questions import KINDS
from models.llasa.data.words import Numbers
from recordings import UserError

Rows = Mapping[str, tuple[dict[str, str], ...]]


def id_of(window: LabelledWindow) -> str:
    """As the files name a window."""
    return f"{window.recording}@{window.start_s:.3f}"


def axis_lines(facts: WindowFacts) -> tuple[list[str], list[str]]:
    """(rotation, acceleration): a line an axis with its statistics over time, as texts print numbers."""
    lines = []
    for axis in facts.axes:
        numbers = Numbers()
        smooth = [numbers.write(v, axis.unit, "smoothed") for v in (axis.smooth_low, axis.smooth_high)]
        lines.append(
            f"{axis.name}: mean {numbers.mean(axis)}, deviation {numbers.deviation(axis)}, range {numbers.spread(axis)}, goes from "
            f"{numbers.low(axis)} to {numbers.high(axis)}, strongest frequency {numbers.strongest(axis)}, averaged over 0.6 s from "
            f"{smooth[0]} to {smooth[1]}"
        )
    return (lines[3:] if facts.has_gyro else ["no rotation recorded"], lines[:3])


def whole_line(facts: WindowFacts, position: str) -> str:
    """The window's own measurements: movement, thirds, rhythm, gravity, turning."""
    return measured_line(facts, position, "")


def read_texts(folder: Path) -> Rows:
    """window → its open exchanges by `--stage data`, in the order of `KINDS`. UserError where the folder holds none, or a line is no exchange."""
    file = folder / "exchanges.jsonl"
    if not file.is_file():
        raise UserError(
            folder,
            expected="texts as `telltale train llasa --stage data` writes them (exchanges.jsonl)",
            found="none",
            cure="write them first, or name their folder",
        )
    found: dict[str, dict[str, dict[str, str]]] = {}
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                kind, texts = str(row["kind"]), {key: str(row[key]) for key in ("question", "answer", "by")}
                window = str(row["id"])
            except (ValueError, KeyError, TypeError) as problem:
                raise UserError(
                    f"{file.name}, line {number}",
                    expected="an exchange: id, kind, question, answer, by",
                    found=f"{type(problem).__name__}: {problem}",
                    cure="write the texts again",
                ) from problem
            if kind in KINDS:
                found.setdefault(window, {})[kind] = texts
    return {window: tuple(by[k] for k in KINDS) for window, by in found.items() if all(k in by for k in KINDS)}


def digest_of(folder: Path) -> str:
    """Twelve hexadecimal digits of the texts."""
    return hashlib.sha256((folder / "exchanges.jsonl").read_bytes()).hexdigest()[:12]


def with_texts(corpus: Iterable[Described], texts: Rows) -> Iterator[Described]:
    """Each window with the open exchanges that the files have of it; a window that they do not have keeps the grammar's."""
    for one in corpus:
        rows = texts.get(id_of(one.window))
        if rows is None:
            yield one
            continue
        told = tuple(
            replace(exchange, question=row["question"], answer=row["answer"], by=row["by"], printed=())
            for exchange, row in zip(one.exchanges[: len(KINDS)], rows, strict=True)
        )
        yield replace(one, exchanges=(*told, *one.exchanges[len(KINDS) :]))
