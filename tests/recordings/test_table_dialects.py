"""Every way to name axes, units and time that is claimed to be read, read back to the same SI samples."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from written_tables import RATE_HZ, TIMES_S, G, N, csv_text, motion_columns, truth, write

from recordings import ACCELERATION, ROTATION, ReadOptions, Recording, Stream, open_recording

SIX = [f"acc_{a}" for a in "xyz"] + [f"gyro_{a}" for a in "xyz"]


def motion(recording: Recording) -> Stream:
    (stream,) = recording.of("motion")
    return stream


def assert_truth(stream: Stream, tolerance: float = 2e-3) -> None:
    assert stream.rate_hz == RATE_HZ
    assert stream.n == N
    np.testing.assert_allclose(stream.select(*ACCELERATION), truth()[:3], atol=tolerance)
    if stream.has(*ROTATION):
        np.testing.assert_allclose(stream.select(*ROTATION), truth()[3:], atol=tolerance)


def triples(pattern: str, second: str) -> list[str]:
    return [pattern.format(a) for a in "xyz"] + [second.format(a) for a in "xyz"]


DPS = 180 / math.pi
NAMINGS = {
    "acc_x": (triples("acc_{}", "gyro_{}"), (1, 1)),
    "ax gx": (triples("a{}", "g{}"), (1, 1)),
    "accel_x": (triples("accel_{}", "gyr_{}"), (1, 1)),
    "accelerometerX": ([f"accelerometer{a}" for a in "XYZ"] + [f"gyroscope{a}" for a in "XYZ"], (1, 1)),
    "AccX GyroX": ([f"Acc{a}" for a in "XYZ"] + [f"Gyro{a}" for a in "XYZ"], (1, 1)),
    "acc.x": (triples("acc.{}", "rotationRate.{}"), (1, 1)),
    "acc_x (g)": (triples("acc_{} (g)", "gyro_{} (deg/s)"), (1 / G, DPS)),
    "acc_x [mg]": (triples("acc_{} [mg]", "gyro_{} [dps]"), (1000 / G, DPS)),
    "acc_x_g": (triples("acc_{}_g", "gyro_{}_dps"), (1 / G, DPS)),
    "acc_x_ms2": (triples("acc_{}_ms2", "gyro_{}_rads"), (1, 1)),
    "phyphox": (triples("Acceleration {} (m/s^2)", "Gyroscope {} (rad/s)"), (1, 1)),
    "AndroSensor": (triples("ACCELEROMETER {} (m/s²)", "GYROSCOPE {} (rad/s)"), (1, 1)),
    "Physics Toolbox": (triples("gF{}", "w{}"), (1 / G, 1)),
    "inferred g and °/s": (SIX, (1 / G, DPS)),
    "inferred mg": (SIX, (1000 / G, 1)),
    "angular velocity": (triples("acceleration_{}", "angular_velocity_{}"), (1, 1)),
}


@pytest.mark.parametrize("naming", NAMINGS)
def test_namings_give_the_same_samples(tmp_path: Path, naming: str) -> None:
    names, scale = NAMINGS[naming]
    recording = open_recording(write(tmp_path / "walk.csv", csv_text(motion_columns(names, scale))))
    assert_truth(motion(recording))
    assert motion(recording).gravity == "included"
    assert not [step for step in recording.warnings if "convert" in step.step]


WRITINGS = {
    "comma": (",", ".", "utf-8"),
    "semicolon, decimal comma": (";", ",", "utf-8"),
    "semicolon": (";", ".", "utf-8"),
    "tab": ("\t", ".", "utf-8"),
    "tab, decimal comma": ("\t", ",", "latin-1"),
    "bar": ("|", ".", "utf-8"),
    "blank": (" ", ".", "utf-8"),
    "byte order mark": (",", ".", "utf-8-sig"),
    "utf-16": (",", ".", "utf-16"),
    "utf-16-le without mark": (",", ".", "utf-16-le"),
    "latin-1": (",", ".", "latin-1"),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_separators_and_encodings(tmp_path: Path, writing: str) -> None:
    separator, decimal, encoding = WRITINGS[writing]
    names = SIX if separator == " " else [*triples("acc_{} (m/s²)", "gyro_{} (rad/s)")]
    text = csv_text(motion_columns(names), separator, decimal)
    assert_truth(motion(open_recording(write(tmp_path / "walk.data", text, encoding))))


def test_quotes_comments_carriage_returns_and_a_preamble(tmp_path: Path) -> None:
    lines = csv_text(motion_columns(SIX)).split("\n")
    lines[0] = ",".join(f'"{name}"' for name in lines[0].split(","))
    text = "# device: watch 3\r\nsession 12\r\n" + "\r\n".join([*lines[:40], "# paused here", *lines[40:]])
    assert_truth(motion(open_recording(write(tmp_path / "walk.csv", text))))


def test_a_second_line_of_units(tmp_path: Path) -> None:
    lines = csv_text(motion_columns(SIX, (1 / G, DPS), time="t")).split("\n")
    text = "\n".join([lines[0], "s,g,g,g,deg/s,deg/s,deg/s", *lines[1:]])
    recording = open_recording(write(tmp_path / "walk.csv", text))
    assert_truth(motion(recording))
    assert any(s.step == "convert rotation" and s.before == "°/s" and "named" in s.reason for s in recording.history)


EPOCH = datetime(2024, 5, 1, 10, 0, 0, 500000, tzinfo=UTC)
EPOCH_NS = int(EPOCH.timestamp() * 1000) * 1_000_000
MS = np.rint(TIMES_S * 1000).astype(np.int64)


@pytest.mark.parametrize(
    ("name", "values", "start", "zone"),
    [
        ("time_s", TIMES_S, None, None),
        ("Time (s)", TIMES_S, None, None),
        ("seconds_elapsed", TIMES_S, None, None),
        ("time_ms", MS, None, None),
        ("timestamp", MS, None, None),
        ("timestamp", MS * 1000, None, None),
        ("timestamp", MS * 1_000_000 + 77_000_000_000, None, None),
        ("timestamp", EPOCH_NS + MS * 1_000_000, EPOCH, "UTC"),
        ("timestamp", EPOCH_NS // 1000 + MS * 1000, EPOCH, "UTC"),
        ("epoch_ms", EPOCH_NS // 1_000_000 + MS, EPOCH, "UTC"),
        ("time", EPOCH_NS / 1e9 + TIMES_S, EPOCH, "UTC"),
    ],
)
def test_clocks_in_every_unit(
    tmp_path: Path, name: str, values: np.ndarray, start: datetime | None, zone: str | None
) -> None:
    columns = {name: values, **{k: v for k, v in motion_columns(SIX).items() if k != "time_s"}}
    recording = open_recording(write(tmp_path / "walk.csv", csv_text(columns)))
    assert_truth(motion(recording))
    assert motion(recording).start_s == 0.0
    assert recording.start == start
    assert recording.timezone == zone


@pytest.mark.parametrize(
    ("stamp", "zone"),
    [
        (lambda m: m.strftime("%Y-%m-%dT%H:%M:%S.%f+02:00"), "+02:00"),
        (lambda m: m.strftime("%Y-%m-%d %H:%M:%S.%f+0200"), "+02:00"),
        (lambda m: m.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "UTC"),
        (lambda m: m.strftime("%Y-%m-%dT%H:%M:%S.%f"), None),
        (lambda m: m.strftime("%Y-%m-%d %H:%M:%S.%f"), None),
        (lambda m: m.strftime("%Y-%m-%d %H:%M:%S:%f")[:-3], None),
    ],
)
def test_iso_times_keep_their_zone(tmp_path: Path, stamp, zone: str | None) -> None:  # type: ignore[no-untyped-def]
    first = datetime(2024, 5, 1, 12, 0, 1)
    stamps = np.array([stamp(first + timedelta(milliseconds=int(ms))) for ms in MS], dtype=object)
    columns = {"timestamp": stamps, **{k: v for k, v in motion_columns(SIX).items() if k != "time_s"}}
    recording = open_recording(write(tmp_path / "walk.csv", csv_text(columns)))
    assert_truth(motion(recording))
    assert recording.timezone == zone
    assert recording.start is not None
    assert recording.start.replace(tzinfo=None) == first
    if zone == "+02:00":
        assert recording.start.isoformat() == "2024-05-01T12:00:01+02:00"


def test_a_coarse_clock_is_spread(tmp_path: Path) -> None:
    stamps = np.array(
        [(datetime(2024, 5, 1, 12) + timedelta(seconds=int(t))).isoformat() for t in TIMES_S], dtype=object
    )
    columns = {"time": stamps, **{k: v for k, v in motion_columns(SIX).items() if k != "time_s"}}
    recording = open_recording(write(tmp_path / "walk.csv", csv_text(columns)))
    assert_truth(motion(recording))
    assert any(step.step == "spread repeated times" for step in recording.warnings)


def test_date_and_time_in_two_columns(tmp_path: Path) -> None:
    moments = [datetime(2024, 5, 1, 12, 0, 1) + timedelta(milliseconds=int(ms)) for ms in MS]
    columns = {
        "date": np.array([m.strftime("%Y-%m-%d") for m in moments], dtype=object),
        "time": np.array([m.strftime("%H:%M:%S.%f") for m in moments], dtype=object),
        **{k: v for k, v in motion_columns(SIX).items() if k != "time_s"},
    }
    recording = open_recording(write(tmp_path / "walk.csv", csv_text(columns)))
    assert_truth(motion(recording))
    assert recording.start == datetime(2024, 5, 1, 12, 0, 1)


def test_no_time_column_needs_the_rate(tmp_path: Path) -> None:
    columns = {k: v for k, v in motion_columns(SIX).items() if k != "time_s"}
    path = write(tmp_path / "walk.csv", csv_text(columns))
    recording = open_recording(path, options=ReadOptions(rate_hz=50))
    assert_truth(motion(recording))


def test_a_table_without_header(tmp_path: Path) -> None:
    recording = open_recording(write(tmp_path / "walk.csv", csv_text(motion_columns(SIX), header=False)))
    assert_truth(motion(recording))
    assert any(step.step == "name the columns" for step in recording.warnings)


def test_core_motion_gravity_is_added_and_the_sign_turned(tmp_path: Path) -> None:
    samples = truth()
    gravity = np.repeat(samples[:3, :1], N, axis=1)
    columns: dict[str, np.ndarray] = {"timestamp": TIMES_S}
    for i, a in enumerate("xyz"):
        columns[f"gravity.{a}"] = -gravity[i] / G
        columns[f"userAcceleration.{a}"] = -(samples[i] - gravity[i]) / G
        columns[f"rotationRate.{a}"] = samples[3 + i]
    recording = open_recording(write(tmp_path / "DeviceMotion.csv", csv_text(columns)))
    assert_truth(motion(recording))
    assert motion(recording).gravity == "included"
    assert {"add gravity", "turn the acceleration's sign"} <= {step.step for step in recording.history}


def test_android_linear_acceleration_and_gravity_keep_their_sign(tmp_path: Path) -> None:
    samples = truth()
    gravity = np.repeat(samples[:3, :1], N, axis=1)
    columns: dict[str, np.ndarray] = {"time_s": TIMES_S}
    for i, a in enumerate("xyz"):
        columns[f"linear_acceleration_{a}"] = samples[i] - gravity[i]
        columns[f"gravity_{a}"] = gravity[i]
    stream = motion(open_recording(write(tmp_path / "walk.csv", csv_text(columns)), options=ReadOptions(units="ms2")))
    assert_truth(stream)


def test_linear_acceleration_alone_says_that_gravity_is_removed(tmp_path: Path) -> None:
    samples = truth()
    columns = {
        "time_s": TIMES_S,
        **{f"Linear Acceleration {a} (m/s^2)": samples[i] - samples[i, 0] for i, a in enumerate("xyz")},
    }
    stream = motion(open_recording(write(tmp_path / "walk.csv", csv_text(columns))))
    assert stream.gravity == "removed"


def test_bare_axes_are_named_by_the_file(tmp_path: Path) -> None:
    samples = truth()
    columns = {"time_s": TIMES_S, "x": samples[3], "y": samples[4], "z": samples[5]}
    recording = open_recording(write(tmp_path / "gyroscope.csv", csv_text(columns)))
    np.testing.assert_allclose(motion(recording).select(*ROTATION), samples[3:], atol=2e-3)
    plain_axes = open_recording(
        write(tmp_path / "log7.csv", csv_text({"time_s": TIMES_S, "z": samples[2], "y": samples[1], "x": samples[0]}))
    )
    assert_truth(motion(plain_axes))
    assert any(step.step == "name the sensor" for step in plain_axes.warnings)


def test_ambiguous_rotation_is_a_warning_and_units_override_it(tmp_path: Path) -> None:
    columns = {
        "time_s": TIMES_S,
        **{name: np.zeros(N) + 0.01 * i for i, name in enumerate(SIX)},
        "acc_z": np.full(N, 9.81),
    }
    path = write(tmp_path / "still.csv", csv_text(columns))
    assert any(step.step == "convert rotation" for step in open_recording(path).warnings)
    said = open_recording(path, options=ReadOptions(units="ms2,dps"))
    assert not [step for step in said.warnings if step.step == "convert rotation"]
    np.testing.assert_allclose(motion(said).select("gyro_z"), math.radians(0.05), rtol=1e-4)


def test_the_position_is_told_by_names_and_overridden(tmp_path: Path) -> None:
    path = write(tmp_path / "left_wrist_monday.csv", csv_text(motion_columns(SIX)))
    assert motion(open_recording(path)).position == "wrist"
    assert motion(open_recording(path)).device == "left watch"
    assert motion(open_recording(path)).name == "left-wrist"
    assert motion(open_recording(path, options=ReadOptions(position="hip"))).position == "hip"
    assert motion(open_recording(path, options=ReadOptions(position="unknown"))).position is None


def test_two_devices_in_one_table(tmp_path: Path) -> None:
    samples = truth()
    columns: dict[str, np.ndarray] = {"time_s": TIMES_S}
    for place in ("wrist", "hip"):
        for i, a in enumerate("xyz"):
            columns[f"{place}_acc_{a}"] = samples[i]
    recording = open_recording(write(tmp_path / "both.csv", csv_text(columns)))
    assert [stream.name for stream in recording.of("motion")] == ["wrist", "hip"]


def test_labels_become_annotations_and_other_numbers_a_stream(tmp_path: Path) -> None:
    labels = np.array(["sitting"] * 200 + ["nan"] * 100 + ["walking"] * 300, dtype=object)
    heart = np.where(np.arange(N) % 50 == 0, 60.0 + np.arange(N) / 50, np.nan)
    columns = {**motion_columns(SIX), "activity": labels, "heart_rate": heart, "steps": np.arange(N)}
    recording = open_recording(write(tmp_path / "walk.csv", csv_text(columns)))
    assert [(a.label, a.start_s, a.end_s) for a in recording.annotations] == [
        ("sitting", 0.0, 4.0),
        ("walking", 6.0, 12.0),
    ]
    rates = {stream.channels: stream.rate_hz for stream in recording.of("other")}
    assert rates == {("heart_rate",): 1.0, ("steps",): 50.0}
    assert not any("activity" in stream.channels for stream in recording.streams)


def test_rows_of_sensors_in_turn(tmp_path: Path) -> None:
    samples = truth()
    times = np.repeat(TIMES_S, 2) + np.tile([0.0, 0.004], N)
    columns: dict[str, np.ndarray] = {"time_s": times}
    for i, name in enumerate(SIX):
        column = np.full(2 * N, np.nan)
        column[(0 if i < 3 else 1) :: 2] = samples[i]
        columns[name] = column
    stream = motion(open_recording(write(tmp_path / "walk.csv", csv_text(columns))))
    assert stream.rate_hz == RATE_HZ
    np.testing.assert_allclose(stream.select(*ACCELERATION), samples[:3], atol=2e-3)
    inside = stream.select(*ROTATION)[:, 1:-1]
    expected = np.stack([np.interp(TIMES_S[1:-1], TIMES_S + 0.004, row) for row in samples[3:]])
    np.testing.assert_allclose(inside, expected, atol=2e-3)


def test_parquet_is_the_same_as_text(tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({**motion_columns(triples("acc_{}_g", "gyro_{}_dps"), (1 / G, DPS)), "label": ["walk"] * N})
    frame.to_parquet(tmp_path / "walk.bin")
    recording = open_recording(str(tmp_path / "walk.bin"))
    assert_truth(motion(recording))
    frame["time_s"] = pd.Timestamp("2024-05-01T12:00:00+02:00") + pd.to_timedelta(TIMES_S, unit="s")
    frame.to_parquet(tmp_path / "zoned.parquet")
    zoned = open_recording(str(tmp_path / "zoned.parquet"))
    assert_truth(motion(zoned))
    assert zoned.start is not None and zoned.start.utcoffset() == timedelta(hours=2)
