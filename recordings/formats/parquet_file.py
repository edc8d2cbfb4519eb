"""Parquet tables: the same columns as in a delimited one, with types of their own."""

from __future__ import annotations

from pathlib import Path

from recordings.content import Content
from recordings.errors import UserError, plain
from recordings.options import ReadOptions
from recordings.recording import Step
from recordings.tables import Table, content_of

MAGIC = b"PAR1"


class ParquetReader:
    name = "Parquet table"
    extensions = (".parquet", ".pq")

    def sniff(self, head: bytes, path: Path) -> float:
        return 1.0 if head.startswith(MAGIC) else 0.0

    def read(self, path: Path, options: ReadOptions, where: str) -> Content:
        import pyarrow as pa
        from pyarrow import parquet

        try:
            data = parquet.ParquetFile(path).read()
        except (pa.ArrowInvalid, OSError) as problem:
            raise UserError(
                where, expected="a whole Parquet file", found=plain(problem, 120), cure="copy or export the file again"
            ) from None
        if data.num_rows == 0:
            raise UserError(
                where, expected="rows of samples", found="an empty table", cure="export the recording again"
            )
        names = tuple(str(name) for name in data.column_names)
        step = Step("read the table", "Parquet", Path(where).name, f"{data.num_rows} rows, {len(names)} columns")
        return content_of(Table(where, names, data, history=(step,)), options)
