"""Somebody's days: activities with local times, one row each, as smart homes and diaries write them."""

from __future__ import annotations

import csv
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from recordings.errors import UserError, plain
from recordings.sequences.homes import HomeActivity

# People write minutes: an end and the next start that touch may seem to overlap by one.
_ROUNDED_S = 60.0
_COLUMNS = ("start", "end", "activity")


def is_day_log(path: Path) -> bool:
    """Whether a CSV has the columns start, end and activity, and its first row two times of a calendar."""
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            rows = csv.DictReader(file)
            first = next(rows, None)
            if not set(_COLUMNS) <= set(rows.fieldnames or ()) or first is None:
                return False
            datetime.fromisoformat((first["start"] or "").strip())
    except (OSError, ValueError):
        return False
    return True


def read_day_log(path: Path) -> tuple[HomeActivity, ...]:
    """The activities in order of time. UserError, with the line, for a time that is none, an end before a start, an overlap (of more
    than a minute)."""
    found: list[tuple[int, HomeActivity]] = []
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = csv.DictReader(file)
        for row in rows:
            where = f"{path}, line {rows.line_num}"
            name = plain(row["activity"] or "", 80)
            if not name:
                raise UserError(where, expected="an activity", found="an empty cell", cure="name it, if only 'unknown'")
            try:
                start, end = (datetime.fromisoformat((row[key] or "").strip()) for key in ("start", "end"))
            except ValueError:
                raise UserError(
                    where, expected="two times such as 2011-11-28 02:27:59", found=f"{plain(row['start'] or '')!r}, {plain(row['end'] or '')!r}",
                    cure="correct that line",
                ) from None  # fmt: skip
            if end < start:
                raise UserError(
                    where, expected="an end after the start", found=f"start {start}, end {end}",
                    cure="correct or remove that line",
                )  # fmt: skip
            found.append((rows.line_num, HomeActivity(name, start, end)))
    if not found:
        raise UserError(path, expected="at least one activity", found="none", cure="name a file with activities")
    if len({activity.start.tzinfo is None for _, activity in found}) > 1:
        raise UserError(path, expected="times all with a zone or all without", found="both", cure="write them alike")
    found.sort(key=lambda pair: (pair[1].start, pair[1].end))
    for (_, before), (line, after) in pairwise(found):
        if (before.end - after.start).total_seconds() > _ROUNDED_S:
            raise UserError(
                f"{path}, line {line}", expected=f"a start at or after {before.end}, where {before.activity} ends",
                found=f"{after.start}: an overlap", cure="cut one of the two",
            )  # fmt: skip
    return tuple(activity for _, activity in found)
