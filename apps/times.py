"""Times as a user types them."""

from __future__ import annotations

import re

from recordings import Recording, Span, UserError

_CLOCK = re.compile(r"(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d+)?)")


def seconds_of(text: str, where: str) -> float:
    """`65`, `65.5`, `1:05`, `1:02:05` as seconds. UserError for anything else."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise UserError(
            where, expected="seconds or a clock such as 1:05", found=repr(text), cure="write it as 65 or 1:05"
        )
    parts = [float(part) for part in text.strip().split(":")]
    return sum((part * 60.0**power for power, part in enumerate(reversed(parts))), 0.0)


def span_of(start: str | None, end: str | None, recording: Recording) -> Span:
    """The stretch between two times; the recording's own start or end where one is not given. UserError when it is empty."""
    whole = recording.span
    lo = whole.start_s if start is None else seconds_of(start, "--start")
    hi = whole.end_s if end is None else seconds_of(end, "--end")
    if not whole.start_s <= lo < hi <= whole.end_s + 1e-6:
        raise UserError(
            "--start, --end",
            expected=f"a stretch within {whole.start_s:g}–{whole.end_s:.3f} s",
            found=f"{lo:g}–{hi:g} s",
            cure="name times inside the recording",
        )
    return Span(lo, min(hi, whole.end_s))
