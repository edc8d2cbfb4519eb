"""Reading a set's parquet file once, by recording."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from recordings.errors import UserError
from recordings.recording import ACCELERATION, ROTATION, Annotation, Recording, Samples, Step, Stream

STANDARD_GRAVITY_MS2 = 9.80665


@lru_cache(maxsize=4)
def read_table(path: Path) -> pd.DataFrame:
    """The whole table (15–90 MB in memory), kept for the next recording of the same set."""
    if not path.is_file():
        raise UserError(
            path, expected="this data set's file", found="no such file", cure="point --data at the folder that holds it"
        )
    return pd.read_parquet(path)


@lru_cache(maxsize=4)
def row_ranges(path: Path, by: tuple[str, ...]) -> dict[tuple[str, ...], tuple[int, int]]:
    """Recording key → [first row, last row + 1). Rows of one recording lie together in these files."""
    table = read_table(path)
    codes = table[list(by)].astype(str)
    changed = (codes != codes.shift()).any(axis=1).to_numpy()
    starts = np.flatnonzero(changed)
    ends = np.append(starts[1:], len(table))
    keys = [tuple(row) for row in codes.iloc[starts].itertuples(index=False, name=None)]
    return {key: (int(a), int(b)) for key, a, b in zip(keys, starts, ends, strict=True)}


def columns(rows: pd.DataFrame, names: Sequence[str], scale: float = 1.0) -> Samples:
    """Named columns as (channels, n) float32."""
    return np.ascontiguousarray((rows[list(names)].to_numpy(np.float64).T * scale).astype(np.float32))


def sha256_of(samples: Samples) -> str:
    return hashlib.sha256(np.ascontiguousarray(samples).tobytes()).hexdigest()


def annotations_from(
    labels: Sequence[str], rate_hz: float, skip: frozenset[str] = frozenset()
) -> tuple[Annotation, ...]:
    """Runs of equal labels as spans; those named in `skip` are left unlabelled."""
    values = np.asarray(labels, dtype=object)
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    ends = np.append(starts[1:], len(values))
    return tuple(
        Annotation(round(float(a) / rate_hz, 6), round(float(b) / rate_hz, 6), str(values[a]))
        for a, b in zip(starts, ends, strict=True)
        if values[a] not in skip
    )


def converted(before: str, after: str, reason: str) -> Step:
    return Step("convert units", reason, before, after)


def six_axes(
    dataset: str,
    key: str,
    subject: str,
    samples: Samples,
    labels: Sequence[str],
    *,
    rate_hz: float,
    position: str,
    device: str,
    history: Sequence[Step],
    unlabelled: frozenset[str] = frozenset(),
) -> Recording:
    """A recording of one device that measures acceleration with gravity and rotation: (6, n) m/s² and rad/s, a label a sample.

    Its id is the set and the key, "-" for "/"; its stream is called by where the device was worn.
    """
    stream = Stream(
        name=position,
        modality="motion",
        channels=ACCELERATION + ROTATION,
        units=("m/s²",) * 3 + ("rad/s",) * 3,
        rate_hz=rate_hz,
        samples=samples,
        device=device,
        position=position,
        gravity="included",
    )
    return Recording(
        id=f"{dataset}-{key.replace('/', '-')}",
        source=f"{dataset}:{key}",
        sha256=sha256_of(samples),
        streams=(stream,),
        subject=subject,
        dataset=dataset,
        annotations=annotations_from(labels, rate_hz, unlabelled),
        history=tuple(history),
    )
