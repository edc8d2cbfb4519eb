"""Sequences of activities that were not read from samples: typed, or from a timeline that was written before."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recordings import UserError, plain

if TYPE_CHECKING:
    from agents.anticipation.sequences import EpisodeLike

_ONE = re.compile(r"\s*([a-z][a-z_ ]*?)[\s:]+(\d+(?:\.\d+)?)\s*(?:s|sec|seconds)?\s*")


def sequence_of(source: str) -> Sequence[EpisodeLike] | None:
    """The episodes behind `source`; None where it names a recording. UserError where it is neither whole.

    `sitting 60, walking 30` (seconds), a timeline's JSON, or a table with the columns activity, start_s, end_s.
    """
    path = Path(source).expanduser()
    if path.suffix.lower() == ".json" and path.is_file():
        return _from_json(path)
    if path.suffix.lower() == ".csv" and path.is_file():
        return _from_table(path)
    if path.exists() or ("," not in source and " " not in source.strip()):
        return None
    return _typed(source)


def _typed(source: str) -> Sequence[EpisodeLike]:
    from agents.anticipation import Happened

    found: list[Happened] = []
    now = 0.0
    for part in source.split(","):
        one = _ONE.fullmatch(part.lower())
        if one is None:
            raise UserError(
                "sequence",
                expected="activities with seconds such as 'sitting 60, walking 30'",
                found=repr(plain(part)),
                cure="correct that part",
            )
        length = float(one[2])
        found.append(Happened(one[1].strip().replace(" ", "_"), now, now + length))
        now += length
    return found


def _from_json(path: Path) -> Sequence[EpisodeLike]:
    from pydantic import ValidationError

    from agents.timeline import TimelineRecord

    try:
        return TimelineRecord.model_validate_json(path.read_bytes()).episodes
    except ValidationError as failure:
        first = failure.errors()[0]
        at = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UserError(
            path, expected="a timeline that annotate wrote", found=f"{at}: {first['msg']}", cure="name another file"
        ) from failure


def _from_table(path: Path) -> Sequence[EpisodeLike] | None:
    """None where the table is a recording: it has no column of activities."""
    from agents.anticipation import Happened
    from recordings.sequences import Segment, require_tiling

    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = csv.DictReader(file)
        if not {"activity", "start_s", "end_s"} <= set(rows.fieldnames or ()):
            return None
        found: list[Happened] = []
        for row in rows:
            try:
                found.append(Happened(plain(row["activity"], 80), float(row["start_s"]), float(row["end_s"])))
            except (TypeError, ValueError):
                raise UserError(
                    f"{path}, line {rows.line_num}",
                    expected="numbers in start_s and end_s",
                    found="something else",
                    cure="correct that line",
                ) from None
    require_tiling([Segment(h.activity, h.start_s, h.end_s) for h in found], path, gaps=True)
    return found
