"""The shipped encoder and checkpoints of SensorLLM on real samples of people they never met, with the real language model."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from apps.experts import describer_beside
from evals.tasks.captions.language_models import sensorllm
from evals.tasks.captions.segments import lengths_of
from evals.tasks.captions.segments import test_segments as segments_of_test_people
from models.chronos import ChronosEmbedder
from models.sensorllm import SHIPPED, SensorLLM, load_frozen, shipped_checkpoints
from models.sensorllm.checkpoints import load_trained
from models.sensorllm.data import WINDOW_PROTOCOLS, parse_trend_answer, split_recordings, trend_facts
from recordings import Span, UserError
from recordings.datasets import HELD_OUT_SUBJECTS


@pytest.fixture(scope="module")
def tuned() -> SensorLLM:
    try:
        frozen = load_frozen(offline=True)
    except UserError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("the embedded language model is not cached")
    return SensorLLM.from_pretrained("hapt", frozen=frozen)


def test_what_is_shipped_fits_together_and_met_no_held_out_person() -> None:
    assert {"align", "hapt"} <= set(shipped_checkpoints())
    encoder = ChronosEmbedder.from_pretrained()
    for name in shipped_checkpoints():
        config = load_trained(SHIPPED / name).config
        assert config.encoder_revision == encoder.revision
        for dataset, who in config.subjects.items():
            assert not set(who) & set(HELD_OUT_SUBJECTS[dataset])
        assert "Not for commercial use" in (SHIPPED / name / "README.md").read_text()


def test_trends_of_people_never_met_are_read_nearly_right(tuned: SensorLLM, data_dir: Path) -> None:
    """Twelve short segments of hapt: nearly every step, and every text tiles its samples."""
    model = describer_beside(tuned)
    assert model is not tuned and model.frozen is tuned.frozen
    samples = segments_of_test_people("hapt", data_dir, lengths_of("5-30"), 12, 1)
    texts = model.describe([s.series for s in samples], 50.0, [s.channel for s in samples])
    right, whole = [], []
    for sample, text in zip(samples, texts, strict=True):
        said = parse_trend_answer(text)
        shown = trend_facts(sample.series, 50.0, "x-axis accelerometer")
        assert (said.start_s, said.end_s) == (0.0, shown.end_s)
        middles = (np.arange(len(sample.series) - 1) + 0.5) / 50.0
        words = [
            [next(s.trend for s in f.segments if s.start_s <= m < s.end_s) for m in middles] for f in (said, shown)
        ]
        right.append(np.mean([a == b for a, b in zip(*words, strict=True)]))
        whole.append(said.overall == shown.overall)
    assert np.mean(right) > 0.98
    assert np.mean(whole) == 1


def test_captions_ask_a_checkpoint_by_its_folder_and_audit_whom_it_met(tuned: SensorLLM, data_dir: Path) -> None:
    name = f"sensorllm (read in pieces)@{SHIPPED / 'align'}"
    by_folder = sensorllm([name, "sensorllm (constrained)", "sensorllm (read in pieces)"])
    # The slow one last, whichever checkpoint it is of.
    assert [c.name for c in by_folder] == [name, "sensorllm (read in pieces)", "sensorllm (constrained)"]
    met = load_trained(SHIPPED / "align").config.subjects
    assert by_folder[0].learnt_from == {f"{dataset}/{who}" for dataset, people in met.items() for who in people}
    samples = segments_of_test_people("hapt", data_dir, lengths_of("5-8"), 2, 1)
    assert by_folder[0].write(samples) == by_folder[1].write(samples)


def test_activities_of_a_person_never_met_are_better_than_guessed(tuned: SensorLLM, data_dir: Path) -> None:
    recording = next(iter(split_recordings("hapt", data_dir, {"test"})))
    spans, truth = [], []
    for label in WINDOW_PROTOCOLS["hapt"].classes:
        for annotation in [a for a in recording.annotations if a.label == label and a.end_s - a.start_s > 4][:2]:
            middle = (annotation.start_s + annotation.end_s) / 2
            spans.append(Span(middle - 1.28, middle + 1.28))
            truth.append(label)
    said = tuned.predict(recording.streams[0], spans)
    assert said.usable.all()
    found = [tuned.labels[i] for i in said.probabilities.argmax(axis=1)]
    assert len(truth) >= 6
    assert np.mean([a == b for a, b in zip(found, truth, strict=True)]) > 0.5
