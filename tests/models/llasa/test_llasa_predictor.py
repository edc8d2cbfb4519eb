"""A checkpoint on a language model of a few kilobytes: saved, opened, asked; bad windows and damaged files say so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_language_model import save_tiny_model

from models.backbone.causal import load_backbone
from models.llasa import Llasa
from models.llasa.checkpoints import save_trained
from models.llasa.configuration_llasa import LlasaConfig
from models.llasa.data import UNION
from models.llasa.modeling_llasa import LlasaModel
from recordings import ACCELERATION, ROTATION, Span, Stream, UserError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    backbone = save_tiny_model(tmp_path_factory.mktemp("backbone"))
    network, _, revision = load_backbone(str(backbone), dtype=torch.float32)
    torch.manual_seed(0)
    config = LlasaConfig(
        backbone=str(backbone), backbone_revision=revision, backbone_size=32, rank=4, alpha=8, pool=4, labels=UNION
    )
    model = LlasaModel(config).attach(network)
    for value in model.adapter.values():
        torch.nn.init.normal_(value, std=0.1)
    out = tmp_path_factory.mktemp("checkpoint")
    save_trained(model, out)
    return out


@pytest.fixture(scope="module")
def llasa(folder: Path) -> Llasa:
    return Llasa.from_pretrained(folder, device="cpu")


def stream(position: str = "waist", channels: tuple[str, ...] = ACCELERATION + ROTATION) -> Stream:
    samples = np.random.default_rng(0).normal(0, 1, (len(channels), 1000)).astype(np.float32)
    samples[:, 600:900] = np.nan
    units = (("m/s²",) * 3 + ("rad/s",) * 3)[: len(channels)]
    return Stream(
        name="s", modality="motion", channels=channels, units=units, rate_hz=50.0, samples=samples, position=position
    )


def test_a_checkpoint_holds_no_language_model(folder: Path) -> None:
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", framework="pt") as handle:
        names = set(handle.keys())
    assert {name.split(".")[0] for name in names} == {"encoder", "projector", "adapter"}
    assert all("lora_" in name for name in names if name.startswith("adapter."))


def test_any_words_can_be_labels_and_the_same_samples_score_the_same(llasa: Llasa) -> None:
    windows = np.random.default_rng(0).normal(0, 0.3, (3, 120, 6)).astype(np.float32)
    found = llasa.classify(windows, ("climbing", "resting", "dancing"))
    assert found.shape == (3, 3) and np.allclose(found.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(found, llasa.classify(windows, ("climbing", "resting", "dancing")))
    np.testing.assert_allclose(found[1:2], llasa.classify(windows[1:2], ("climbing", "resting", "dancing")), atol=2e-2)
    assert isinstance(llasa.answer(windows[0], "What is it?", "waist"), str)
    assert len(llasa.said_classes(windows, UNION)) == 3


def test_the_predictor_interface_knows_gaps_places_and_channels(llasa: Llasa) -> None:
    spans = [Span(0.0, 8.0), Span(13.0, 16.0), Span(18.0, 20.0)]
    found = llasa.predict(stream(), spans)
    assert found.usable.tolist()[:2] == [True, False]
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-5)
    # Nothing that only a wrist can know is said of a waist.
    assert found.probabilities[0, found.labels.index("clapping")] == 0
    assert not llasa.predict(stream("unknown"), spans).usable.any()
    assert llasa.predict(stream(channels=ACCELERATION), spans).usable[0]


@pytest.mark.parametrize(
    "windows", [np.zeros((120, 6), np.float32), np.zeros((1, 100, 6), np.float32), np.full((1, 120, 6), np.nan)]
)
def test_other_shapes_and_gaps_are_refused(llasa: Llasa, windows: np.ndarray) -> None:
    with pytest.raises(UserError):
        llasa.classify(windows.astype(np.float32), ("a", "b"))


def test_one_label_twice_or_none_is_refused(llasa: Llasa) -> None:
    for labels in (("a",), ("a", "a"), ("a", " ")):
        with pytest.raises(UserError, match="labels"):
            llasa.classify(np.zeros((1, 120, 6), np.float32), labels)


def test_a_damaged_or_missing_checkpoint_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="telltale train llasa"):
        Llasa.from_pretrained(tmp_path / "none")
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:500])
    with pytest.raises(UserError, match="LLaSA checkpoint"):
        Llasa.from_pretrained(tmp_path)
