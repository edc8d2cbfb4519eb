"""`samples.parquet`: one row an answer, and in the file's own metadata what else the scores need. It stands alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from evals.runs.run import Run
from evals.runs.sample import JsonValue, Sample
from recordings.errors import UserError

PARQUET = "samples.parquet"
BATCH = 10_000
_KEY = b"telltale"


def to_parquet(run: Run, path: Path) -> None:
    """Every answer in the order of (system, part, id), written a batch at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, number = pa.string(), pa.float64()
    fields = [pa.field(n, text) for n in ("id", "system", "part", "subject", "truth", "prediction")]
    fields += [pa.field("score", number), pa.field("status", text), pa.field("detail", text)]
    facts = [{"system": s, "part": p, "facts": run.facts(s, p)} for s, p in run.units() if run.finished(s, p)]
    kept = {"header": run.header, "facts": facts}
    metadata = {_KEY: json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()}
    schema = pa.schema(fields, metadata=metadata)
    beside = path.with_name(f".{path.name}.part")
    with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
        for rows in _batches(run.samples()):
            columns = {f.name: [getattr(s, f.name) for s in rows] for f in fields[:-1]}
            columns["detail"] = [json.dumps(s.detail, ensure_ascii=False, sort_keys=True) for s in rows]
            writer.write_table(pa.table(columns, schema=schema))
    beside.replace(path)


def from_parquet(folder: Path) -> Run:
    """A run in memory out of its `samples.parquet` alone. UserError when it is not there or not ours."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / PARQUET
    cure = "measure it again, or copy the whole folder"
    if not path.is_file():
        raise UserError(folder, expected=f"samples.jsonl or {PARQUET}", found="neither", cure=cure)
    try:
        file = pq.ParquetFile(path)
        kept = json.loads((file.schema_arrow.metadata or {})[_KEY])
    except (pa.ArrowInvalid, KeyError, ValueError) as failure:
        raise UserError(path, expected="the answers of a run", found="something else", cure=cure) from failure
    run = Run(header=cast("dict[str, JsonValue]", kept["header"]))
    for batch in file.iter_batches(BATCH):
        run.add_all(Sample(**(row | {"detail": json.loads(row["detail"])})) for row in batch.to_pylist())
    for unit in kept["facts"]:
        run.finish(unit["system"], unit["part"], **unit["facts"])
    return run


def _batches(samples: Iterator[Sample]) -> Iterator[list[Sample]]:
    rows: list[Sample] = []
    for sample in samples:
        rows.append(sample)
        if len(rows) == BATCH:
            yield rows
            rows = []
    if rows:
        yield rows
