"""The SensorLM that ships, on a person whom no weight has seen."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from models.motion.processing_motion import cut
from models.sensorlm import SensorReader, WordLabels
from models.sensorlm.captions import window_caption
from recordings import Span
from recordings.datasets import HELD_OUT_SUBJECTS, dataset

WORDS = ("walking", "walking_upstairs", "walking_downstairs", "sitting", "standing", "lying")


def test_a_stranger_is_read_by_words(data_dir: Path) -> None:
    hapt = dataset("hapt")
    key = next(k for k in hapt.keys(data_dir) if hapt.subject_of(k, data_dir) in HELD_OUT_SUBJECTS["hapt"])
    recording = hapt.open(key, data_dir)
    marks = [
        a for a in recording.annotations if a.label.replace("laying", "lying") in WORDS and a.end_s - a.start_s > 4
    ]
    spans = [Span((a.start_s + a.end_s) / 2 - 1.28, (a.start_s + a.end_s) / 2 + 1.28) for a in marks]
    reader = SensorReader.from_pretrained()
    said = reader.predict(recording.streams[0], spans, WORDS)
    right = [WORDS[int(row.argmax())] == a.label.replace("laying", "lying") for row, a in zip(said.probabilities, marks, strict=True)]  # fmt: skip
    assert np.mean(right) >= 0.7
    # "climbing the stairs" is nobody's label: words that training never used find their like.
    stairs = reader.log_odds(said.embeddings, reader.texts(["Somebody is climbing the stairs."]))[:, 0]
    climbing = np.array(["stairs" in a.label for a in marks])
    assert np.median(stairs[climbing]) > np.median(stairs[~climbing]) + 1
    expert = WordLabels(reader)
    assert 0 < expert.fusion_weight <= 1 and expert.predict(recording.streams[0], spans[:1]).probabilities.shape == (1, len(expert.labels))  # fmt: skip


@pytest.mark.parametrize("level", ["statistical", "structural"])
def test_a_stranger_s_window_is_found_by_its_caption(data_dir: Path, level: str) -> None:
    hapt = dataset("hapt")
    key = next(k for k in hapt.keys(data_dir) if hapt.subject_of(k, data_dir) in HELD_OUT_SUBJECTS["hapt"])
    recording = hapt.open(key, data_dir)
    reader = SensorReader.from_pretrained()
    ready = reader.prepare(recording.streams[0])
    values = cut(ready, [20.0 + 5.12 * i for i in range(60)], 128).values
    words = Random(3)
    captions = [window_caption(window, [level], words).text for window in values]
    near = reader.vectors(values, "waist") @ reader.texts(captions).T
    ranks = (near >= np.diag(near)[:, None]).sum(axis=1)
    assert np.mean(ranks == 1) >= (0.95 if level == "statistical" else 0.6)
    assert np.mean(ranks <= 10) >= (1.0 if level == "statistical" else 0.9)
