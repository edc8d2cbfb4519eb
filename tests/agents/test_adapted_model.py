"""The embedded language model with LLaSA's adapter: another model by name and by what it says, the plain one untouched."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_language_model import save_tiny_model

from agents.language import open_language_model
from agents.language.adapted import AdaptedModel
from agents.language.embedded import EmbeddedModel
from models.backbone.causal import load_backbone
from models.llasa.checkpoints import save_trained
from models.llasa.configuration_llasa import LlasaConfig
from models.llasa.modeling_llasa import LlasaModel
from recordings import UserError

OPTIONS = ["walking", "sitting", "lying"]


def checkpoint(backbone: Path, out: Path, spread: float) -> Path:
    """An adapter whose weights have this spread; 0 changes nothing."""
    network, _, revision = load_backbone(str(backbone))
    torch.manual_seed(0)
    config = LlasaConfig(backbone=str(backbone), backbone_revision=revision, backbone_size=32, rank=2, alpha=4)
    model = LlasaModel(config).attach(network)
    for value in model.adapter.values():
        torch.nn.init.normal_(value, std=spread)
    out.mkdir()
    save_trained(model, out)
    return out


def test_the_adapter_changes_what_is_likely_and_a_zero_one_does_not(tmp_path: Path) -> None:
    backbone = save_tiny_model(tmp_path / "backbone")
    plain = EmbeddedModel(backbone)
    before = plain.score("The person is", OPTIONS)
    none = AdaptedModel(checkpoint(backbone, tmp_path / "none", 0.0), directory=backbone)
    some = AdaptedModel(checkpoint(backbone, tmp_path / "some", 0.5), directory=backbone)
    assert none.score("The person is", OPTIONS) == pytest.approx(before, abs=1e-6)
    assert some.score("The person is", OPTIONS) != pytest.approx(before, abs=1e-3)
    assert plain.score("The person is", OPTIONS) == before
    assert some.revision.startswith(f"{plain.revision}+") and some.revision != none.revision
    assert "adapter" in some.name
    assert isinstance(some.write("Be brief.", "What is it?", max_tokens=4), str)


def test_a_folder_without_an_adapter_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="LLaSA checkpoint"):
        open_language_model(f"llasa:{tmp_path}", offline=True)
