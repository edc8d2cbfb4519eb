"""Training: held-out people are never read, a stopped run goes on bit for bit, and the loss asks only what a set knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models.motion import LEAVES, MotionClassifier, MotionConfig, train_motion
from models.motion.modeling_motion import MotionEnsemble
from models.motion.subjects import VALIDATION_SUBJECTS
from models.motion.taxonomy import KINDS, indices, known_leaves
from models.motion.training.augment import Augmentation, augmented, low_passed
from models.motion.training.corpus import Corpus, Run, TrainingStream, assemble, read_corpus, training_recordings
from models.motion.training.learner import Recipe
from models.motion.training.loss import masked_loss
from models.motion.training.sampling import WindowSampler
from models.motion.training.stages import groups
from models.rotations import rotations
from recordings import UserError
from recordings.datasets import DATASETS, HELD_OUT_SUBJECTS


def tiny_corpus() -> Corpus:
    """Two people each at the waist and the wrist, one of them a validation subject; a few seconds an activity."""
    rng = np.random.default_rng(7)
    streams = []
    for source, dataset, position, who, labels in (
        ("hapt", "hapt", "waist", ("1", "3"), ("walking", "sitting")),
        ("wisdm_watch", "wisdm", "wrist", ("1600", "1606"), ("typing", "stairs")),
    ):
        for subject in who:
            base = np.array([9.8, 0.5, 0.3, 0, 0, 0])[:, None]
            still = base + rng.normal(0, 0.05, (6, 600))
            moving = base + np.sin(np.arange(600) / 4.0) * rng.uniform(0.5, 2.0, (6, 1))
            runs = (Run(0, 600, labels[1]), Run(600, 1200, labels[0]))
            samples = np.concatenate([still, moving], axis=1).astype(np.float32)
            streams.append(TrainingStream(source, dataset, position, subject, f"{source}-{subject}", samples, runs))
    return assemble(streams, 50.0)


TINY = MotionConfig(stem_width=4, widths=(4, 4, 4), statistics_size=4, embedding_size=8, position_size=2, members=2)
RECIPE = Recipe(batch_size=8, epoch_window_s=2.0)


def train(folder: Path, **options: object) -> None:
    train_motion(
        Path("nowhere"),
        folder,
        seed=3,
        epochs=2,
        config=TINY,
        recipe=RECIPE,
        corpus=tiny_corpus(),
        folds=2,
        device="cpu",
        **options,  # type: ignore[arg-type]
    )


def test_a_stopped_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    train(tmp_path / "whole")
    for _ in range(13):
        train(tmp_path / "parts", stop_after_epochs=1)
    whole, parts = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    for name in whole:
        assert torch.equal(whole[name], parts[name]), name
    assert (tmp_path / "whole" / "training.json").read_text() == (tmp_path / "parts" / "training.json").read_text()
    assert not [p for p in (tmp_path / "whole").iterdir() if p.suffix in {".bin", ".pt", ".pkl", ".new"}]


def test_a_trained_folder_is_a_checkpoint_with_a_card(tmp_path: Path) -> None:
    said: list[tuple[str, float]] = []
    train(tmp_path, progress=lambda text, share: said.append((text, share)))
    shares = [share for _, share in said]
    assert shares == sorted(shares) and shares[-1] == 1.0
    model = MotionClassifier.from_pretrained(tmp_path, device="cpu")
    assert model.revision.startswith("motion-s3-e2-") and model.embedding_size == 16
    assert set(model.model.config.temperatures) == set(KINDS)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "Not for commercial use" in card and "1631" in card and "macro-F1" in card


def test_other_settings_do_not_go_on_from_a_run(tmp_path: Path) -> None:
    train(tmp_path, stop_after_epochs=1)
    with pytest.raises(UserError, match="other settings"):
        train_motion(
            tmp_path,
            tmp_path,
            seed=4,
            epochs=2,
            config=TINY,
            recipe=RECIPE,
            corpus=tiny_corpus(),
            folds=2,
            device="cpu",
        )


def test_another_seed_gives_other_weights(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 4)):
        train_motion(
            tmp_path,
            tmp_path / name,
            seed=seed,
            epochs=1,
            config=TINY,
            recipe=RECIPE,
            corpus=tiny_corpus(),
            folds=2,
            device="cpu",
        )
    a, b = (load_file(tmp_path / name / "model.safetensors") for name in "ab")
    assert not torch.equal(a["members.0.stem.0.weight"], b["members.0.stem.0.weight"])
    assert not torch.equal(a["members.0.stem.0.weight"], a["members.1.stem.0.weight"])


def test_processes_can_share_the_work_of_one_folder(tmp_path: Path) -> None:
    train(tmp_path / "alone")
    for names in (["final-1", "fold1-0"], ["final-0", "fold0-0", "fold0-1", "fold1-1"]):
        train(tmp_path / "shared", only=names)
        assert not (tmp_path / "shared" / "model.safetensors").exists()
    train(tmp_path / "shared")
    alone, shared = (load_file(tmp_path / name / "model.safetensors") for name in ("alone", "shared"))
    assert all(torch.equal(alone[name], shared[name]) for name in alone)


def test_a_pool_answers_with_the_mean_of_its_networks(tmp_path: Path) -> None:
    train(tmp_path)
    pool = MotionClassifier.from_pretrained(tmp_path, device="cpu").model
    assert isinstance(pool, MotionEnsemble)
    windows = torch.randn(3, 6, 128, generator=torch.Generator().manual_seed(0)) * 4
    given = (windows, torch.tensor([0, 3, 4]), torch.tensor([True, False, True]))
    with torch.inference_mode():
        each = [member(*given) for member in pool.members]
        found = pool(*given)
    torch.testing.assert_close(found.logits, (each[0].logits + each[1].logits) / 2)
    torch.testing.assert_close(found.embedding, torch.cat([one.embedding for one in each], dim=1))


def test_every_training_person_is_left_out_once() -> None:
    corpus = tiny_corpus()
    left_out = groups(corpus, 2)
    assert sorted(who for fold in left_out for who in fold["hapt"]) == ["1", "3"]
    assert not left_out[0]["wisdm"] & left_out[1]["wisdm"]
    with pytest.raises(ValueError, match="3 folds of 2 people"):
        groups(corpus, 3)


def test_the_loss_asks_only_what_a_set_can_know() -> None:
    known = torch.zeros(1, len(LEAVES), dtype=torch.bool)
    known[0, indices(known_leaves("wisdm"))] = True
    target = torch.zeros_like(known)
    target[0, indices(["stairs"])] = True
    logits = torch.zeros(1, len(LEAVES), requires_grad=True)
    masked_loss(logits, target, known).backward()  # type: ignore[no-untyped-call]
    grad = logits.grad
    assert grad is not None
    up, down = indices(["stairs"])
    assert grad[0, up] == pytest.approx(grad[0, down]) and grad[0, up] < 0
    told, untold = grad[0, LEAVES.index("typing")], grad[0, LEAVES.index("lying")]
    assert told > 5 * untold > 0  # what the set never recorded is hardly pushed
    better = torch.zeros(1, len(LEAVES))
    better[0, up] = 3.0
    assert masked_loss(better, target, known) < masked_loss(torch.zeros(1, len(LEAVES)), target, known)


def test_batches_come_from_labelled_runs_at_every_length() -> None:
    sampler = WindowSampler(tiny_corpus())
    rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
    lengths = set()
    for _ in range(40):
        batch = sampler.draw(rng, generator, 16)
        lengths.add(batch.windows.shape[2])
        assert batch.windows.dtype == torch.float32 and batch.windows.isfinite().all()
        assert (batch.target & ~batch.known).sum() == 0 and batch.target.any(dim=1).all()
    assert lengths >= {100, 128, 250}


def test_augmentation_turns_known_positions_by_at_most_thirty_degrees() -> None:
    generator = torch.Generator().manual_seed(0)
    windows = torch.zeros(400, 6, 100)
    windows[:, 0] = 9.80665
    plan = Augmentation(noise_ms2=0.0, scale=0.0, forget_position=0.5)
    out, positions, has_gyro = augmented(
        windows, torch.full((400,), 4), torch.zeros(400, dtype=torch.bool), plan, generator
    )
    cosine = out[:, 0].mean(dim=1) / 9.80665
    assert (cosine[positions == 4] > np.cos(np.pi / 6) - 1e-3).all()
    assert 0.35 < (positions == 0).float().mean() < 0.65 and cosine[positions == 0].min() < -0.5
    assert 0.8 < has_gyro.float().mean() < 0.96


def test_rotations_and_low_pass_are_what_they_say() -> None:
    turn = rotations(torch.tensor([[0.0, 0.0, 2.0]]), torch.tensor([np.pi / 2], dtype=torch.float32))
    torch.testing.assert_close(
        turn[0] @ torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]), atol=1e-6, rtol=0
    )
    t = torch.arange(256) / 50.0
    slow, fast = torch.sin(2 * np.pi * 2 * t), torch.sin(2 * np.pi * 18 * t)
    kept = low_passed((slow + fast)[None, None], torch.tensor([0.4]))[0, 0]
    assert (kept - slow)[10:-10].square().mean() < 0.02 < fast.square().mean()


@pytest.mark.data
def test_held_out_subjects_are_never_read(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, str]] = []
    for name in VALIDATION_SUBJECTS:
        chosen = DATASETS[name]
        real = type(chosen).open

        def watched(self: object, key: str, folder: Path, name: str = name, real: object = real) -> object:
            who = DATASETS[name].subject_of(key, folder)
            opened.append((name, who))
            # Reading every sample would take long; the first recording of each person proves that the door is open.
            return real(self, key, folder) if opened.count((name, who)) == 1 else None  # type: ignore[operator]

        monkeypatch.setattr(type(chosen), "open", watched)
    for name in VALIDATION_SUBJECTS:
        for _ in training_recordings(name, data_dir):
            pass
    people = {name: {who for n, who in opened if n == name} for name in VALIDATION_SUBJECTS}
    for name, who in people.items():
        assert not who & HELD_OUT_SUBJECTS[name]
        assert VALIDATION_SUBJECTS[name] < who and not VALIDATION_SUBJECTS[name] & HELD_OUT_SUBJECTS[name]
        assert len(who) + len(HELD_OUT_SUBJECTS[name]) == DATASETS[name].card.subjects


@pytest.mark.data
def test_the_corpus_turns_the_watch_that_is_worn_upside_down(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [
        f"{who}/watch/{a}" for who in ("1600", "1604", "1612", "1622") for a in ("standing", "eating_soup", "writing")
    ]
    for name in VALIDATION_SUBJECTS:
        monkeypatch.setattr(
            type(DATASETS[name]), "keys", lambda self, folder, name=name: keys if name == "wisdm" else []
        )
    corpus = read_corpus(data_dir, 50.0)
    sign = {s.key: float(np.sign(np.median(s.samples[1]))) for s in corpus.streams}
    assert set(sign.values()) == {-1.0}, sign  # as recorded, 1622's y axis points the other way
