"""Training: stopped and resumed is the same as not stopped; what the shipped weights can do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.audio import NONE_OF_THESE, SOUND_LABELS, SoundTagger, SoundTaggerConfig, TrainingSummary, train_audio
from models.audio.augment import augment
from models.audio.batches import load_sounds
from models.audio.clips import LabelledClip, shippable_clips
from models.audio.scoring import fit_temperature, macro_f1, predict_clips, score_labels
from models.audio.synthetic import unknown_sound
from recordings import UserError

TINY = {"widths": [4, 4, 8], "embedding_size": 8}


def few(data_dir: Path) -> list[LabelledClip]:
    """Two clips of each part for three labels."""
    rows = shippable_clips(data_dir)
    kept = []
    for label in ("dog_barking", "rain", NONE_OF_THESE):
        for part in ("train", "validation", "test"):
            kept += [row for row in rows if row.label == label and row.part == part][:2]
    return kept


def train(data_dir: Path, folder: Path, **options: object) -> TrainingSummary:
    arguments: dict[str, object] = {"epochs": 4, "batch_size": 4, "seed": 3, "device": "cpu", "clips": few(data_dir)}
    return train_audio(data_dir, folder, config=SoundTaggerConfig(**TINY), **(arguments | options))  # type: ignore[arg-type]


@pytest.mark.data
def test_a_stopped_run_resumes_to_the_same_weights(data_dir: Path, tmp_path: Path) -> None:
    whole = train(data_dir, tmp_path / "whole")
    stopped = train(data_dir, tmp_path / "parts", budget_minutes=0.0)
    assert (stopped.finished, stopped.epochs) == (False, 1)
    resumed = train(data_dir, tmp_path / "parts")
    assert (resumed.finished, resumed.epochs, resumed.resumed_from) == (True, 4, 1)
    first, second = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "parts"))
    assert first == second
    assert whole.test_macro_f1 == resumed.test_macro_f1
    assert (
        SoundTagger.from_pretrained(tmp_path / "whole").revision
        == SoundTagger.from_pretrained(tmp_path / "parts").revision
    )
    files = {path.name for path in (tmp_path / "parts").iterdir()}
    assert files == {"model.safetensors", "config.json", "README.md", "ATTRIBUTION.md", "training-state.safetensors"}


@pytest.mark.data
def test_another_runs_state_is_refused(data_dir: Path, tmp_path: Path) -> None:
    train(data_dir, tmp_path, epochs=1)
    with pytest.raises(UserError, match="same settings"):
        train(data_dir, tmp_path, epochs=1, seed=4)


def test_augmentation_is_seeded_and_stays_in_range() -> None:
    sound = unknown_sound(np.random.default_rng(0), 16000)
    for seed in range(30):
        once, twice = (augment(sound, np.random.default_rng(seed)) for _ in range(2))
        assert once.tobytes() == twice.tobytes()
        assert once.shape == sound.shape
        assert once.dtype == np.float32
        assert np.isfinite(once).all()
        assert np.abs(once).max() <= 1.5


def test_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((4000, 5))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = [int(rng.choice(5, p=row)) for row in honest]
    sharp = honest**2.5 / (honest**2.5).sum(axis=1, keepdims=True)
    assert fit_temperature(sharp.astype(np.float32), truth) == pytest.approx(2.5, rel=0.1)


def test_scores_of_a_known_case() -> None:
    scores = score_labels(["a", "b", "c"], ["a", "a", "b", "b"], ["a", "b", "b", "b"], ["1", "2", "3", "3"])
    assert set(scores) == {"a", "b"}
    assert (scores["a"].precision, scores["a"].recall, scores["a"].sources) == (1.0, 0.5, 2)
    assert scores["b"].f1 == pytest.approx(0.8)
    assert macro_f1(scores) == pytest.approx((2 / 3 + 0.8) / 2)


@pytest.mark.data
def test_the_shipped_tagger_beats_guessing_on_sources_it_never_heard(data_dir: Path) -> None:
    tagger = SoundTagger.from_pretrained(device="cpu")
    assert tagger.labels == SOUND_LABELS
    rows = [row for row in shippable_clips(data_dir) if row.part == "test"]
    truth, sources = [row.label for row in rows], [row.source for row in rows]
    guess = [tagger.labels[i] for i in predict_clips(tagger, load_sounds(data_dir, rows)).argmax(axis=1)]
    found = macro_f1(score_labels(tagger.labels, truth, guess, sources))
    majority = macro_f1(score_labels(tagger.labels, truth, [NONE_OF_THESE] * len(rows), sources))
    assert majority < 0.05
    assert found > 0.5


def test_the_shipped_checkpoint_is_small_and_has_its_card() -> None:
    from models.audio.tagger import SHIPPED

    files = {path.name for path in SHIPPED.iterdir()}
    assert files == {"model.safetensors", "config.json", "README.md", "ATTRIBUTION.md"}
    assert (SHIPPED / "model.safetensors").stat().st_size < 2_500_000
    card = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert all(label in card for label in SOUND_LABELS)
    assert json.loads((SHIPPED / "config.json").read_text(encoding="utf-8"))["softmax_temperature"] != 1.0


@pytest.mark.parametrize("kind", ["white", "tone", "silence"])
def test_what_is_no_sound_of_ours_is_none_of_these(kind: str) -> None:
    from models.audio.scoring import as_stream
    from recordings import Span

    t = np.arange(16000 * 3) / 16000
    sounds = {
        "white": 0.05 * np.random.default_rng(1).standard_normal(t.size),
        "tone": 0.2 * np.sin(2 * np.pi * 1000 * t),
        "silence": 0.0 * t,
    }
    tagger = SoundTagger.from_pretrained(device="cpu")
    prediction = tagger.predict(as_stream(sounds[kind].astype(np.float32)), [Span(0, 2.56)])
    assert tagger.labels[int(prediction.probabilities[0].argmax())] == NONE_OF_THESE
