"""Anybody's sequences from a CSV: one row a segment, times in seconds or label steps, one or many sequences in a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from recordings.errors import UserError, plain
from recordings.sequences.checking import require_tiling
from recordings.sequences.segment import Segment, SegmentSequence

# Where a table has both, the activity is what a whole recording is of, and the action what is done in it.
_ACTIVITY = ("action", "activity", "label")
_SEQUENCE = ("sequence", "video", "recording", "session")
_SUBJECT = ("subject", "person", "participant")
_SECONDS = ("start_s", "end_s")
_STEPS = ("start_frame", "end_frame")
_DEFAULT_RATE_HZ = 30.0


def is_sequence_table(path: Path) -> bool:
    """Whether a CSV has a column of activities and the two columns of times."""
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            names = set(next(csv.reader(file), ()))
    except OSError:
        return False
    return bool(names & set(_ACTIVITY)) and (names.issuperset(_SECONDS) or names.issuperset(_STEPS))


def read_sequences(path: Path, *, rate_hz: float | None = None, gaps: bool = False) -> tuple[SegmentSequence, ...]:
    """The sequences of a table, in the order of their first rows.

    Columns: activity (or action, label); start_s and end_s in seconds, or start_frame and end_frame (1-based, inclusive; 30 a
    second unless `rate_hz` says otherwise); optionally sequence (or video, recording) and subject. UserError, with the line,
    for a time that is no number, an end before a start, an overlap, and, unless `gaps`, a gap.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames or ()
            activity, sequence, subject = (_first(names, known) for known in (_ACTIVITY, _SEQUENCE, _SUBJECT))
            in_steps = not set(names).issuperset(_SECONDS)
            if activity is None or (in_steps and not set(names).issuperset(_STEPS)):
                raise UserError(
                    path, expected="columns activity, start_s, end_s (or start_frame, end_frame)",
                    found=", ".join(names) or "nothing", cure="name the columns so",
                )  # fmt: skip
            rate = (rate_hz or _DEFAULT_RATE_HZ) if in_steps else rate_hz
            groups: dict[str, list[tuple[Segment, str | None]]] = {}
            for row in reader:
                segment = _segment(row, activity, rate if in_steps else None, f"{path}, line {reader.line_num}")
                name = plain(row[sequence] or "", 80) if sequence else path.stem
                groups.setdefault(name, []).append((segment, plain(row[subject] or "", 80) if subject else None))
    except OSError as failure:
        raise UserError(
            path, expected="a readable table", found=failure.strerror, cure="name another file"
        ) from failure
    if not groups:
        raise UserError(path, expected="at least one segment", found="none", cure="name a file with segments")
    found = []
    for name, rows in groups.items():
        segments = tuple(segment for segment, _ in rows)
        require_tiling(segments, path if len(groups) == 1 else f"{path}, {name}", gaps=gaps)
        found.append(SegmentSequence(name, segments, rows[0][1], name, rate))
    return tuple(found)


def read_sounds(path: Path) -> dict[str, tuple[Segment, ...]]:
    """Sound events by the sequence they belong to ("" where the table names none): columns sound (or class, event), start_s,
    end_s (or stop_s), and optionally sequence (or video, recording). They may overlap. UserError with the line."""
    found: dict[str, list[Segment]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            rows = csv.DictReader(file)
            names = rows.fieldnames or ()
            sound, end = _first(names, ("sound", "class", "event")), _first(names, ("end_s", "stop_s"))
            sequence = _first(names, (*_SEQUENCE, "video_id"))
            if sound is None or end is None or "start_s" not in names:
                raise UserError(
                    path,
                    expected="columns sound, start_s, end_s",
                    found=", ".join(names) or "nothing",
                    cure="name the columns so",
                )
            for row in rows:
                where = f"{path}, line {rows.line_num}"
                try:
                    start_s, end_s = float(row["start_s"]), float(row[end])
                except (TypeError, ValueError):
                    raise UserError(
                        where, expected="numbers in start_s and end_s", found="something else", cure="correct that line"
                    ) from None
                if not 0 <= end_s - start_s < float("inf"):
                    raise UserError(
                        where, expected="an end after the start", found=f"{start_s:g} s to {end_s:g} s",
                        cure="correct or remove that line",
                    )  # fmt: skip
                name = plain(row[sequence] or "", 80) if sequence else ""
                found.setdefault(name, []).append(Segment(plain(row[sound] or "", 80), start_s, end_s))
    except OSError as failure:
        raise UserError(
            path, expected="a readable table", found=failure.strerror, cure="name another file"
        ) from failure
    if not found:
        raise UserError(path, expected="at least one sound", found="none", cure="name a file with sounds")
    return {name: tuple(sorted(events, key=lambda s: (s.end_s, s.start_s))) for name, events in found.items()}


def _first(names: Iterable[str], known: tuple[str, ...]) -> str | None:
    present = set(names)
    return next((name for name in known if name in present), None)


def _segment(row: dict[str, str], activity: str, steps_per_s: float | None, where: str) -> Segment:
    start, end = _SECONDS if steps_per_s is None else _STEPS
    name = plain(row[activity] or "", 80)
    if not name:
        raise UserError(where, expected="an activity", found="an empty cell", cure="name it, if only 'unknown'")
    try:
        first, last = float(row[start]), float(row[end])
        if first != first or last != last or abs(first) == float("inf") or abs(last) == float("inf"):
            raise ValueError
    except (TypeError, ValueError):
        raise UserError(
            where,
            expected=f"numbers in {start} and {end}",
            found=f"{row[start]!r}, {row[end]!r}",
            cure="correct that line",
        ) from None
    if steps_per_s is None:
        return Segment(name, first, last)
    return Segment(name, (first - 1) / steps_per_s, last / steps_per_s)
