"""A report over many recordings: each is finished or named as failed; what is finished is never done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from apps.atomic import UNFINISHED, OutputFailure, write_text
from apps.console import Report
from apps.reporting.manifest import Entry, Manifest, fingerprint, intact, sha256_of
from apps.reporting.page import index_html, write_recording
from apps.reporting.summary import summary_csv, summary_of
from apps.reporting.targets import Target
from apps.timeline_files import without_clock
from apps.versions import versions
from apps.workbench import Workbench, asked_in_vain
from recordings import Recording, UserError, plain


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. kept: recordings that an earlier run had finished."""

    entries: tuple[Entry, ...]
    kept: int

    @property
    def failed(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.status == "failed")


def report(named: Sequence[Target], folder: Path, bench: Workbench, progress: Report) -> Outcome:
    """Reports on every target into `folder`, or continues the run that was stopped there.

    The manifest is replaced after every recording, so a killed run loses at most the one in work. A recording's own
    failure (`UserError`) is written down and the run goes on; a full disk ends it, a bug with its traceback.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        for left in folder.rglob(f"{UNFINISHED}*"):
            left.unlink(missing_ok=True)
        earlier = Manifest.read(folder)
        run = _Run(folder, bench, earlier.recordings if earlier else [])
        try:
            for number, target in enumerate(named):
                progress(f"{number + 1} of {len(named)}: {target.source}", number / len(named))
                run.finish(target)
                run.write(named[number + 1 :])
        finally:
            # Also after Ctrl-C: the index shows what there is.
            run.write_index()
        return Outcome(tuple(run.entries), run.kept)


class _Run:
    def __init__(self, folder: Path, bench: Workbench, earlier: list[Entry]) -> None:
        self.folder = folder
        self.bench = bench
        self.earlier = {entry.source: entry for entry in earlier}
        self.entries: list[Entry] = []
        self.kept = 0
        self.manifest = Manifest(versions=versions(), settings=bench.recorded_settings())

    def finish(self, target: Target) -> None:
        """Adds the entry of one target: kept from an earlier run, done now, failed, or skipped."""
        if target.skip is not None:
            self.entries.append(Entry(source=target.source, status="skipped", reason=target.skip))
            return
        began = time.perf_counter()
        recording: Recording | None = None
        try:
            recording = self.bench.open(target.source)
            self.entries.append(self._kept(target, recording) or self._done(target, recording, began))
        except OutputFailure:
            raise
        except UserError as failure:
            name = recording.id if recording else None
            self.entries.append(
                Entry(
                    source=target.source, name=name, status="failed", reason=_reason(failure, target), finished=_now()
                )
            )
        finally:
            if recording is not None:
                self.bench.close(recording)

    def _kept(self, target: Target, recording: Recording) -> Entry | None:
        """The earlier entry where nothing that matters has changed; a `skipped` one for the same recording named twice."""
        twin = next(
            (
                e
                for e in self.entries
                if e.sha256 == recording.sha256 and e.status == "done" and _base(e) == recording.id
            ),
            None,
        )
        if twin is not None:
            return Entry(
                source=target.source,
                sha256=recording.sha256,
                status="skipped",
                reason=f"the same recording as {twin.source}",
            )
        entry = self.earlier.get(target.source)
        if entry is None or entry.fingerprint != self._fingerprint(recording) or not intact(self.folder, entry):
            return None
        if any(entry.name == other.name for other in self.entries):
            return None
        self.kept += 1
        return entry

    def _done(self, target: Target, recording: Recording, began: float) -> Entry:
        timeline = without_clock(self.bench.annotate(recording))
        name = self._name(recording)
        written = write_recording(self.folder / name, recording, timeline, self.manifest.versions)
        return Entry(
            source=target.source,
            name=name,
            sha256=recording.sha256,
            # Where the endpoint failed the pages are whole, but the next run asks it again.
            fingerprint=None if asked_in_vain(timeline) else self._fingerprint(recording),
            status="done",
            outputs={path.relative_to(self.folder).as_posix(): sha256_of(path) for path in written},
            summary=summary_of(timeline),
            seconds=round(time.perf_counter() - began, 3),
            finished=_now(),
        )

    def _name(self, recording: Recording) -> str:
        """The recording's id, with the first digits of its digest where another recording of this run has that id."""
        taken = {entry.name for entry in self.entries}
        return recording.id if recording.id not in taken else f"{recording.id}-{recording.sha256[:8]}"

    def _fingerprint(self, recording: Recording) -> str:
        # The source is printed on the page; the id names its files.
        told = {**self.bench.revisions(), **self.manifest.versions, "id": recording.id, "source": recording.source}
        return fingerprint(recording.sha256, self.manifest.settings, told)

    def write(self, to_come: Sequence[Target]) -> None:
        """The manifest with everything known, entries of an earlier run for what is still to come among it."""
        waiting = [self.earlier[target.source] for target in to_come if target.source in self.earlier]
        self.manifest.recordings = [*self.entries, *waiting]
        self.manifest.write(self.folder)

    def write_index(self) -> None:
        for name, text in (
            ("summary.csv", summary_csv(self.entries)),
            ("index.html", index_html(self.entries, self.manifest)),
        ):
            write_text(self.folder / name, text)
            self.manifest.outputs[name] = sha256_of(self.folder / name)
        done = {entry.source for entry in self.entries}
        rest = [entry for entry in self.manifest.recordings if entry.source not in done]
        self.manifest.recordings = [*self.entries, *rest]
        self.manifest.write(self.folder)


def _reason(failure: UserError, target: Target) -> str:
    """The line without the source, which stands beside it."""
    line, source = str(failure), plain(target.source)
    return line[len(source) + 2 :] if line.startswith((f"{source}: ", f"{source}, ")) else line


def _base(entry: Entry) -> str | None:
    """The id behind an entry's folder name."""
    if entry.name is None or entry.sha256 is None:
        return None
    return entry.name.removesuffix(f"-{entry.sha256[:8]}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two runs into one folder would undo each other's work. The lock goes with the process, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock; there the manifest alone must do
        yield
        return
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                folder,
                expected="no other run writing here",
                found="one at work",
                cure="wait for it or name another folder with -o",
            ) from None
        yield
