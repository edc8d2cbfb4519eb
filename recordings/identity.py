"""Ids that are safe in file names, and digests of source bytes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

CHUNK = 1 << 20
LONGEST_SLUG = 40


def sha256_of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sha256_of_files(files: Sequence[tuple[str, Path]]) -> str:
    """Of several files and their names, in order of name: the same folder elsewhere has the same digest."""
    digest = hashlib.sha256()
    for name, path in sorted(files):
        digest.update(f"{name}\0{sha256_of_file(path)}\n".encode())
    return digest.hexdigest()


def recording_id(stem: str, sha256: str) -> str:
    """`Morning walk (2)` → `morning-walk-2-1f3a9c`: a safe name, and six digits of the content, so that equal names differ."""
    ascii_text = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:LONGEST_SLUG].strip("-")
    return f"{slug or 'recording'}-{sha256[:6]}"
