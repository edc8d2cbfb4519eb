"""The one door: keys of data sets, the demo, and imports that stay light."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recordings import ACCELERATION, ROTATION, Recording, UserError, open_recording
from recordings.datasets import DATASETS, dataset
from recordings.simulate import SCRIPT, phases, simulate_demo


def test_importing_recordings_loads_no_heavy_library() -> None:
    heavy = ("pandas", "scipy", "soundfile", "pyarrow", "torch")
    code = f"import sys, recordings; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.data
@pytest.mark.parametrize(
    ("key", "rate_hz", "position", "subject"),
    [
        ("hapt:exp05", 50.0, "waist", "3"),
        ("usc_had:s13/a1/t1", 100.0, "hip", "13"),
        ("motionsense:s5/t1", 50.0, "pocket", "5"),
        ("wisdm:1600/watch/typing", 20.0, "wrist", "1600"),
    ],
)
def test_motion_keys(data_dir: Path, key: str, rate_hz: float, position: str, subject: str) -> None:
    recording = open_recording(key, data_dir=data_dir)
    (stream,) = recording.streams
    assert (stream.rate_hz, stream.position, recording.subject, recording.source) == (rate_hz, position, subject, key)
    assert stream.channels == ACCELERATION + ROTATION
    assert not recording.simulated and recording.history and recording.annotations
    magnitude = np.sqrt(np.nansum(stream.select(*ACCELERATION) ** 2, axis=0))
    assert np.nanmedian(magnitude) == pytest.approx(9.8, abs=0.8)
    assert open_recording(key, data_dir=data_dir).sha256 == recording.sha256


@pytest.mark.data
def test_a_sound_key(data_dir: Path) -> None:
    key = next(k for k in dataset("audio").keys(data_dir) if k.startswith("kitchen20/"))
    (stream,) = open_recording(f"audio:{key}", data_dir=data_dir).streams
    assert (stream.modality, stream.rate_hz) == ("audio", 16_000.0)


@pytest.mark.data
def test_an_unknown_key_names_a_near_one(data_dir: Path) -> None:
    with pytest.raises(UserError, match=r"hapt:exp99: expected one of 61 keys such as exp\d\d, found exp99"):
        open_recording("hapt:exp99", data_dir=data_dir)


def test_keys_need_the_data() -> None:
    with pytest.raises(UserError, match="expected a folder with the public data sets, found no --data"):
        open_recording("hapt:exp05")


@pytest.mark.data
def test_every_card_is_complete() -> None:
    for name, chosen in DATASETS.items():
        card = chosen.card
        assert card.name == name and card.licence and card.citation and card.origin


@pytest.fixture(scope="module")
def demo() -> Recording:
    return open_recording("demo")


def test_the_demo_is_simulated_and_says_so(demo: Recording) -> None:
    assert demo.simulated and demo.id == "demo" and demo.start is None
    assert "nobody recorded" in demo.history[0].reason
    wrist, sound = demo.streams
    assert (wrist.channels, wrist.rate_hz, wrist.position, wrist.gravity) == (
        ACCELERATION + ROTATION,
        50.0,
        "wrist",
        "included",
    )
    assert (sound.modality, sound.rate_hz) == ("audio", 16_000.0)
    assert wrist.end_s == sound.end_s == demo.duration_s
    assert 330 <= demo.duration_s <= 390
    assert np.isfinite(wrist.samples).all() and np.abs(sound.samples).max() < 1.0 and not wrist.gaps


def test_the_demo_is_the_same_every_time_and_other_with_another_seed(demo: Recording) -> None:
    assert demo.sha256 == simulate_demo(seed=7).sha256
    other = simulate_demo(seed=8)
    assert other.sha256 != demo.sha256 and other.id == "demo-8"


def test_the_demos_truth_tiles_it(demo: Recording) -> None:
    activities = [a for a in demo.annotations if not a.label.startswith("sound:")]
    assert [a.label for a in activities] == [activity for activity, _, _ in SCRIPT]
    assert activities[0].start_s == 0.0 and activities[-1].end_s == demo.duration_s
    assert all(a.end_s == b.start_s for a, b in itertools.pairwise(activities))


def test_the_demos_physics(demo: Recording) -> None:
    """At rest gravity alone; steps at the stated cadence; sound where something sounds."""
    wrist, sound = demo.streams
    for phase, (_, _, heard) in zip(phases(), SCRIPT, strict=True):
        middle = wrist.between(phase.start_s + 3, phase.end_s - 3)
        loud = 20 * np.log10(np.sqrt(np.mean(sound.between(phase.start_s + 3, phase.end_s - 3) ** 2)))
        if phase.activity in ("sitting", "standing"):
            assert np.sqrt((middle[:3] ** 2).sum(axis=0)).mean() == pytest.approx(9.81, abs=0.1)
        assert loud > -45 if heard else loud < -55
        if phase.activity in ("walking", "running"):
            spectrum = np.abs(np.fft.rfft(middle[:3] - middle[:3].mean(axis=1, keepdims=True), axis=1)).sum(axis=0)
            frequencies = np.fft.rfftfreq(middle.shape[1], 1 / 50)
            band = (frequencies > 1.5) & (frequencies < 3.5)
            step_hz = float(frequencies[band][spectrum[band].argmax()])
            assert step_hz == pytest.approx(1.88 if phase.activity == "walking" else 2.66, abs=0.15)
