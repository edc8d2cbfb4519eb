"""Which channels a caption speaks of: SensorLM's minute-level day, and a short window of a motion sensor."""

from __future__ import annotations

from dataclasses import dataclass

# The released list has 34 names, its model 26 columns, and which 26 is not told. Ours: without the four sleep stages, the
# three of SpO2 and `percent_good`.
DAY_FEATURES: tuple[str, ...] = (
    "HR", "eda_level_real", "leads_contact_counts", "steps", "jerk_auto", "log_energy", "covariance", "log_energy_ratio",
    "zero_crossing_std", "zero_crossing_avg", "axis_mean", "altim_std", "kurtosis", "sleep_coefficient",
    "wrist_temperatures", "rr_med", "sdnn0595", "rmssd0595", "pnn20", "coherence", "ShEnRR", "LF", "HF", "LF_HF", "VLF",
    "spectralEn",
)  # fmt: skip
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Spoken:
    """column: the name in the data. words: the name in a caption."""

    column: str
    words: str


@dataclass(frozen=True, slots=True)
class Category:
    """always: in every statistical caption and the only ones of structural ones. extras: `draws` of them, statistical only.

    original_always, original_extras: as the released code has them, slips included; None where it agrees.
    """

    name: str
    always: tuple[Spoken, ...]
    extras: tuple[Spoken, ...] = ()
    draws: int = 0
    original_always: tuple[Spoken, ...] | None = None
    original_extras: tuple[Spoken, ...] | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """What is captioned. tick: the word for a row ("minute", "sample"). decimals: of statistics."""

    name: str
    tick: str
    decimals: int
    categories: tuple[Category, ...]


_HEART = (
    Spoken("HR", "heart rate"),
    Spoken("rr_med", "median beat interval"),
    Spoken("ShEnRR", "beat interval entropy"),
    Spoken("sdnn0595", "beat interval deviation"),
)
_EDA = (Spoken("eda_level_real", "skin conductance level"), Spoken("wrist_temperatures", "wrist temperature"))
DAY = Scheme(
    "day",
    "minute",
    1,
    (
        Category(
            "heart",
            _HEART,
            (
                Spoken("rmssd0595", "successive beat difference"),
                Spoken("pnn20", "share of differing beats"),
                Spoken("LF", "low frequency heart power"),
                Spoken("HF", "high frequency heart power"),
                Spoken("LF_HF", "ratio of heart powers"),
            ),
            2,
            # Four of the five read columns that do not exist and are skipped; one name belongs to another column.
            original_extras=(
                Spoken("resting_hr", "resting heart rate"),
                Spoken("rr_80", "80th percentile beat interval"),
                Spoken("rr_mean", "20th percentile beat interval"),
                Spoken("ShEnRRD", "beat difference entropy"),
                Spoken("rmssd0595", "successive beat difference"),
            ),
        ),
        Category(
            "activity",
            (
                Spoken("steps", "steps"),
                Spoken("jerk_auto", "jerk"),
                Spoken("log_energy", "log energy"),
                Spoken("kurtosis", "kurtosis"),
            ),
            (
                Spoken("covariance", "axis covariance"),
                Spoken("log_energy_ratio", "log energy ratio"),
                Spoken("zero_crossing_std", "zero crossing deviation"),
                Spoken("zero_crossing_avg", "mean zero crossing"),
                Spoken("axis_mean", "axis mean"),
                Spoken("altim_std", "altitude deviation"),
            ),
            1,
        ),
        Category("sleep", (Spoken("sleep_coefficient", "sleep coefficient"),)),
        Category(
            "skin",
            _EDA,
            original_always=(*_EDA, _EDA[1]),
            # Both slopes read the level itself.
            original_extras=(
                Spoken("wrist_temperatures", "skin temperature slope"),
                Spoken("eda_level_real", "skin conductance slope"),
            ),
            draws=1,
        ),
    ),
)


def _axes(kind: str, words: str) -> tuple[Spoken, ...]:
    return tuple(Spoken(f"{kind}_{axis}", f"{words} {axis}") for axis in "xyz")


WINDOW_COLUMNS = (
    "acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z", "acc_size", "gyro_size", "acc_jerk", "gyro_jerk",
)  # fmt: skip
WINDOW = Scheme(
    "window",
    "sample",
    2,
    (
        Category(
            "acceleration",
            _axes("acc", "acceleration"),
            (Spoken("acc_size", "acceleration magnitude"), Spoken("acc_jerk", "acceleration change")),
            1,
        ),
        Category(
            "rotation",
            _axes("gyro", "rotation"),
            (Spoken("gyro_size", "rotation magnitude"), Spoken("gyro_jerk", "rotation change")),
            1,
        ),
    ),
)
