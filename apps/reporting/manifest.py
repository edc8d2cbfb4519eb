"""`manifest.json`: what was reported from what, and how it ended. Read again, it lets a stopped run continue."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from apps.atomic import write_text
from recordings import UserError

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1

Cell = str | int | float | bool | None


class Entry(BaseModel):
    """One recording of a report.

    name: its folder (None where it never opened). sha256: of the input. fingerprint: of everything that can change the
    output. outputs: sha256 by path relative to the report's folder. summary: its row of `summary.csv`.
    """

    model_config = ConfigDict(extra="forbid")

    source: str
    name: str | None = None
    sha256: str | None = None
    fingerprint: str | None = None
    status: Literal["done", "failed", "skipped"]
    reason: str | None = None
    outputs: dict[str, str] = {}
    summary: dict[str, Cell] = {}
    seconds: float | None = None
    finished: str | None = None


class Manifest(BaseModel):
    """The whole report. `finished` and `seconds` are the only clock in a report's files."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int = SCHEMA_VERSION
    versions: dict[str, str] = {}
    settings: dict[str, Cell] = {}
    recordings: list[Entry] = []
    outputs: dict[str, str] = {}

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """The manifest of an earlier run in `folder`, None where there was none. UserError when it is not ours."""
        path = folder / MANIFEST
        if not path.is_file():
            return None
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as failure:
            raise UserError(
                path,
                expected="the manifest of a Telltale report",
                found="something else",
                cure="name another folder with -o",
            ) from failure

    def write(self, folder: Path) -> None:
        write_text(folder / MANIFEST, self.model_dump_json(indent=1) + "\n")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(input_sha256: str, settings: dict[str, Cell], revisions: dict[str, str]) -> str:
    """Of all that can change a recording's pages: its bytes, the settings, the models and the version of the program."""
    text = json.dumps([input_sha256, settings, revisions], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def intact(folder: Path, entry: Entry) -> bool:
    """Whether every output of a finished recording is still there, byte for byte."""
    if entry.status != "done" or not entry.outputs:
        return False
    return all(
        (folder / name).is_file() and sha256_of(folder / name) == digest for name, digest in entry.outputs.items()
    )
