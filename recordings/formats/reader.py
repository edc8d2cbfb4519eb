"""What every file format's reader promises."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from recordings.content import Content
from recordings.options import ReadOptions

HEAD_BYTES = 65_536


class Reader(Protocol):
    """One file format. Another format is one more class and one more line in `registry.READERS`."""

    @property
    def name(self) -> str:
        """In the user's words: "delimited table"."""
        ...

    @property
    def extensions(self) -> tuple[str, ...]:
        """Usual suffixes with their dot, lower case. A hint: the content decides."""
        ...

    def sniff(self, head: bytes, path: Path) -> float:
        """How sure this reader is, 0…1, from the first 64 KiB and the file's name."""
        ...

    def read(self, path: Path, options: ReadOptions, where: str) -> Content:
        """The whole file. `where` names it in errors (`walk.zip/acc.csv`). UserError for whatever the user can cure."""
        ...
