"""The shipped motion checkpoint on real recordings of people that it has never seen."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from models.motion import MotionClassifier
from models.motion.protocols import PROTOCOLS, protocol_of
from recordings.datasets import is_held_out, open_dataset_recording

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def shipped() -> MotionClassifier:
    return MotionClassifier.from_pretrained()


@pytest.mark.parametrize(
    ("keys", "floor"),
    [
        (["hapt:exp03", "hapt:exp18"], 0.85),
        (["motionsense:s1/t7", "motionsense:s5/t9", "motionsense:s9/t5", "motionsense:s13/t3"], 0.8),
        (["usc_had:s13/a1/t1", "usc_had:s13/a6/t1", "usc_had:s13/a10/t1", "usc_had:s13/a8/t1"], 0.75),
        (["wisdm:1631/watch/typing", "wisdm:1632/watch/jogging", "wisdm:1634/watch/clapping"], 0.7),
    ],
)
def test_it_beats_chance_by_far_on_people_it_has_never_seen(
    shipped: MotionClassifier, data_dir: Path, keys: list[str], floor: float
) -> None:
    right = total = 0
    for key in keys:
        recording = open_dataset_recording(key, data_dir)
        assert is_held_out(recording.dataset or "", recording.subject or "")
        protocol = protocol_of(recording)
        pairs = protocol.windows(recording)
        found = shipped.predict(recording.streams[0], [w.span for w, _ in pairs], labels=protocol.classes)
        top = [found.labels[i] for i in found.probabilities.argmax(axis=1)]
        right += sum(guess == label for guess, (_, label) in zip(top, pairs, strict=True))
        total += len(pairs)
    assert right / total >= floor, f"{right} of {total} windows"


def test_a_watch_turned_by_180_degrees_gets_the_same_answer(shipped: MotionClassifier, data_dir: Path) -> None:
    recording = open_dataset_recording("wisdm:1631/watch/typing", data_dir)
    stream = recording.streams[0]
    signs = np.array([-1, -1, 1, -1, -1, 1], dtype=np.float32)[:, None]
    other = dataclasses.replace(stream, samples=stream.samples * signs)
    spans = [w.span for w, _ in PROTOCOLS["wisdm_watch"].windows(recording)]
    a, b = shipped.predict(stream, spans), shipped.predict(other, spans)
    np.testing.assert_allclose(a.probabilities, b.probabilities, atol=1e-4)
    assert shipped.prepare(other, "wrist").steps[-1].warning


def test_half_the_rate_hardly_changes_real_answers(shipped: MotionClassifier, data_dir: Path) -> None:
    from recordings import resample

    recording = open_dataset_recording("usc_had:s13/a1/t1", data_dir)
    stream = recording.streams[0]
    spans = [w.span for w, _ in PROTOCOLS["usc_had"].windows(recording)][1:-2]
    a = shipped.predict(stream, spans)
    for rate_hz in (50.0, 25.0, 20.0):
        b = shipped.predict(resample(stream, rate_hz), spans)
        assert np.abs(a.probabilities - b.probabilities).mean() < 0.03, rate_hz


def test_without_a_gyroscope_it_still_knows_postures(shipped: MotionClassifier, data_dir: Path) -> None:
    recording = open_dataset_recording("hapt:exp03", data_dir)
    full = recording.streams[0]
    stream = dataclasses.replace(full, channels=full.channels[:3], units=full.units[:3], samples=full.samples[:3])
    pairs = PROTOCOLS["hapt"].windows(recording)
    found = shipped.predict(stream, [w.span for w, _ in pairs], labels=PROTOCOLS["hapt"].classes)
    top = [found.labels[i] for i in found.probabilities.argmax(axis=1)]
    assert np.mean([guess == label for guess, (_, label) in zip(top, pairs, strict=True)]) > 0.8
