"""Rows put in the order of time: sorted, repeated times settled, a clock that restarts or runs backwards refused."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recordings.errors import UserError, plain
from recordings.recording import Step
from recordings.tables.table import Numbers, Table

BACKWARDS_SHARE = 0.9


def in_order(
    seconds: Numbers, table: Table, column: str
) -> tuple[Numbers, npt.NDArray[np.int64] | None, tuple[Step, ...]]:
    """(strictly increasing times, rows to take in this order or None for all, what was done).

    seconds: (n,) as written, NaN where a row has no time. UserError when time stands still, runs backwards throughout
    or starts again in the middle.
    """
    name = plain(column, 40)
    where = f"{table.where}, column {name}"
    steps: list[Step] = []
    order: npt.NDArray[np.int64] | None = None
    untimed = ~np.isfinite(seconds)
    if untimed.any():
        order = np.flatnonzero(~untimed)
        steps.append(
            Step(
                "drop rows without a time",
                f"{int(untimed.sum())} of {len(seconds)} rows have none",
                f"{len(seconds)} rows",
                f"{len(order)} rows",
                warning=True,
            )
        )
        seconds = seconds[order]
    changes = np.diff(seconds)
    if len(seconds) < 2 or not changes.any():
        raise UserError(
            where,
            expected="times that pass",
            found="the same time in every row",
            cure="add --rate HZ, the samples per second",
        )
    back = np.flatnonzero(changes < 0)
    if len(back) > BACKWARDS_SHARE * np.count_nonzero(changes):
        raise UserError(
            f"{table.where}, {table.line_of(int(back[0]) + 1)}, column {name}",
            expected="times that increase",
            found="times that run backwards throughout",
            cure="reverse the rows, or add --rate HZ if the order is right",
        )
    if len(back):
        _refuse_restart(seconds, back, table, name)
        sort = np.argsort(seconds, kind="stable")
        order = sort if order is None else order[sort]
        seconds = seconds[sort]
        many = len(back) > 0.05 * len(seconds)
        steps.append(
            Step(
                "sort by time",
                f"{len(back)} row{'s' if len(back) > 1 else ''} came before an earlier one",
                "as written",
                "increasing",
                warning=many,
            )
        )
    repeated = np.diff(seconds) == 0
    if repeated.any():
        share = float(repeated.mean())
        if share > 0.5:
            seconds = _spread(seconds)
            steps.append(
                Step(
                    "spread repeated times",
                    f"{share:.0%} of the rows repeat the time before (a coarse clock): rows of one time are spread evenly",
                    warning=True,
                )
            )
        else:
            keep = np.flatnonzero(np.append(True, ~repeated))
            order = keep if order is None else order[keep]
            seconds = seconds[keep]
            steps.append(
                Step(
                    "drop repeated times",
                    f"{int(repeated.sum())} rows repeat a time; the first of each is kept",
                    f"{len(repeated) + 1} rows",
                    f"{len(keep)} rows",
                )
            )
    return seconds, order, tuple(steps)


def _refuse_restart(seconds: Numbers, back: npt.NDArray[np.int64], table: Table, name: str) -> None:
    """A clock that jumps back and runs over the same stretch again is two recordings, not a few rows out of order."""
    if len(back) > 20:
        return
    edges = np.concatenate([[0], back + 1, [len(seconds)]])
    for i in range(1, len(edges) - 1):
        before, after = seconds[edges[i - 1] : edges[i]], seconds[edges[i] : edges[i + 1]]
        shared = min(before.max(), after.max()) - max(before.min(), after.min())
        shorter = min(np.ptp(before), np.ptp(after))
        if min(len(before), len(after)) > 20 and shared > 0.5 * shorter > 0:
            raise UserError(
                f"{table.where}, {table.line_of(int(edges[i]))}, column {name}",
                expected="one recording with times that increase",
                found=f"a clock that starts again at {seconds[edges[i]]:g} s",
                cure="split the file into one file per recording",
            )


def _spread(seconds: Numbers) -> Numbers:
    """Rows that share a time, evenly up to the next one; the last group with the typical interval."""
    starts = np.flatnonzero(np.append(True, np.diff(seconds) > 0))
    sizes = np.diff(np.append(starts, len(seconds)))
    lengths = np.append(np.diff(seconds[starts]), np.nan)
    typical = float(np.nanmedian(lengths)) if len(starts) > 1 else 1.0
    # A pause is not stretched over: its rows keep the typical spacing.
    lengths = np.minimum(np.nan_to_num(lengths, nan=typical), typical * 1.5)
    usual = int(np.median(sizes))
    counts = sizes.copy()
    counts[[0, -1]] = np.maximum(sizes[[0, -1]], usual)  # the recording's start and end cut their groups
    within = np.arange(len(seconds)) - np.repeat(starts, sizes)
    within[: sizes[0]] += int(counts[0] - sizes[0])
    return np.asarray(np.repeat(seconds[starts], sizes) + within * np.repeat(lengths / counts, sizes))
