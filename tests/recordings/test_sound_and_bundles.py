"""Sound files, and folders and zips that hold one recording."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from written_tables import TIMES_S, N, csv_text, motion_columns, truth, write

from recordings import ACCELERATION, ROTATION, ReadOptions, open_recording

SIX = [f"acc_{a}" for a in "xyz"] + [f"gyro_{a}" for a in "xyz"]


def sensor_text(first: int, names: str = "xyz", offset_s: float = 0.0) -> str:
    samples = truth()
    return csv_text({"seconds_elapsed": TIMES_S + offset_s, **{a: samples[first + i] for i, a in enumerate(names)}})


@pytest.mark.parametrize(
    ("suffix", "rate", "channels"), [("wav", 44_100, 2), ("flac", 16_000, 1), ("ogg", 48_000, 1), ("wav", 8_000, 4)]
)
def test_sound_of_any_rate_and_width_is_one_stream(tmp_path: Path, suffix: str, rate: int, channels: int) -> None:
    wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    path = tmp_path / f"room.{suffix}"
    soundfile.write(path, np.stack([wave * (1 + 0.1 * c) for c in range(channels)], axis=1), rate)
    recording = open_recording(str(path))
    (stream,) = recording.streams
    assert (stream.modality, stream.channels, stream.units, stream.rate_hz) == (
        "audio",
        ("sound",),
        ("full scale",),
        float(rate),
    )
    assert stream.n == rate
    assert np.std(stream.samples) == pytest.approx(0.3 / np.sqrt(2) * (1 + 0.05 * (channels - 1)), rel=0.03)


def test_the_content_decides_not_the_suffix(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "room.wav", np.zeros(1600) + 0.1, 16_000)
    (tmp_path / "room.wav").rename(tmp_path / "room.csv")
    assert open_recording(str(tmp_path / "room.csv")).of("audio")


def test_digital_silence_is_noticed(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "room.wav", np.zeros(1600), 16_000)
    assert any(step.step == "notice silence" for step in open_recording(str(tmp_path / "room.wav")).warnings)


def test_acc_and_gyro_of_one_device_share_a_grid(tmp_path: Path) -> None:
    write(tmp_path / "s" / "watch_acc.csv", sensor_text(0))
    write(tmp_path / "s" / "watch_gyro.csv", sensor_text(3, offset_s=0.005))
    recording = open_recording(str(tmp_path / "s"))
    (stream,) = recording.streams
    assert (stream.name, stream.device, stream.position) == ("wrist", "watch", "wrist")
    assert stream.channels == ACCELERATION + ROTATION
    np.testing.assert_allclose(stream.select(*ACCELERATION)[:, :N], truth()[:3], atol=1e-3)
    gyro = stream.select(*ROTATION)
    expected = np.stack([np.interp(TIMES_S, TIMES_S + 0.005, row) for row in truth()[3:]])
    np.testing.assert_allclose(gyro[:, 1:N], expected[:, 1:], atol=1e-3)


def test_devices_are_told_apart_by_names_and_folders(tmp_path: Path) -> None:
    for name in ("watch/acc.csv", "watch/gyro.csv", "phone_pocket/acc.csv"):
        write(tmp_path / "s" / name, sensor_text(3 if "gyro" in name else 0))
    soundfile.write(tmp_path / "s" / "room.wav", np.full(16_000, 0.1), 16_000)
    write(tmp_path / "s" / "README.md", "# notes\n")
    recording = open_recording(str(tmp_path / "s"))
    assert {(s.name, s.device, s.position) for s in recording.streams} == {
        ("wrist", "watch", "wrist"),
        ("pocket", "phone", "pocket"),
        ("sound", "microphone", None),
    }
    assert any(step.step == "ignore files" and "README.md" in step.before for step in recording.history)
    assert any(step.step == "align clocks" and step.warning for step in recording.history)


def test_wall_clocks_align_the_parts(tmp_path: Path) -> None:
    samples = truth()
    zero = datetime(2024, 5, 1, 10, tzinfo=UTC).timestamp()
    for name, delay in (("wrist", 0.0), ("hip", 3.0)):
        columns = {"time": zero + delay + TIMES_S, **{f"acc_{a}": samples[i] for i, a in enumerate("xyz")}}
        columns["label"] = np.array(["walking"] * N, object)
        write(tmp_path / "s" / f"{name}.csv", csv_text(columns))
    recording = open_recording(str(tmp_path / "s"))
    assert {s.name: s.start_s for s in recording.streams} == {"wrist": 0.0, "hip": 3.0}
    assert recording.start == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert [(a.start_s, a.end_s) for a in recording.annotations] == [(0.0, 12.0), (3.0, 15.0)]
    hip = recording.stream("hip")
    np.testing.assert_allclose(hip.between(3.0, 4.0), samples[:3, :50], atol=2e-3)


def test_a_gap_of_a_late_part_is_in_the_recordings_time(tmp_path: Path) -> None:
    keep = np.r_[0:200, 300:N]
    columns = {"time_s": TIMES_S[keep] + 100.0, **{f"acc_{a}": truth()[i, keep] for i, a in enumerate("xyz")}}
    write(tmp_path / "s" / "hip.csv", csv_text(columns))
    write(
        tmp_path / "s" / "wrist.csv",
        csv_text({"time_s": TIMES_S + 98.0, **{f"acc_{a}": truth()[i] for i, a in enumerate("xyz")}}),
    )
    hip = open_recording(str(tmp_path / "s")).stream("hip")
    ((gap),) = hip.gaps
    assert (hip.start_s, gap.start_s, gap.end_s) == (2.0, 6.0, 8.0)
    assert hip.covered_s(2.0, 14.0) == pytest.approx(10.0)


def test_a_zip_is_its_folder(tmp_path: Path) -> None:
    members = {"walk/acc.csv": sensor_text(0), "walk/gyro.csv": sensor_text(3), "__MACOSX/walk/._acc.csv": "junk"}
    with zipfile.ZipFile(tmp_path / "walk.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
            if not name.startswith("__"):
                write(tmp_path / "folder" / name, text)
    zipped, folder = open_recording(str(tmp_path / "walk.zip")), open_recording(str(tmp_path / "folder"))
    assert np.array_equal(zipped.streams[0].samples, folder.streams[0].samples)
    assert zipped.streams[0].channels == ACCELERATION + ROTATION
    assert [s.step for s in zipped.history] == [s.step for s in folder.history]


def test_the_same_bytes_give_the_same_recording(tmp_path: Path) -> None:
    one = open_recording(write(tmp_path / "Morning Walk (ü).csv", csv_text(motion_columns(SIX))))
    two = open_recording(write(tmp_path / "b" / "Morning Walk (ü).csv", csv_text(motion_columns(SIX))))
    assert (one.id, one.sha256, one.history) == (two.id, two.sha256, two.history)
    assert one.id == f"morning-walk-u-{one.sha256[:6]}"
    changed = open_recording(write(tmp_path / "c" / "Morning Walk (ü).csv", csv_text(motion_columns(SIX), digits=5)))
    assert changed.id != one.id


def test_position_and_units_reach_every_part(tmp_path: Path) -> None:
    write(tmp_path / "s" / "acc.csv", sensor_text(0))
    write(tmp_path / "s" / "gyro.csv", sensor_text(3))
    (stream,) = open_recording(str(tmp_path / "s"), options=ReadOptions(position="chest", units="ms2,dps")).streams
    assert stream.position == "chest"
    np.testing.assert_allclose(stream.select(*ROTATION), np.radians(truth()[3:]), atol=1e-3)
