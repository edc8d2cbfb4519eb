"""The time-series encoder: Chronos's token space behind a z-score, row by row, and its pretraining."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from models.chronos import ChronosEmbedder, token_ids
from models.chronos.binning import binning
from models.chronos.embedder import DUMMY, tiny_t5
from models.chronos.kernel_series import kernel_series
from models.chronos.series import SeriesBank, channels_of
from models.chronos.training import Recipe, batch_of, train_chronos
from recordings import UserError


def expected_ids(values: np.ndarray) -> list[int]:
    """The fact sheet's formula, written out: 4093 centres over [−15, 15], closed on the left, ids from 2 on."""
    wide = np.asarray(values, dtype=np.float64)
    z = (wide - wide.mean()) / np.sqrt(wide.var() + 1e-8)
    centres = np.linspace(-15, 15, 4093)
    edges = np.concatenate([[-1e20], (centres[1:] + centres[:-1]) / 2, [1e20]])
    return [int(np.searchsorted(edges, v, side="right")) + 2 for v in z]


def test_tokens_follow_the_formula_and_end_with_eos() -> None:
    values = np.array([9.81, 9.7, 10.4, 9.81, 3.0, 25.0])
    ids, present, rows = token_ids(binning(), [values])
    assert ids[0].tolist() == [*expected_ids(values), 1]
    assert present.all() and rows == [7]


def test_padding_is_on_the_left_missing_is_pad_and_only_the_last_512_are_read() -> None:
    short, holed, long = np.arange(3.0), np.array([1.0, np.nan, 3.0, 2.0]), np.arange(700.0)
    ids, present, rows = token_ids(binning(), [short, holed, long])
    assert ids.shape == (3, 513) and rows == [4, 5, 513]
    assert ids[0, :-4].eq(0).all() and not present[0, :-4].any()
    assert ids[1, -4].item() == 0 and not present[1, -4]
    assert ids[2, :-1].tolist() == expected_ids(long[-512:])


def test_a_constant_channel_is_the_middle_bin_and_scale_does_not_matter() -> None:
    ids, _, _ = token_ids(binning(), [np.full(5, 9.81)])
    assert set(ids[0, :-1].tolist()) == {expected_ids(np.zeros(5))[0]}
    noise = np.random.default_rng(0).standard_normal(40)
    one, two = (token_ids(binning(), [noise * scale + 100])[0] for scale in (1.0, 50.0))
    assert torch.equal(one, two)


def test_a_row_does_not_depend_on_its_batch() -> None:
    embedder = ChronosEmbedder.dummy()
    rng = np.random.default_rng(1)
    series = [rng.standard_normal(n) for n in (7, 90, 33)]
    together = embedder.encode(series)
    assert [len(rows) for rows in together] == [8, 91, 34]
    for values, rows in zip(series, together, strict=True):
        assert torch.allclose(embedder.encode([values])[0], rows, atol=1e-5)


def test_the_tiny_shape_is_the_published_one() -> None:
    config = tiny_t5()
    from transformers import T5EncoderModel

    assert sum(p.numel() for p in T5EncoderModel(config).parameters()) == 4_196_736
    assert (config.d_model, config.num_layers, config.num_heads, config.d_kv, config.d_ff) == (256, 4, 4, 64, 1024)


def test_kernel_series_are_finite_varied_and_repeat_with_the_seed() -> None:
    drawn = [kernel_series(np.random.default_rng(seed), 64) for seed in range(12)]
    assert all(np.isfinite(values).all() for values in drawn)
    assert not np.allclose(drawn[0], drawn[1])
    assert np.array_equal(drawn[3], kernel_series(np.random.default_rng(3), 64))


def test_channels_are_cut_at_gaps_and_the_still_ones_left_out() -> None:
    walk = np.cumsum(np.random.default_rng(0).standard_normal((2, 400)), axis=1).astype(np.float32)
    walk[0, 150:160] = np.nan
    walk[1] = 1.0
    assert [len(c) for c in channels_of(walk)] == [150, 240]


@pytest.fixture
def bank() -> SeriesBank:
    rng = np.random.default_rng(0)
    channels = tuple(
        np.sin(np.arange(600) * f).astype(np.float32) + 0.01 * rng.standard_normal(600) for f in (0.1, 0.3)
    )
    drawn = np.stack([kernel_series(rng, 64) for _ in range(4)])
    return SeriesBank(tuple(c.astype(np.float32) for c in channels), drawn, {"hapt": ("1", "3")})


RECIPE = Recipe(context_samples=(16, 24), prediction_samples=8, rows=256, peak_rate=2e-2)


def test_pretraining_lowers_the_loss_and_writes_an_encoder_that_loads(tmp_path: Path, bank: SeriesBank) -> None:
    config = tiny_t5(16, 1, 2, 8, 32)
    summary = train_chronos(Path(), tmp_path, steps=40, bank=bank, config=config, recipe=RECIPE, device="cpu")
    assert summary.validation["nats_16"] < summary.validation["nats_uniform"] - 0.1
    assert ChronosEmbedder.from_pretrained(tmp_path).encode([np.arange(10.0)])[0].shape == (11, 16)
    card = (tmp_path / "README.md").read_text()
    assert "not Amazon's" in card and f"16: {100 * summary.validation['steps_16']:.1f}" in card
    facts = json.loads((tmp_path / "training.json").read_text())
    assert facts["steps"] == 40 and facts["subjects"] == {"hapt": ["1", "3"]}


def test_every_row_is_asked_for_its_step_its_place_beside_the_first_and_the_end_for_the_last(bank: SeriesBank) -> None:
    ids, labels, steps, whole = batch_of(bank, binning(), np.random.default_rng(3), 16, RECIPE)
    rows = min(256 // 24, len(ids))
    assert (
        ids.shape == (rows, 17)
        and labels.shape == (rows, 9)
        and steps.shape == (rows, 15)
        and whole.shape == (rows, 16)
    )
    assert torch.equal(whole[:, 0], steps[:, 0])  # the second sample's step is its place beside the first
    assert torch.equal(whole[:, -1], whole[:, -2])
    bins = ids[:, :-1]
    clearly = (bins[:, 1:] - bins[:, :1]).abs() > 0
    assert torch.equal(whole[:, :-1][clearly], (torch.sign(bins[:, 1:] - bins[:, :1]) + 1)[clearly])


def test_a_run_with_other_settings_is_refused(tmp_path: Path, bank: SeriesBank) -> None:
    config = tiny_t5(16, 1, 2, 8, 32)
    train_chronos(Path(), tmp_path, steps=2, bank=bank, config=config, recipe=RECIPE, device="cpu")
    with pytest.raises(UserError, match="other settings"):
        train_chronos(Path(), tmp_path, steps=3, bank=bank, config=config, recipe=RECIPE, device="cpu")


@pytest.mark.parametrize("damage", ["empty", "config", "weights", "no_chronos"])
def test_a_checkpoint_that_is_none_is_one_line(tmp_path: Path, damage: str) -> None:
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((DUMMY / name).read_bytes())
    if damage == "empty":
        (tmp_path / "model.safetensors").unlink()
    elif damage == "config":
        (tmp_path / "config.json").write_text("{")
    elif damage == "weights":
        (tmp_path / "model.safetensors").write_bytes(b"\x80\x04malicious pickle")
    else:
        config = json.loads((tmp_path / "config.json").read_text())
        del config["chronos_config"]
        (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="Chronos-T5 checkpoint") as refused:
        ChronosEmbedder.from_pretrained(tmp_path)
    assert "\n" not in str(refused.value)
