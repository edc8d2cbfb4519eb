"""MotionSense: an iPhone in the front trouser pocket, six activities."""

from __future__ import annotations

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
from recordings.recording import Recording, Step

CARD = DatasetCard(
    name="motionsense",
    title="MotionSense (DeviceMotion)",
    citation="Malekzadeh et al., Mobile Sensor Data Anonymization, IoTDI 2019; Protecting Sensory Data Against Sensitive "
    "Inferences, W-P2DS 2018",
    licence="MIT (the authors' repository); research use with citation",
    origin="github.com/mmalekzadeh/motion-sense",
    subjects=24,
    rate_hz=50.0,
    positions=("pocket",),
    activities=("walking", "jogging", "sitting", "standing", "walking_upstairs", "walking_downstairs"),
    quirks=(
        "iOS sign: gravity points the other way than on Android",
        "subject 1 has no trial 13 (a copied file in the source)",
    ),
)
BY = ("subject", "trial")


class MotionSense:
    """Keys `s5/t1`: subject, trial. One trial holds one activity."""

    card = CARD

    def _path(self, data_dir: Path) -> Path:
        return data_dir / "motionsense" / "motionsense_devicemotion_50hz.parquet"

    def keys(self, data_dir: Path) -> list[str]:
        ranges = row_ranges(self._path(data_dir), BY)
        return [f"s{s}/t{t}" for s, t in sorted(ranges, key=lambda k: tuple(map(int, k)))]

    def subject_of(self, key: str, data_dir: Path) -> str:
        return key.split("/")[0][1:]

    def open(self, key: str, data_dir: Path) -> Recording:
        subject, trial = (part[1:] for part in key.split("/"))
        a, b = row_ranges(self._path(data_dir), BY)[(subject, trial)]
        rows = read_table(self._path(data_dir)).iloc[a:b]
        user = columns(rows, [f"user_acc_{axis}_g" for axis in "xyz"], STANDARD_GRAVITY_MS2)
        gravity = columns(rows, [f"gravity_{axis}_g" for axis in "xyz"], STANDARD_GRAVITY_MS2)
        gyro = columns(rows, [f"gyro_{axis}_rads" for axis in "xyz"])
        return six_axes(
            "motionsense",
            key,
            subject,
            np.concatenate([-(user + gravity), gyro]),
            rows["activity"].to_list(),
            rate_hz=50.0,
            position="pocket",
            device="phone",
            history=[
                converted("g", "m/s²", "the set's column names end in _g"),
                Step(
                    "add gravity",
                    "total acceleration = user acceleration + gravity (Core Motion)",
                    "removed",
                    "included",
                ),
                Step(
                    "turn the acceleration's sign",
                    "iOS reports gravity pointing down; a resting accelerometer measures +1 g up",
                    "iOS",
                    "Android",
                ),
            ],
        )
