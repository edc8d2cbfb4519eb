"""HAPT: the raw, continuous recordings behind UCI-HAR, with postural transitions."""

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
from recordings.recording import Recording

CARD = DatasetCard(
    name="hapt",
    title="Smartphone-Based Recognition of Human Activities and Postural Transitions, v2.1 (raw UCI-HAR)",
    citation="Reyes-Ortiz et al., Transition-Aware Human Activity Recognition Using Smartphones, Neurocomputing 2015; "
    "Anguita et al., ESANN 2013",
    licence="its README: cite, as-is, any commercial use is prohibited",
    origin="UCI Machine Learning Repository, raw data",
    subjects=30,
    rate_hz=50.0,
    positions=("waist",),
    activities=(
        "laying",
        "sitting",
        "standing",
        "walking",
        "walking_downstairs",
        "walking_upstairs",
        "stand_to_sit",
        "sit_to_stand",
        "sit_to_lie",
        "lie_to_sit",
        "stand_to_lie",
        "lie_to_stand",
    ),
    quirks=("about 27 % of the samples carry no label", "acceleration in g with gravity; unfiltered"),
)
BY = ("subject", "experiment")


class Hapt:
    """Keys `exp01` … `exp61`, one continuous recording each."""

    card = CARD

    def _path(self, data_dir: Path) -> Path:
        return data_dir / "hapt" / "hapt_raw_50hz.parquet"

    def _ranges(self, data_dir: Path) -> dict[str, tuple[str, int, int]]:
        ranges = row_ranges(self._path(data_dir), BY)
        return {f"exp{int(exp):02d}": (subject, a, b) for (subject, exp), (a, b) in ranges.items()}

    def keys(self, data_dir: Path) -> list[str]:
        return sorted(self._ranges(data_dir))

    def subject_of(self, key: str, data_dir: Path) -> str:
        return self._ranges(data_dir)[key][0]

    def open(self, key: str, data_dir: Path) -> Recording:
        subject, a, b = self._ranges(data_dir)[key]
        rows = read_table(self._path(data_dir)).iloc[a:b]
        acc = columns(rows, [f"acc_{axis}_g" for axis in "xyz"], STANDARD_GRAVITY_MS2)
        gyro = columns(rows, [f"gyro_{axis}_rads" for axis in "xyz"])
        return six_axes(
            "hapt",
            key,
            subject,
            np.concatenate([acc, gyro]),
            rows["activity"].to_list(),
            rate_hz=50.0,
            position="waist",
            device="phone",
            history=[converted("g", "m/s²", "the set's column names end in _g; standard gravity 9.80665 m/s²")],
            unlabelled=frozenset({"unlabeled"}),
        )
