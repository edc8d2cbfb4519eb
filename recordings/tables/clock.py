"""When each row was recorded: a time column found by its name and its plausible rate, put in order."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

import numpy as np
import numpy.typing as npt

from recordings.errors import UserError, plain
from recordings.options import ReadOptions
from recordings.recording import Step
from recordings.tables.names import Meaning
from recordings.tables.order import in_order
from recordings.tables.table import Numbers, Table

DAY_S = 86_400.0
SECONDS_IN = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
# Rates a body-worn sensor can have; a unit of time that gives another is not the one in the file.
PLAUSIBLE_HZ = (0.9, 8500.0)
# Between 1990 and 2100, in seconds since 1970.
EPOCH_S = (631_152_000.0, 4_102_444_800.0)


@dataclass(frozen=True, slots=True)
class Clock:
    """Times of the table's rows. order: rows to take, in this order, or None for all as they are.

    times_s: (len(order),) strictly increasing. kind as in `Content.clock`. repeats: see `in_order`.
    """

    times_s: Numbers = field(repr=False)
    order: npt.NDArray[np.int64] | None
    kind: Literal["wall", "device", "none"]
    start: datetime | None = None
    timezone: str | None = None
    history: tuple[Step, ...] = ()


def clock_of(table: Table, meanings: tuple[Meaning, ...], options: ReadOptions) -> Clock:
    """The rows' times. UserError when there is no usable time column and no `rate_hz`."""
    columns = [i for i, meaning in enumerate(meanings) if meaning.kind == "time"]
    if options.rate_hz is not None:
        reason = f"--rate {options.rate_hz:g}: the rows are evenly spaced"
        if columns:
            reason += f"; the time column {plain(table.names[columns[0]], 40)} is not used"
        step = Step("time from the rate", reason, "", f"{options.rate_hz:g} Hz")
        return Clock(np.arange(table.n) / options.rate_hz, None, "none", history=(step,))
    problems: list[UserError] = []
    readings: list[_Reading] = []
    for column in columns:
        try:
            readings.append(_reading(table, column, meanings[column]))
        except UserError as problem:
            problems.append(problem)
    readings = _date_and_time(readings)
    if not readings:
        if problems:
            raise problems[0]
        raise UserError(
            table.where,
            expected="a time column (time, timestamp, t_s, …)",
            found=f"columns {plain(', '.join(table.names), 120)}",
            cure="add --rate HZ, the samples per second",
        )
    # The finest clock counts the intervals; any that knows the date gives the start.
    best = max(readings, key=lambda reading: (round(reading.distinct, 2), reading.dated, reading.rank))
    times, order, steps = in_order(best.seconds, table, table.names[best.column])
    dated = best if best.dated else next((r for r in readings if r.dated), None)
    start, zone = None, None
    history = [best.step, *steps]
    first = int(order[0]) if order is not None else 0
    if dated is not None and dated.epoch is not None:
        start = dated.epoch + timedelta(
            seconds=float(dated.seconds[first]) if np.isfinite(dated.seconds[first]) else 0.0
        )
        zone = dated.zone
        if dated.assumed_utc:
            history.append(
                Step(
                    "start of the recording",
                    "seconds since 1970 are counted in UTC; the local zone is not in the file",
                    "",
                    start.isoformat(),
                )
            )
        else:
            history.append(
                Step("start of the recording", f"column {plain(table.names[dated.column], 40)}", "", start.isoformat())
            )
        if zone is None:
            history.append(Step("time zone", "the file does not say its zone", "", "unknown"))
    kind: Literal["wall", "device"] = "wall" if start is not None else "device"
    # Wall-clock times count from the first row, so that float64 keeps microseconds.
    return Clock(times - times[0] if kind == "wall" else times, order, kind, start, zone, tuple(history))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One column read as time. seconds: (n,) from `epoch` where it is known; distinct: share of rows with a time of their own."""

    column: int
    seconds: Numbers = field(repr=False)
    distinct: float
    rank: int
    step: Step
    epoch: datetime | None = None
    zone: str | None = None
    assumed_utc: bool = False
    dated: bool = False


def _distinct(seconds: Numbers) -> float:
    known = seconds[np.isfinite(seconds)]
    return float((np.diff(known) != 0).mean()) if len(known) > 1 else 0.0


def _reading(table: Table, column: int, meaning: Meaning) -> _Reading:
    if table.is_date(column) or (table.is_text(column) and not table.holds_numbers(column)):
        return _from_dates(table, column)
    return _from_numbers(table, column, meaning)


def _from_numbers(table: Table, column: int, meaning: Meaning) -> _Reading:
    name = plain(table.names[column], 40)
    where = f"{table.where}, column {name}"
    values = table.numbers(column)
    known = values[np.isfinite(values)]
    steps = np.abs(np.diff(known))
    steps = steps[steps > 0]
    if len(known) == 0:
        raise UserError(where, expected="times", found="no value at all", cure="add --rate HZ, the samples per second")
    if len(steps) == 0:
        raise UserError(
            where,
            expected="times that pass",
            found=f"{known[0]:g} in every row",
            cure="add --rate HZ, the samples per second",
        )
    interval = float(np.median(steps))
    level = float(np.median(known))
    unit, reason, doubtful = meaning.unit, f"the column is named {name}", False
    if unit is None:
        of_epoch = [u for u, scale in SECONDS_IN.items() if EPOCH_S[0] < level * scale < EPOCH_S[1]]
        rates = {u: 1.0 / (interval * scale) for u, scale in SECONDS_IN.items()}
        plausible = [u for u, rate in rates.items() if PLAUSIBLE_HZ[0] <= rate <= PLAUSIBLE_HZ[1]]
        if of_epoch and level > 1e9:
            unit, reason = of_epoch[0], f"{name} counts {of_epoch[0]} since 1970 ({level:.0f})"
        elif interval == 1.0 and np.all(known == np.rint(known)):
            raise UserError(
                where,
                expected="times",
                found="a counter of rows (1 apart)",
                cure="add --rate HZ, the samples per second",
            )
        elif plausible:
            usual = [u for u in plausible if 5.0 <= rates[u] <= 1000.0]
            unit = (usual or plausible)[0]
            doubtful = len(usual) != 1
            reason = f"a median interval of {interval:g} is {rates[unit]:.4g} Hz in {unit}"
        else:
            raise UserError(
                where,
                expected="times in s, ms, µs or ns",
                found=f"a median interval of {interval:g}, no rate of a wearable in any of them",
                cure="add --rate HZ, the samples per second",
            )
    seconds = values * SECONDS_IN[unit]
    wall = EPOCH_S[0] < level * SECONDS_IN[unit] < EPOCH_S[1] and level > 1e9
    epoch = None
    if wall:
        zero = float(np.floor(known.min() * SECONDS_IN[unit]))
        # Subtracted before scaling: float64 seconds since 1970 would lose the microseconds.
        seconds = (values - zero / SECONDS_IN[unit]) * SECONDS_IN[unit]
        epoch = datetime.fromtimestamp(zero, UTC)
    step = Step("read the time", reason, name, "seconds", warning=doubtful)
    return _Reading(
        column, seconds, _distinct(seconds), 3 if wall else 1, step, epoch, "UTC" if wall else None, wall, wall
    )


_ODD_CLOCK = re.compile(r"(\d{1,2})[:\-](\d{2})[:\-](\d{2})[:_](\d{1,6})$")
_ZONE = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_TIME_ONLY = re.compile(r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?")


def _from_dates(table: Table, column: int) -> _Reading:
    import pandas as pd

    name = plain(table.names[column], 40)
    where = f"{table.where}, column {name}"
    time_only = False
    zone: tzinfo | None = None
    if table.is_date(column):
        stamps = table.data.column(column).to_pandas()
        zone = stamps.dt.tz
        moments = stamps.dt.tz_convert("UTC").dt.tz_localize(None) if zone is not None else stamps
    else:
        cells = table.texts(column)
        first = next((cell for cell in cells if cell), "")
        time_only = _TIME_ONLY.fullmatch(first) is not None
        zone = _zone_of(first)
        texts = pd.Series(cells)
        if _ODD_CLOCK.search(first):
            texts = texts.str.replace(_ODD_CLOCK, r"\1:\2:\3.\4", regex=True)
        if time_only:
            texts = "1970-01-01 " + texts.str.replace(",", ".", regex=False)
        read = pd.to_datetime(
            texts.where(pd.Series(cells) != "", None), errors="coerce", utc=zone is not None, format="ISO8601"
        )
        bad = np.flatnonzero(np.asarray(read.isna()) & (cells != ""))
        if len(bad):
            raise UserError(
                f"{table.where}, {table.line_of(int(bad[0]))}, column {name}",
                expected="an ISO 8601 time such as 2024-05-01T10:00:00.020+02:00",
                found=repr(plain(cells[bad[0]], 60)),
                cure="write the times in ISO 8601 or as seconds",
            )
        moments = read.dt.tz_localize(None) if zone is not None else read
    if not moments.notna().any():
        raise UserError(where, expected="times", found="no value at all", cure="add --rate HZ, the samples per second")
    base = (moments.dropna().iloc[0] if time_only else moments.min()).floor("s")
    seconds = np.asarray((moments - base).dt.total_seconds(), dtype=np.float64)
    if time_only:  # past midnight a clock without dates starts again
        seconds = seconds + DAY_S * np.cumsum(np.append(0, np.diff(seconds) < -DAY_S / 2))
    epoch: datetime = base.to_pydatetime()
    if zone is not None:
        epoch = epoch.replace(tzinfo=UTC).astimezone(zone)
    kind = "times of day without a date" if time_only else "ISO 8601 times"
    step = Step("read the time", f"{name} holds {kind}", name, "seconds")
    written = None if zone is None else ("UTC" if epoch.utcoffset() == timedelta(0) else str(zone).removeprefix("UTC"))
    return _Reading(column, seconds, _distinct(seconds), 2, step, epoch, written, False, not time_only)


def _zone_of(stamp: str) -> tzinfo | None:
    """The offset that a time stamp ends with. (`2024-05-01` ends with a day, not with an offset.)"""
    match = _ZONE.search(stamp)
    if match is None or ":" not in stamp[: match.start()]:
        return None
    return datetime.strptime(match.group(1), "%z").tzinfo


def _date_and_time(readings: list[_Reading]) -> list[_Reading]:
    """A column of dates beside one of times of day are one clock."""
    dates = [r for r in readings if r.dated and r.rank == 2 and np.all(np.nan_to_num(r.seconds) % DAY_S == 0)]
    times = [r for r in readings if not r.dated and r.rank == 2]
    if not dates or not times or dates[0].epoch is None or times[0].epoch is None:
        return [r for r in readings if r.distinct > 0.0] or readings
    of_day = times[0].epoch - datetime(1970, 1, 1)
    clock = dataclasses.replace(times[0], epoch=dates[0].epoch + of_day, dated=True)
    return [clock, *[r for r in readings if r not in dates and r not in times]]
