"""Training: what is true of what, who is left out, and that a stopped run goes on bit for bit."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models.motion.subjects import VALIDATION_SUBJECTS
from models.motion.training.corpus import Corpus, Run, TrainingStream, assemble
from models.motion.training.sampling import WindowSampler
from models.sensorlm import SensorReader
from models.sensorlm.axes import TRUNK, upright
from models.sensorlm.configuration_sensorlm import PLACEMENTS, SensorLMConfig
from models.sensorlm.training import CaptionPlan, Recipe, train_decoder, train_sensorlm
from models.sensorlm.training.decoder import SECTION
from models.sensorlm.training.finish import best_match
from models.sensorlm.training.pairs import LABELS, draw_pairs, labels_of, read_streams, relation, truth_of
from recordings import UserError

RECIPE = Recipe(batch_size=12, epoch_windows=24)
SHAPE = SensorLMConfig(
    width=16, depth=1, heads=2, inner_size=16, embedding_size=8, text_depth=1, detail_rank=16, detail_sizes=(4, 4),
    known_labels=("walking", "sitting"), known_phrases=("walking", "sitting"),
)  # fmt: skip


class Hashing:
    """Sentence vectors without a language model: a different one for every sentence, always the same."""

    size = 384

    def embed(self, sentences):
        seeds = [int(hashlib.sha256(s.encode()).hexdigest()[:8], 16) for s in sentences]
        return np.stack([np.random.default_rng(s).normal(size=384) for s in seeds]).astype(np.float32)


def made_up(subject: str, label: str, seed: int) -> TrainingStream:
    rng = np.random.default_rng(seed)
    at = np.arange(1500) / 50
    samples = 0.2 * rng.normal(size=(6, 1500))
    samples[0] += 9.8
    if label == "walking":
        samples[0] += 3 * np.sin(2 * np.pi * 1.9 * at)
    return TrainingStream("usc_had", "usc_had", "hip", subject, f"{subject}-{label}", samples.astype(np.float32), (Run(0, 1500, label),))  # fmt: skip


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    people = ("1", "2", *sorted(VALIDATION_SUBJECTS["usc_had"]))
    return assemble([made_up(who, label, i) for i, who in enumerate(people) for label in ("walking", "sitting")], 50.0)


def trained(corpus: Corpus, folder: Path, **more: object):
    return train_sensorlm(Path(), folder, corpus=corpus, config=SHAPE, recipe=RECIPE, embedder=Hashing(), device="cpu", **{"epochs": 3, **more})  # fmt: skip


def test_what_is_true_of_what():
    table = relation()

    def told(window: str, text: str) -> int:
        return int(table[LABELS.index(window), LABELS.index(text)])

    assert told("sitting", "sitting") == 1 and told("sitting", "standing") == -1
    assert told("walking_upstairs", "stairs") == 1 and told("stairs", "walking_upstairs") == 0
    assert told("walking_left", "walking") == 1 and told("walking", "walking_left") == 0
    assert told("walking_left", "walking_right") == -1 and told("running", "stairs") == -1


def test_a_text_with_numbers_is_false_of_other_activities_alone():
    labels = np.array([LABELS.index(label) for label in ("sitting", "sitting", "running")])
    truth = truth_of(labels, np.zeros(3, np.int64), np.zeros(3, bool), detailed=1)
    assert truth[:, 0].tolist() == [1, 0, -1] and truth[:, 1].tolist() == [1, 1, -1]


def test_a_text_that_names_a_place_is_false_elsewhere_and_unknown_where_nobody_says():
    labels = np.array([LABELS.index("sitting")] * 4)
    places = np.array([PLACEMENTS.index(p) for p in ("hip", "wrist", "trunk", "hip")])
    truth = truth_of(labels, places, np.array([True, False, False, False]), detailed=0)
    assert truth[:, 0].tolist() == [1, -1, 0, 1] and truth[:, 1].tolist() == [1, 1, 1, 1]


def test_pairs_come_from_the_seed_and_numbers_from_the_window(corpus: Corpus):
    def drawn():
        rng, draws = np.random.default_rng(5), torch.Generator().manual_seed(5)
        return draw_pairs(WindowSampler(corpus), CaptionPlan(detailed=0.5), rng, draws, Random(5), 16)

    one, two = drawn(), drawn()
    assert one.texts == two.texts and one.written == two.written
    # What a decoder is to write of a window stands in the window's caption, and is of one level.
    assert all(text in whole for (_, text), whole in zip(one.written, one.texts, strict=True))
    assert {level for level, _ in one.written[:8]} > {"statistical"} and {level for level, _ in one.written[8:]} == {
        "semantic"
    }
    assert torch.equal(one.batch.windows, two.batch.windows)
    assert torch.equal(one.truth.diagonal(), torch.ones(16, dtype=torch.int8))
    assert bool(one.batch.has_gyro[:8].all())
    assert {int(p) for p in one.batch.placement} <= {0, 1, TRUNK}
    from models.sensorlm.captions.sentence import printed
    from models.sensorlm.captions.statistical import statistic
    from models.sensorlm.reading import numbers_of

    for text, window in zip(one.texts[:8], one.batch.windows[:8].numpy(), strict=True):
        if text.startswith("For acceleration"):
            mean = printed(statistic(window[0].astype(np.float64), "mean"), 2)
            assert mean in numbers_of(text)


def test_windows_with_numbers_come_several_from_a_run():
    """Each stream has a level of its own, so that a window tells where it is from."""
    streams = []
    for i in range(30):
        samples = np.zeros((6, 1500), np.float32)
        samples[0] = i
        streams.append(TrainingStream("usc_had", "usc_had", "hip", str(i), f"{i}-sitting", samples, (Run(0, 1500, "sitting"),)))  # fmt: skip
    sampler = WindowSampler(assemble(streams, 50.0))
    drawn = sampler.draw(np.random.default_rng(0), torch.Generator().manual_seed(0), 40, alike=24, of_a_run=8)
    source = drawn.windows[:, 0, 0].round().int().tolist()
    assert all(len(set(source[i : i + 8])) == 1 for i in (0, 8, 16)) and len(set(source[:24])) > 1
    assert len(set(source[24:])) > 6


def test_labels_are_told_from_their_leaves(corpus: Corpus):
    sampler = WindowSampler(corpus)
    batch = sampler.draw(np.random.default_rng(0), torch.Generator().manual_seed(0), 8)
    names = {LABELS[i] for i in labels_of(batch.target)}
    assert names <= {"walking", "sitting"}


def test_a_stopped_run_goes_on_bit_for_bit(corpus: Corpus, tmp_path: Path):
    whole = trained(corpus, tmp_path / "whole")
    first = trained(corpus, tmp_path / "parts", stop_after_epochs=1)
    assert first.epochs == 1 and not (tmp_path / "parts" / "model.safetensors").exists()
    second = trained(corpus, tmp_path / "parts", epochs=None)
    assert second.epochs == whole.epochs == 3
    a, b = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "parts"))
    assert all(torch.equal(a[k], b[k]) for k in a) and set(a) == set(b)
    assert whole.validation == second.validation and 0 <= whole.validation["auroc/usc_had"] <= 1
    # A finished run asked again has nothing to do, and writes the same checkpoint.
    assert trained(corpus, tmp_path / "whole").validation == whole.validation
    card = (tmp_path / "whole" / "README.md").read_text(encoding="utf-8")
    assert "| 1, 2 |" in card and "5, 11" in card
    assert json.loads((tmp_path / "whole" / "training.json").read_text())["train_subjects"] == {"usc_had": ["1", "2"]}


def test_a_run_of_other_settings_is_refused(corpus: Corpus, tmp_path: Path):
    trained(corpus, tmp_path, stop_after_epochs=1)
    with pytest.raises(UserError, match="other settings"):
        trained(corpus, tmp_path, seed=1)


def test_a_decoder_is_learnt_on_towers_that_stay_as_they_are(corpus: Corpus, tmp_path: Path):
    trained(corpus, tmp_path / "base")

    def written(name: str, **more: object):
        return train_decoder(Path(), tmp_path / name, tmp_path / "base", corpus=corpus, recipe=RECIPE, embedder=Hashing(), device="cpu", **{"epochs": 2, **more})  # fmt: skip

    whole = written("whole")
    assert whole.epochs == 2 and 0 <= whole.validation["activity/usc_had"] <= 1 and "near/usc_had" in whole.validation
    base, mine = (load_file(tmp_path / name / "model.safetensors") for name in ("base", "whole"))
    assert all(torch.equal(base[name], mine[name]) for name in base)
    assert {name.partition(".")[0] for name in set(mine) - set(base)} == {"decoder"}
    assert sum(mine[name].numel() for name in set(mine) - set(base)) == whole.parameters
    reader = SensorReader.from_pretrained(tmp_path / "whole", device="cpu")
    assert reader.writes and reader.revision.startswith("sensorlm-s0-e3-d2-")
    # Stopped and gone on with: the same weights, and the decoder did learn.
    assert not (written("parts", stop_after_epochs=1).output_dir / "model.safetensors").exists()
    written("parts", epochs=None)
    parts = load_file(tmp_path / "parts" / "model.safetensors")
    assert all(torch.equal(mine[name], parts[name]) for name in mine)
    assert not torch.equal(mine["decoder.embed.weight"], load_file(written("one", epochs=1).output_dir / "model.safetensors")["decoder.embed.weight"])  # fmt: skip
    card = (tmp_path / "whole" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# SensorLM for short motion windows") and SECTION in card and "| usc_had |" in card
    facts = json.loads((tmp_path / "whole" / "training.json").read_text())
    assert facts["train_subjects"] == {"usc_had": ["1", "2"]} and facts["decoder"]["epochs"] == 2
    with pytest.raises(UserError, match="other settings"):
        written("parts", seed=1)
    with pytest.raises(UserError, match="objective sigmoid, for a decoder"):
        train_decoder(Path(), tmp_path / "again", tmp_path / "whole", corpus=corpus, epochs=1)
    (tmp_path / "base" / "training.json").unlink()
    with pytest.raises(UserError, match=r"its training\.json"):
        written("cardless")


def test_a_decoder_never_meets_what_its_towers_were_kept_from(corpus: Corpus, tmp_path: Path):
    from models.sensorlm.training.decoder import _plan_of

    trained(corpus, tmp_path, plan=CaptionPlan(without_classes=("standing",), without_sets=("hapt",)))
    assert (_plan_of(tmp_path).without_classes, _plan_of(tmp_path).without_sets) == (("standing",), ("hapt",))


def test_the_best_match_is_found():
    odds = np.array([3.0, 2.0, 1.0, -1.0, 2.5], dtype=np.float32)
    behind = np.array([0.0, 0.0, 0.0, 9.0, 8.0], dtype=np.float32)
    truth = np.array([True, True, True, False, False])
    best = best_match(odds, behind, truth)
    assert best["f1"] == 1.0 and best["log_odds"] == 1.0 and best["behind"] < 8


def test_the_pocket_is_turned_upright():
    samples = np.zeros((6, 4), np.float32)
    samples[1] = -9.8
    assert np.allclose(upright(samples, "pocket")[0], 9.8) and upright(samples, "hip") is samples


@pytest.mark.data
def test_left_out_sets_and_classes_are_never_read(data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    from models.sensorlm.training import pairs
    from recordings.datasets import HELD_OUT_SUBJECTS

    asked: list[str] = []
    real = pairs.training_recordings

    def few(name: str, folder: Path):
        asked.append(name)
        for number, recording in enumerate(real(name, folder)):
            if number > 6:
                break
            yield recording

    monkeypatch.setattr(pairs, "training_recordings", few)
    plan = CaptionPlan(sets=("hapt", "usc_had"), without_sets=("usc_had",), without_classes=("standing",))
    found = read_streams(data_dir, 50.0, plan)
    assert asked == ["hapt"] and found.streams
    assert not any(run.label == "standing" for s in found.streams for run in s.runs)
    assert not any(s.subject in HELD_OUT_SUBJECTS["hapt"] for s in found.streams)
    assert any(run.label == "standing" for s in read_streams(data_dir, 50.0, replace(plan, without_classes=())).streams for run in s.runs)  # fmt: skip
