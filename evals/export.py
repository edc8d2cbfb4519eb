"""A run's answers as one flat table for other programs, with a JSON header beside it.

The names are those of the WHAR Datasets library (Burzer et al., UbiComp Companion 2025; teco-kit/whar-datasets): its ids of
data sets, `subject_id`, `session_id`, `window_id`, a split's `identifier`, and of a split's result accuracy, precision, recall and
f1_score. The library itself has no file of predictions: the table's form is ours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypedDict, cast

from evals.runs import Run, Sample
from evals.runs.files import write_text
from evals.runs.folder import existing_run
from evals.runs.outcome import json_text
from recordings.errors import UserError

# Our name of a protocol's set → the library's id of the data set.
WHAR_IDS = {
    "hapt": "hapt",
    "usc_had": "usc_had",
    "motionsense": "motion_sense",
    "wisdm_watch": "wisdm_19_watch",
    "wisdm_phone": "wisdm_19_phone",
}
COLUMNS = ("dataset", "split", "seed", "system", "subject_id", "session_id", "window_id", "start_s", "end_s", "y_true", "y_pred", "status")  # fmt: skip
PROBABILITY = "prob_"


class Split(TypedDict):
    dataset: str
    split: str
    seed: str


def export_whar(folder: Path, output: Path) -> tuple[Path, int]:
    """Writes `output` (.csv or .parquet) and `output` + `.json`; returns the header's path and the number of rows.

    UserError for a run without answers, one with open answers (no classes), another ending.
    """
    run = existing_run(folder)
    if not run.count():
        raise UserError(folder, expected="a run that keeps answers", found="none", cure="export a run of har or sound")
    if output.suffix not in (".csv", ".parquet"):
        raise UserError(output, expected=".csv or .parquet", found=output.suffix or "no ending", cure="name it so")
    classes = sorted({s.truth for s in run.samples()})
    if len(classes) > 100:
        raise UserError(
            folder,
            expected="answers of a closed set of activities",
            found=f"{len(classes)} different truths",
            cure="export a run of har, sound or late_fusion",
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    columns = [*COLUMNS, *(PROBABILITY + name for name in classes)]
    number = (_csv if output.suffix == ".csv" else _parquet)(output, columns, _rows(run, classes))
    header = output.with_name(output.name + ".json")
    write_text(header, json_text(_header(run, output, classes, number)))
    return header, number


def split_of(part: str) -> Split:
    """`wisdm_watch/groups:5/3/1` → data set wisdm_19_watch, split groups:5/group_3, seed 1."""
    pieces = part.split("/")
    name = WHAR_IDS.get(pieces[0], pieces[0])
    if len(pieces) < 3:
        return Split(dataset=name, split="/".join(pieces[1:]) or "all", seed="0")
    kind = pieces[1].partition(":")[0]
    fold = {"groups": f"group_{pieces[2]}", "loso": f"subject_{pieces[2]}"}.get(kind, pieces[2])
    return Split(dataset=name, split=f"{pieces[1]}/{fold}", seed=pieces[3] if len(pieces) > 3 else "0")


def _rows(run: Run, classes: Sequence[str]) -> Iterator[dict[str, object]]:
    folds = cast("Mapping[str, Mapping[str, object]]", run.header.get("folds") or {})
    for s in run.samples():
        session, start, end = _window(s, folds)
        stated = s.detail.get("probabilities")
        shares = stated if isinstance(stated, dict) else {}
        row: dict[str, object] = {
            **split_of(s.part),
            "system": s.system,
            "subject_id": s.subject,
            "session_id": session,
            "window_id": s.id,
            "start_s": start,
            "end_s": end,
            "y_true": s.truth,
            "y_pred": s.prediction,
            "status": s.status,
        }
        # A probability that was too small to be written down is 0; a system that states none has none.
        row |= {PROBABILITY + name: (shares.get(name, 0.0) if shares else None) for name in classes}
        yield row


def _window(s: Sample, folds: Mapping[str, Mapping[str, object]]) -> tuple[str, float | None, float | None]:
    """(recording, start, end): from the sample's detail, or from an id that reads `recording@start`."""
    recording, start, end = (s.detail.get(k) for k in ("recording", "start_s", "end_s"))
    if isinstance(recording, str):
        return recording, _float(start), _float(end)
    before, at, behind = s.id.rpartition("@")
    if not at or _float(behind) is None:
        return "", None, None
    first = _float(behind) or 0.0
    length = _float(folds.get("/".join(s.part.split("/")[:3]), {}).get("window_s"))
    return before, first, None if length is None else round(first + length, 6)


def _header(run: Run, output: Path, classes: Sequence[str], number: int) -> dict[str, object]:
    return {
        "format": "whar",
        "schema_version": 1,
        "table": output.name,
        "rows": number,
        "task": run.header.get("task"),
        "command": run.header.get("command"),
        "revisions": run.header.get("revisions"),
        "activities": list(classes),
        "columns": {
            "dataset": "id of the WHAR Datasets library where it has the set",
            "split": "protocol/identifier of the round; the window is in its test part",
            "seed": "of what was trained, 0 where nothing was",
            "system": "who answered",
            "subject_id": "the person as the set numbers them",
            "session_id": "the recording",
            "window_id": "the same in every system's rows",
            "start_s, end_s": "seconds from the recording's start",
            "y_true, y_pred": "names of activities; y_pred is empty where there was no usable answer",
            "status": "ok, invalid, skipped or failed",
            f"{PROBABILITY}*": "stated probabilities; empty where the system states none",
        },
        "results": _results(run),
    }


def _results(run: Run) -> list[dict[str, object]]:
    """Per split and system what the library calls Metrics, averaged over classes; without its loss, which nobody has here."""
    from sklearn.metrics import precision_recall_fscore_support

    found = []
    for system, part in run.units():
        samples = list(run.samples(system, part))
        if not samples:
            continue
        truth = [s.truth for s in samples]
        said = [s.prediction or "" for s in samples]
        names = sorted({*truth, *said} - {""})
        precision, recall, f1, _ = precision_recall_fscore_support(
            truth, said, labels=names, average="macro", zero_division=0.0
        )
        right = sum(t == p for t, p in zip(truth, said, strict=True)) / len(samples)
        found.append(
            {
                **split_of(part),
                "system": system,
                "windows": len(samples),
                "accuracy": round(right, 6),
                "precision": round(float(precision), 6),
                "recall": round(float(recall), 6),
                "f1_score": round(float(f1), 6),
            }
        )
    return found


def _csv(output: Path, columns: Sequence[str], rows: Iterator[dict[str, object]]) -> int:
    beside = output.with_name(f".{output.name}.part")
    number = 0
    with beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            number += 1
    beside.replace(output)
    return number


def _parquet(output: Path, columns: Sequence[str], rows: Iterator[dict[str, object]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numeric = {"start_s", "end_s", *(c for c in columns if c.startswith(PROBABILITY))}
    schema = pa.schema([pa.field(c, pa.float64() if c in numeric else pa.string()) for c in columns])
    beside = output.with_name(f".{output.name}.part")
    number, batch = 0, []
    with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
        for row in rows:
            batch.append(row)
            number += 1
            if len(batch) == 10_000:
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    beside.replace(output)
    return number


def _float(value: object) -> float | None:
    try:
        return float(cast("float | str", value))
    except (TypeError, ValueError):
        return None
