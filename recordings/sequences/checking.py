"""What a sequence must be before anything is learnt from it or asked of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from recordings.errors import UserError, plain
from recordings.sequences.segment import Segment


def require_tiling(
    segments: Sequence[Segment], where: object, *, tolerance_s: float = 1e-3, gaps: bool = False
) -> None:
    """UserError at a segment that ends before it starts, overlaps the one before, or (unless `gaps`) leaves a gap."""
    if not segments:
        raise UserError(where, expected="at least one segment", found="none", cure="name a file with segments")
    for number, segment in enumerate(segments):
        place = f"{where}, segment {number + 1} ({plain(segment.activity, 40)})"
        if segment.end_s <= segment.start_s:
            raise UserError(
                place,
                expected="an end after the start",
                found=f"start {segment.start_s:g} s, end {segment.end_s:g} s",
                cure="correct or remove that segment",
            )
        if number == 0:
            continue
        apart = segment.start_s - segments[number - 1].end_s
        if apart < -tolerance_s:
            raise UserError(
                place,
                expected=f"a start at or after {segments[number - 1].end_s:g} s, where the one before ends",
                found=f"{segment.start_s:g} s: an overlap of {-apart:g} s",
                cure="cut one of the two",
            )
        if apart > tolerance_s and not gaps:
            raise UserError(
                place,
                expected=f"a start at {segments[number - 1].end_s:g} s, where the one before ends",
                found=f"{segment.start_s:g} s: a gap of {apart:g} s",
                cure="label what happened in between, if only as 'unknown'",
            )


def require_known(activities: Collection[str], vocabulary: Collection[str], where: object) -> None:
    """UserError at an activity that is not in the vocabulary."""
    known = set(vocabulary)
    for activity in activities:
        if activity not in known:
            shown = ", ".join(sorted(known)[:12]) + (", …" if len(known) > 12 else "")
            raise UserError(
                where, expected=f"one of {len(known)} known activities ({shown})", found=repr(plain(activity, 80)),
                cure="correct the name, or learn from sequences that hold it",
            )  # fmt: skip
