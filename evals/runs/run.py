"""A measurement in progress: what was asked, every answer so far, what is finished. It survives being killed at any moment."""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from evals.runs.files import write_text
from evals.runs.journal import Journal, Row
from evals.runs.sample import JsonValue, Sample
from recordings.errors import UserError

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from evals.leaks import Material

Progress = Callable[[str, int, int], None]
Unit = tuple[str, str]
JOURNAL = "samples.jsonl"
HEADER = "run.json"
# Answers that are kept parsed: those read last. The others are read from the journal again when they are asked for.
CACHED = 40_000


class Run:
    """Samples and facts of one run, in memory or in a folder.

    In a folder, every `add` is one line of `samples.jsonl`, flushed before it returns; opening the folder again reads what is
    there and cuts off a half-written last line. A (system, part) unit is `finished` when its facts are written. In memory
    stands only where each answer lies, so that a hundred thousand of them cost little.
    """

    def __init__(
        self, folder: Path | None = None, header: Mapping[str, JsonValue] | None = None, *, reading: bool = False
    ) -> None:
        """UserError when the folder holds a run that was asked with other options, or a damaged one.

        reading: nothing in the folder is touched.
        """
        self.folder = folder
        self._reading = reading
        # As it will be read again, names in order: scored now or by a stranger, the bytes are the same.
        self.header: dict[str, JsonValue] = json.loads(json.dumps(dict(header or {}), sort_keys=True))
        self.report: Progress = lambda stage, done, total: None
        self._places: dict[Unit, dict[str, int]] = defaultdict(dict)
        self._cache: OrderedDict[Unit, list[Sample]] = OrderedDict()
        self._memory: list[Sample] = []
        self._facts: dict[Unit, dict[str, JsonValue]] = {}
        self._journal: Journal | None = None
        # Held while the run is being made, so that no second process adds to it.
        self.lock: BaseFileLock | None = None
        if folder is not None:
            if not reading:
                folder.mkdir(parents=True, exist_ok=True)
            self._resume(folder)
            self._journal = Journal(folder / JOURNAL, self._take, reading)

    def _resume(self, folder: Path) -> None:
        found = folder / HEADER
        if found.exists():
            before = read_header(found)
            asked, now = before.get("options"), self.header.get("options")
            if now is not None and asked != now:
                raise UserError(
                    folder,
                    expected="a run of the same options",
                    found=_unlike(asked, now),
                    cure="name another --run folder",
                )
            self.header = before | self.header
        self._save_header()

    def _take(self, row: Row, place: int) -> None:
        unit = str(row.get("system")), str(row.get("part"))
        if row["kind"] == "sample":
            self._places[unit].setdefault(str(row["id"]), place)
        else:
            self._facts[unit] = cast("dict[str, JsonValue]", row["facts"])

    def _save_header(self) -> None:
        if self.folder is not None and not self._reading:
            text = json.dumps(self.header, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
            write_text(self.folder / HEADER, text)

    def add(self, sample: Sample) -> None:
        self.add_all([sample])

    def add_all(self, samples: Iterable[Sample]) -> None:
        """A sample that is there already stays as it is."""
        new: dict[tuple[str, str, str], Sample] = {}
        for s in samples:
            if not self.has(s.system, s.part, s.id):
                new.setdefault((s.system, s.part, s.id), s)
        rows = list(new.values())
        if self._journal is not None:
            places = self._journal.append([s.line() for s in rows])
        else:
            places = list(range(len(self._memory), len(self._memory) + len(rows)))
            self._memory += rows
        for sample, place in zip(rows, places, strict=True):
            self._places[sample.system, sample.part][sample.id] = place
            self._cache.pop((sample.system, sample.part), None)

    def has(self, system: str, part: str, sample_id: str) -> bool:
        return sample_id in self._places.get((system, part), {})

    def finish(self, system: str, part: str, **facts: JsonValue) -> None:
        """The unit is complete. facts: seconds, revision, peak_mb, llm_calls, seed, … what a table says beside the figures."""
        row = {"kind": "facts", "system": system, "part": part, "facts": facts}
        line = json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False)
        if self._journal is not None:
            self._journal.append([line])
        # As it will be read again, so that a resumed run scores the same bytes.
        self._facts[system, part] = json.loads(line)["facts"]

    def finished(self, system: str, part: str) -> bool:
        return (system, part) in self._facts

    def facts(self, system: str, part: str) -> dict[str, JsonValue]:
        return dict(self._facts.get((system, part), {}))

    def units(self) -> list[Unit]:
        """Every (system, part) with samples or facts, sorted: the order of work must not show in a result."""
        return sorted({*self._places, *self._facts})

    def systems(self, part: str | None = None) -> list[str]:
        return sorted({s for s, p in self.units() if part in (None, p)})

    def parts(self) -> list[str]:
        return sorted({p for _, p in self.units()})

    def count(self) -> int:
        """Samples so far."""
        return sum(len(ids) for ids in self._places.values())

    def samples(self, system: str | None = None, part: str | None = None) -> Iterator[Sample]:
        """In the order of (system, part, id)."""
        for unit in self.units():
            if system in (None, unit[0]) and part in (None, unit[1]):
                yield from self._unit(unit)

    def _unit(self, unit: Unit) -> Iterable[Sample]:
        places = self._places.get(unit, {})
        ordered = [places[i] for i in sorted(places)]
        if self._journal is None:
            return [self._memory[place] for place in ordered]
        if unit not in self._cache:
            if len(ordered) > CACHED:
                return (Sample.read(row) for row in self._journal.rows(ordered))
            self._cache[unit] = [Sample.read(row) for row in self._journal.rows(ordered)]
            while sum(map(len, self._cache.values())) > CACHED:
                self._cache.popitem(last=False)
            return self._cache[unit]
        self._cache.move_to_end(unit)
        return self._cache[unit]

    def note(self, key: str, value: JsonValue) -> None:
        """Into the header: the protocol, the data, whatever `score` needs that no sample says."""
        self.header[key] = json.loads(json.dumps(value, allow_nan=False, sort_keys=True))
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
        """What was added is on the disk. Reading goes on working; adding does not."""
        if self._journal is not None:
            self._journal.close()
        if self.lock is not None:
            self.lock.release()


def read_header(path: Path) -> dict[str, JsonValue]:
    """What `run.json` says. UserError for a file that is none of ours."""
    try:
        header = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError):
        header = None
    if not isinstance(header, dict):
        raise UserError(path, expected="the header of a run", found="something else", cure="name another --run folder")
    return cast("dict[str, JsonValue]", header)


def _unlike(before: JsonValue, now: JsonValue) -> str:
    if not isinstance(before, dict) or not isinstance(now, dict):
        return f"one of {before}"
    keys = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
    return ", ".join(f"{key} {before.get(key)!r} instead of {now.get(key)!r}" for key in keys)


def number_of(facts: Mapping[str, object], key: str) -> float:
    """A number among a unit's facts; 0 where it was not noted."""
    value = facts.get(key, 0)
    return float(value) if isinstance(value, (int, float)) else 0.0
