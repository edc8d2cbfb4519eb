"""Which reader reads a file: the one that is surest of its content."""

from __future__ import annotations

from pathlib import Path

from recordings.content import Content
from recordings.errors import UserError
from recordings.formats.audio_file import AudioReader
from recordings.formats.delimited import DelimitedReader
from recordings.formats.parquet_file import ParquetReader
from recordings.formats.reader import HEAD_BYTES, Reader
from recordings.options import ReadOptions

READERS: tuple[Reader, ...] = (DelimitedReader(), ParquetReader(), AudioReader())
SURE_ENOUGH = 0.3


def head_of(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(HEAD_BYTES)


def reader_of(path: Path) -> tuple[Reader | None, float]:
    """The surest reader and how sure it is; (None, 0.0) when no reader knows the content."""
    head = head_of(path)
    scored = [(reader.sniff(head, path), reader) for reader in READERS]
    confidence, reader = max(scored, key=lambda pair: pair[0])
    return (reader, confidence) if confidence >= SURE_ENOUGH else (None, 0.0)


def read_file(path: Path, options: ReadOptions, where: str) -> Content:
    """One file's content. UserError when it is empty or of no known format."""
    if path.stat().st_size == 0:
        raise UserError(where, expected="a recording", found="an empty file", cure="copy or export the file again")
    reader, _ = reader_of(path)
    if reader is None:
        names = ", ".join(reader.name for reader in READERS)
        raise UserError(
            where,
            expected=f"a known format ({names}, folder or zip of these)",
            found="content that is none of them",
            cure="export the recording as CSV, Parquet, WAV, FLAC or OGG",
        )
    return reader.read(path, options, where)
