"""The append-only file behind a run: one JSON object a line, on its way to the disk before `append` returns."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from recordings.errors import UserError

# A flushed line survives the death of the process; forcing it through the disk's cache, for a power cut, is dear.
SYNC_EVERY_S = 1.0

Row = dict[str, object]


class Journal:
    """Lines by their place in the file: what is kept in memory is where a line stands, not what it says."""

    def __init__(self, path: Path, take: Callable[[Row, int], None], reading: bool = False) -> None:
        """Reads what is there through `take(row, place)`; a half-written last line is cut off. UserError for a broken one.

        reading: nothing is written, not even the cut: the folder may be another's, or another process may be adding to it.
        """
        self.path = path
        self._end = self._read(take) if path.exists() else 0
        self._file: BinaryIO | None = None
        self._synced = time.monotonic()
        if reading:
            return
        if path.exists() and path.stat().st_size > self._end:
            with path.open("rb+") as lines:
                lines.truncate(self._end)
        self._file = path.open("ab")

    def _read(self, take: Callable[[Row, int], None]) -> int:
        place = 0
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    break
                take(parsed(line, self.path, number), place)
                place += len(line)
        return place

    def append(self, lines: Sequence[str]) -> list[int]:
        """The place of each line. Flushed now; on the disk within a second of the next append, or at `close`."""
        if self._file is None:
            raise ValueError(f"{self.path} was opened to be read")
        places = []
        for line in lines:
            places.append(self._end)
            self._end += self._file.write(f"{line}\n".encode())
        self._file.flush()
        if time.monotonic() - self._synced >= SYNC_EVERY_S:
            self.sync()
        return places

    def sync(self) -> None:
        if self._file is None:
            return
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def rows(self, places: Sequence[int]) -> Iterator[Row]:
        """The rows at `places`, in that order."""
        with self.path.open("rb") as lines:
            for place in places:
                lines.seek(place)
                yield cast("Row", json.loads(lines.readline()))

    def close(self) -> None:
        if self._file is not None and not self._file.closed:
            self.sync()
            self._file.close()


def parsed(line: bytes, path: Path, number: int) -> Row:
    """One line as an object that names its kind. UserError names the line and the cure."""
    try:
        row = json.loads(line)
    except (ValueError, UnicodeDecodeError):
        row = None
    if isinstance(row, dict) and row.get("kind") in ("sample", "facts"):
        return cast("Row", row)
    raise UserError(
        f"{path}, line {number}",
        expected="one answer or one unit's facts as JSON",
        found="a damaged line",
        cure=f"delete it (sed -i {number}d '{path}'): what it held is asked again when the run goes on",
    )
