"""LIMU-BERT: the published size, windows as published, spans that cover what they should, and a run that goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.limubert import LimuBertConfig, LimuBertForReconstruction, LimuBertModel, train_limubert, windows_of
from models.limubert.masking import span_masks
from models.limubert.windows import averaged
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


def test_a_stopped_run_goes_on_to_the_same_weights(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.limubert import training

    fit, check = training.training_windows(data_dir, sets=("hapt",))
    assert not {w.subject for w in fit + check} & HELD_OUT_SUBJECTS["hapt"]
    assert not {w.subject for w in fit} & {w.subject for w in check}
    monkeypatch.setattr(training, "training_windows", lambda *a, **k: (fit[::40], check[::40]))
    straight = train_limubert(data_dir, tmp_path / "a", epochs=20, device="cpu")

    class Stop(Exception):
        pass

    def stop(text: str, share: float) -> None:
        if share >= 0.55:
            raise Stop

    with pytest.raises(Stop):
        train_limubert(data_dir, tmp_path / "b", epochs=20, device="cpu", progress=stop)
    assert not (tmp_path / "b" / "model.safetensors").exists()
    again = train_limubert(data_dir, tmp_path / "b", epochs=20, device="cpu")
    assert (tmp_path / "a" / "model.safetensors").read_bytes() == (tmp_path / "b" / "model.safetensors").read_bytes()
    assert straight.validation_mse == again.validation_mse
    with pytest.raises(UserError, match="other settings"):
        train_limubert(data_dir, tmp_path / "b", epochs=21, device="cpu")
