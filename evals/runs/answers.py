"""Another program's answers to the items of a run: a table with `id` and `prediction`, scored as one more system."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from evals.runs.run import Run
from evals.runs.sample import Sample
from recordings.errors import UserError

Answer = Mapping[str, object]


def read_answers(path: Path) -> list[Answer]:
    """Rows of a CSV, JSON Lines or Parquet file: id, prediction, and where wanted part and score. UserError otherwise."""
    cure = "write a CSV, .jsonl or .parquet with the columns id and prediction (and part, score)"
    if not path.is_file():
        raise UserError(path, expected="a file of answers", found="no such file", cure="check --predictions")
    rows: list[Answer]
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            rows = pq.read_table(path).to_pylist()
        elif path.suffix == ".jsonl":
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        else:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
    except (ValueError, OSError) as failure:
        raise UserError(path, expected="a table of answers", found=failure, cure=cure) from failure
    if not rows or not all(isinstance(r, Mapping) and {"id", "prediction"} <= set(r) for r in rows):
        raise UserError(path, expected="rows with id and prediction", found="others or none", cure=cure)
    return rows


def add_answers(run: Run, system: str, answers: Sequence[Answer], path: Path) -> None:
    """One more system in the run, its truths and people taken from the items of the systems that are there.

    An item without an answer is `skipped` and counts as wrong. UserError for ids that the run does not know.
    """
    items: dict[tuple[str, str], Sample] = {}
    for sample in run.samples():
        items.setdefault((sample.part, sample.id), sample)
    by_id: dict[str, list[str]] = {}
    for part, number in items:
        by_id.setdefault(number, []).append(part)
    given: dict[tuple[str, str], Answer] = {}
    for row in answers:
        number = str(row["id"])
        parts = [str(row["part"])] if row.get("part") else by_id.get(number, [])
        if not parts or any((part, number) not in items for part in parts):
            raise UserError(
                path,
                expected="ids of this run's items",
                found=number,
                cure="take id (and part) from its samples.parquet",
            )
        given |= {(part, number): row for part in parts}
    for (part, number), item in items.items():
        answer = given.get((part, number))
        said = None if answer is None or answer["prediction"] in (None, "") else str(answer["prediction"])
        score = None if answer is None or answer.get("score") in (None, "") else float(str(answer["score"]))
        kept = {k: v for k, v in item.detail.items() if k in ("recording", "dataset", "start_s", "end_s")}
        run.add(Sample(number, system, part, item.subject, item.truth, said, score, "ok" if said else "skipped", kept))
    for part in sorted({part for part, _ in items}):
        run.finish(system, part, revision=path.name)
