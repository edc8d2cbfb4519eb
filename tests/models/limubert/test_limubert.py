"""LIMU-BERT: the published size, windows as published, spans that cover what they should, and a run that goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.limubert import (
    LabelledWindow,
    LimuBertConfig,
    LimuBertForReconstruction,
    LimuBertModel,
    train_limubert,
    training,
    windows_of,
)
from models.limubert.masking import span_masks
from models.limubert.measuring import fill_in
from models.limubert.windows import averaged
from models.training_state import FILE, saved_state
from recordings import UserError
from recordings.datasets import HELD_OUT_SUBJECTS, dataset


def test_the_published_size() -> None:
    assert sum(p.numel() for p in LimuBertForReconstruction(LimuBertConfig()).parameters()) == 62_646


def test_four_passes_share_one_layer_and_nothing_is_pooled() -> None:
    model = LimuBertModel(LimuBertConfig()).eval()
    x = torch.randn(2, 120, 6)
    assert model(x).shape == (2, 120, 72)
    model.config.layers = 1
    once = model(x)
    model.config.layers = 2
    assert not torch.allclose(once, model(x))


def test_fifty_milliseconds_are_averaged() -> None:
    at_100_hz = np.repeat(np.arange(4.0, dtype=np.float32), 5)[None] + np.tile([-1, 0, 1, 0, 0], 4).astype(np.float32)
    np.testing.assert_allclose(averaged(at_100_hz, 100.0, 4), [[0, 1, 2, 3]], atol=1e-6)
    at_20_hz = np.arange(4.0, dtype=np.float32)[None]
    np.testing.assert_array_equal(averaged(at_20_hz, 20.0, 4), at_20_hz)
    with_hole = np.array([[0.0, np.nan, np.nan, 3.0]], np.float32)
    np.testing.assert_allclose(averaged(with_hole, 20.0, 4), [[0, 1, 2, 3]], atol=1e-6)


def test_exactly_fifteen_percent_is_hidden_in_spans() -> None:
    masks = span_masks(np.random.default_rng(0), 500, 120)
    assert (masks.sum(axis=1) == 18).all()
    starts = (masks[:, 1:] & ~masks[:, :-1]).sum() + masks[:, 0].sum()
    assert 2.0 < masks.sum() / starts < 6.0  # lengths 1–10, geometric: about 3.4 before spans meet


def test_windows_are_in_g_inside_one_label(data_dir: Path) -> None:
    hapt = dataset("hapt")
    key = next(k for k in hapt.keys(data_dir) if hapt.subject_of(k, data_dir) == "1")
    found = list(windows_of(hapt.open(key, data_dir)))
    assert found and all(w.values.shape == (120, 6) for w in found)
    rest = [w for w in found if w.label in ("standing", "sitting", "lying")]
    size = np.linalg.norm(rest[0].values[:, :3].mean(axis=0))
    assert size == pytest.approx(1.0, abs=0.08)


def few(data_dir: Path) -> dict[str, list[LabelledWindow]]:
    hapt = dataset("hapt")
    keys = {hapt.subject_of(k, data_dir): k for k in hapt.keys(data_dir)}
    who = {"train": "1", "validation": "3", "test": "2"}
    return {side: list(windows_of(hapt.open(keys[one], data_dir)))[:24] for side, one in who.items()}


def test_people_are_on_one_side_alone(data_dir: Path) -> None:
    sides = training.split_by_subject(data_dir, sets=("hapt",))
    people = {side: {w.subject for w in windows} for side, windows in sides.items()}
    assert people["test"] == HELD_OUT_SUBJECTS["hapt"]
    assert not people["train"] & people["validation"] and not people["train"] & people["test"]


class Stop(Exception):
    pass


def stop(text: str, share: float) -> None:
    if text.startswith("step") and share >= 0.55:
        raise Stop


def test_a_stopped_run_goes_on_to_the_same_weights(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "split_by_subject", lambda *a, **k: few(data_dir))
    monkeypatch.setattr(training, "save_every_s", 0.0)
    straight = train_limubert(data_dir, tmp_path / "a", epochs=60, batch_size=8, device="cpu")
    with pytest.raises(Stop):
        train_limubert(data_dir, tmp_path / "b", epochs=60, batch_size=8, device="cpu", progress=stop)
    assert not (tmp_path / "b" / "model.safetensors").exists()
    again = train_limubert(data_dir, tmp_path / "b", epochs=60, batch_size=8, device="cpu")
    assert (tmp_path / "a" / "model.safetensors").read_bytes() == (tmp_path / "b" / "model.safetensors").read_bytes()
    assert again.train_mse == straight.train_mse
    card = (tmp_path / "a" / "README.md").read_text()
    assert "hapt, held-out subjects" in card and "straight line" in card
    with pytest.raises(UserError, match="other settings"):
        train_limubert(data_dir, tmp_path / "b", seed=9, epochs=60, batch_size=8, device="cpu")


def test_a_budgeted_run_that_was_stopped_keeps_its_length(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "split_by_subject", lambda *a, **k: few(data_dir))
    monkeypatch.setattr(training, "save_every_s", 0.0)
    with pytest.raises(Stop):
        train_limubert(data_dir, tmp_path, budget_minutes=0.02, batch_size=4, device="cpu", progress=stop)
    found = saved_state(tmp_path / FILE)
    assert found is not None
    length = found.settings["steps"]
    assert train_limubert(data_dir, tmp_path, budget_minutes=3.0, batch_size=4, device="cpu").steps == length


def test_a_straight_line_fills_in_a_straight_line() -> None:
    ramp = np.tile(np.linspace(0, 1, 120, dtype=np.float32)[None, :, None], (4, 1, 6))
    found = fill_in(LimuBertForReconstruction(LimuBertConfig()), ramp)
    inside = span_masks(np.random.default_rng(0), 4, 120)
    edges = inside[:, 0].any() or inside[:, -1].any()
    assert found.line < (1e-2 if edges else 1e-9) and found.line < found.mean
