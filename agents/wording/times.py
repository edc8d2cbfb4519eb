"""Clock times and durations as text. `agents.verification` reads exactly these forms back."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from agents.wording.numbers import number


def clock(t_s: float, start: datetime | None = None) -> str:
    """A moment of the recording: "1:05", "1:02:05", "0:12.5"; "14:03:12" where the recording's start is known.

    t_s: seconds from the recording's start. Rounded to a tenth of a second (a whole second on the wall clock), the
    tenth left out when it is zero. ValueError when `t_s` is not finite or is negative without a start.
    """
    if not math.isfinite(t_s):
        raise ValueError(f"{t_s} is not a time")
    if start is not None:
        return (start + timedelta(seconds=math.floor(t_s + 0.5))).strftime("%H:%M:%S")
    if t_s < 0:
        raise ValueError(f"{t_s} s lies before the recording")
    tenths = math.floor(t_s * 10 + 0.5)
    whole, tenth = divmod(tenths, 10)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{tenth}" if tenth else ""
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}{fraction}"
    return f"{minutes}:{seconds:02d}{fraction}"


def duration(seconds: float) -> str:
    """A length of time: "0.5 s", "45 s", "2 min 5 s", "1 h 3 min". To a tenth below 10 s, else to the second.

    Parts that are zero are left out. ValueError when `seconds` is negative or not finite.
    """
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(f"{seconds} s is not a duration")
    if seconds < 9.95:
        if 0 < seconds < 0.05:
            return f"{number(seconds * 1000.0, 2)} ms"
        return f"{number(math.floor(seconds * 10 + 0.5) / 10)} s"
    whole = math.floor(seconds + 0.5)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{value} {unit}" for value, unit in parts if value)


def span_phrase(start_s: float, end_s: float, start: datetime | None = None) -> str:
    """ "from 0:12 to 1:05"."""
    return f"from {clock(start_s, start)} to {clock(end_s, start)}"
