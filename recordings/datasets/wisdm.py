"""WISDM v2 (2019): a phone in the pocket and a watch on the wrist, eighteen activities of daily living."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recordings.datasets.card import DatasetCard
from recordings.datasets.parquet import columns, read_table, row_ranges, sha256_of
from recordings.grid import to_grid
from recordings.recording import ACCELERATION, ROTATION, Annotation, Recording, Step, Stream

CARD = DatasetCard(
    name="wisdm",
    title="WISDM Smartphone and Smartwatch Activity and Biometrics Dataset",
    citation="Weiss, Yoneda, Hayajneh, Smartphone and Smartwatch-Based Biometrics Using Activities of Daily Living, IEEE Access 7, 2019",
    licence="none stated in the files; UCI data set 507 (its page is believed to say CC BY 4.0): cite",
    origin="UCI Machine Learning Repository, data set 507",
    subjects=14,
    rate_hz=20.0,
    positions=("pocket", "wrist"),
    activities=(
        "walking",
        "jogging",
        "stairs",
        "sitting",
        "standing",
        "typing",
        "brushing_teeth",
        "eating_soup",
        "eating_chips",
        "eating_pasta",
        "drinking",
        "eating_sandwich",
        "kicking_ball",
        "catch_ball",
        "dribbling_ball",
        "writing",
        "clapping",
        "folding_clothes",
    ),
    quirks=(
        "phone and watch have different clocks and are not sample-aligned",
        "1636 (and 1622 in part) wears the watch turned by 180°",
        "three watch recordings hold 100 Hz bursts",
        "14 of 51 subjects",
    ),
)
BY = ("subject", "activity")
RATE_HZ = 20.0


class Wisdm:
    """Keys `1600/watch/typing`: subject, device, activity."""

    card = CARD

    def _path(self, data_dir: Path, device: str) -> Path:
        return data_dir / "wisdm" / f"wisdm_v2_{device}_20hz.parquet"

    def keys(self, data_dir: Path) -> list[str]:
        return [
            f"{subject}/{device}/{activity}"
            for device in ("phone", "watch")
            for subject, activity in row_ranges(self._path(data_dir, device), BY)
        ]

    def subject_of(self, key: str, data_dir: Path) -> str:
        return key.split("/")[0]

    def open(self, key: str, data_dir: Path) -> Recording:
        subject, device, activity = key.split("/")
        path = self._path(data_dir, device)
        a, b = row_ranges(path, BY)[(subject, activity)]
        rows = read_table(path).iloc[a:b]
        raw = np.concatenate(
            [
                columns(rows, [f"acc_{axis}_ms2" for axis in "xyz"]),
                columns(rows, [f"gyro_{axis}_rads" for axis in "xyz"]),
            ]
        )
        times = rows["t_s"].to_numpy(np.float64)
        samples, gaps = to_grid(times - times[0], raw, RATE_HZ)
        position = "wrist" if device == "watch" else "pocket"
        stream = Stream(
            name=position,
            modality="motion",
            channels=ACCELERATION + ROTATION,
            units=("m/s²",) * 3 + ("rad/s",) * 3,
            rate_hz=RATE_HZ,
            samples=samples,
            device=device,
            position=position,
            gravity="included",
            gaps=gaps,
        )
        return Recording(
            id=f"wisdm-{subject}-{device}-{activity}",
            source=f"wisdm:{key}",
            sha256=sha256_of(raw),
            streams=(stream,),
            subject=subject,
            dataset="wisdm",
            annotations=(Annotation(0.0, samples.shape[1] / RATE_HZ, activity),),
            history=(
                Step(
                    "resample",
                    f"samples carry their own times; {len(gaps)} gaps left as gaps",
                    f"{len(rows)} samples",
                    f"{samples.shape[1]} at 20 Hz",
                ),
            ),
        )
