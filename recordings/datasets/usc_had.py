"""USC-HAD: a hip-worn MotionNode, twelve activities, one recording an activity and trial."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from recordings.datasets.card import DatasetCard
from recordings.datasets.parquet import (
    STANDARD_GRAVITY_MS2,
    columns,
    converted,
    read_table,
    row_ranges,
    six_axes,
)
from recordings.recording import Recording

CARD = DatasetCard(
    name="usc_had",
    title="USC-HAD: USC Human Activity Dataset",
    citation="Zhang and Sawchuk, USC-HAD, UbiComp 2012 SAGAware workshop",
    licence="none stated; distributed by the authors for research: treat as research use only",
    origin="sipi.usc.edu/had",
    subjects=14,
    rate_hz=100.0,
    positions=("hip",),
    activities=(
        "walking_forward",
        "walking_left",
        "walking_right",
        "walking_upstairs",
        "walking_downstairs",
        "running_forward",
        "jumping_up",
        "sitting",
        "standing",
        "sleeping",
        "elevator_up",
        "elevator_down",
    ),
    quirks=(
        "x is the vertical axis",
        "subjects 13 and 14, the usual test pair, are the hardest pair",
        "nominal ±6 g, ±500 °/s",
    ),
)
BY = ("subject", "activity_id", "trial")


class UscHad:
    """Keys `s13/a1/t1`: subject, activity number, trial."""

    card = CARD

    def _path(self, data_dir: Path) -> Path:
        return data_dir / "usc_had" / "usc_had_100hz.parquet"

    def keys(self, data_dir: Path) -> list[str]:
        ranges = row_ranges(self._path(data_dir), BY)
        return [f"s{s}/a{a}/t{t}" for s, a, t in sorted(ranges, key=lambda k: tuple(map(int, k)))]

    def subject_of(self, key: str, data_dir: Path) -> str:
        return key.split("/")[0][1:]

    def open(self, key: str, data_dir: Path) -> Recording:
        subject, activity, trial = (part[1:] for part in key.split("/"))
        a, b = row_ranges(self._path(data_dir), BY)[(subject, activity, trial)]
        rows = read_table(self._path(data_dir)).iloc[a:b]
        acc = columns(rows, [f"acc_{axis}_g" for axis in "xyz"], STANDARD_GRAVITY_MS2)
        gyro = columns(rows, [f"gyro_{axis}_dps" for axis in "xyz"], math.pi / 180)
        return six_axes(
            "usc_had",
            key,
            subject,
            np.concatenate([acc, gyro]),
            rows["activity"].to_list(),
            rate_hz=100.0,
            position="hip",
            device="motionnode",
            history=[
                converted("g", "m/s²", "the set's column names end in _g"),
                converted("°/s", "rad/s", "the set's column names end in _dps"),
            ],
        )
