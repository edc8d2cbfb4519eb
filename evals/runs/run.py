"""A measurement in progress: what was asked, every answer so far, what is finished. It survives being killed at any moment."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from evals.runs.sample import JsonValue, Sample
from recordings.errors import UserError

if TYPE_CHECKING:
    from evals.leaks import Material

Progress = Callable[[str, int, int], None]
Unit = tuple[str, str]
JOURNAL = "samples.jsonl"
HEADER = "run.json"


class Run:
    """Samples and facts of one run, in memory or in a folder.

    In a folder, every `add` is one line of `samples.jsonl`, flushed before it returns; opening the folder again reads what is
    there and cuts off a half-written last line. A (system, part) unit is `finished` when its facts are written.
    """

    def __init__(self, folder: Path | None = None, header: Mapping[str, JsonValue] | None = None) -> None:
        """UserError when the folder holds a run that was asked with other options."""
        self.folder = folder
        self.header: dict[str, JsonValue] = dict(header or {})
        self.report: Progress = lambda stage, done, total: None
        self._rows: dict[Unit, dict[str, Sample]] = defaultdict(dict)
        self._facts: dict[Unit, dict[str, JsonValue]] = {}
        self._journal = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._resume(folder)
            self._journal = (folder / JOURNAL).open("a", encoding="utf-8")

    def _resume(self, folder: Path) -> None:
        found = folder / HEADER
        if found.exists():
            before = cast("dict[str, JsonValue]", json.loads(found.read_text(encoding="utf-8")))
            asked, now = before.get("options"), self.header.get("options")
            if now is not None and asked != now:
                raise UserError(
                    folder, expected=f"a run of {now}", found=f"one of {asked}", cure="name another --run folder"
                )
            self.header = before | self.header
        self._save_header()
        journal = folder / JOURNAL
        if not journal.exists():
            return
        whole = 0
        with journal.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                self._take(json.loads(line))
        with journal.open("rb+") as lines:
            lines.truncate(whole)

    def _take(self, row: dict[str, object]) -> None:
        if row["kind"] == "sample":
            sample = Sample.read(row)
            self._rows[sample.system, sample.part][sample.id] = sample
        else:
            unit = str(row["system"]), str(row["part"])
            self._facts[unit] = cast("dict[str, JsonValue]", row["facts"])

    def _save_header(self) -> None:
        if self.folder is not None:
            beside = self.folder / f".{HEADER}.part"
            beside.write_text(
                json.dumps(self.header, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
            )
            beside.replace(self.folder / HEADER)

    def _write(self, lines: Iterable[str]) -> None:
        if self._journal is not None:
            self._journal.write("".join(f"{line}\n" for line in lines))
            self._journal.flush()
            os.fsync(self._journal.fileno())

    def add(self, sample: Sample) -> None:
        self.add_all([sample])

    def add_all(self, samples: Iterable[Sample]) -> None:
        """A sample that is there already stays as it is."""
        new = [s for s in samples if not self.has(s.system, s.part, s.id)]
        self._write(s.line() for s in new)
        for sample in new:
            self._rows[sample.system, sample.part][sample.id] = sample

    def has(self, system: str, part: str, sample_id: str) -> bool:
        return sample_id in self._rows.get((system, part), {})

    def finish(self, system: str, part: str, **facts: JsonValue) -> None:
        """The unit is complete. facts: seconds, revision, peak_mb, llm_calls, seed, … what a table says beside the figures."""
        row = {"kind": "facts", "system": system, "part": part, "facts": facts}
        self._write([json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False)])
        self._facts[system, part] = facts

    def finished(self, system: str, part: str) -> bool:
        return (system, part) in self._facts

    def facts(self, system: str, part: str) -> dict[str, JsonValue]:
        return dict(self._facts.get((system, part), {}))

    def units(self) -> list[Unit]:
        """Every (system, part) with samples or facts, sorted: the order of work must not show in a result."""
        return sorted({*self._rows, *self._facts})

    def systems(self, part: str | None = None) -> list[str]:
        return sorted({s for s, p in self.units() if part in (None, p)})

    def parts(self) -> list[str]:
        return sorted({p for _, p in self.units()})

    def samples(self, system: str | None = None, part: str | None = None) -> Iterator[Sample]:
        """In the order of (system, part, id)."""
        for unit in self.units():
            if system in (None, unit[0]) and part in (None, unit[1]):
                rows = self._rows.get(unit, {})
                yield from (rows[i] for i in sorted(rows))

    def note(self, key: str, value: JsonValue) -> None:
        """Into the header: the protocol, the data, whatever `score` needs that no sample says."""
        self.header[key] = value
        self._save_header()

    def audit(self, material: Material, part: str = "") -> None:
        """Every leak check that applies, its outcome noted under `part`; a failed one makes the run no claim."""
        from evals.leaks import audit

        checks = cast("list[JsonValue]", self.header.setdefault("leak_checks", []))
        kept = [c for c in checks if not (isinstance(c, dict) and c.get("part") == part)]
        found: list[JsonValue] = [
            {"name": c.name, "part": part, "passed": c.passed, "detail": c.detail} for c in audit(material)
        ]
        self.note("leak_checks", kept + found)

    def progress(self, stage: str, done: int, total: int) -> None:
        self.report(stage, done, total)

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None
