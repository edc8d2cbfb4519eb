"""ActionLLM's parts: sizes as published, sight in both directions, what padding must not change, losses, ablations."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from tiny_llama import tiny_llama

from models.actionllm import CHOICES, ActionLLM, ActionLLMConfig, ActionLLMProcessor
from models.actionllm.interaction import InteractionBlock
from models.actionllm.modeling_actionllm import IGNORED, FeatureAdapter
from models.actionllm.streams import Rows
from models.actionllm.tuning_layers import ActionTuning
from recordings import UserError

ACTIVITIES = ("cut_tomato", "mix", "serve")


def _config(**changes: Any) -> ActionLLMConfig:
    small = {
        "activities": ACTIVITIES,
        "feature_size": 5,
        "backbone_size": 24,
        "layers": 3,
        "queries": 4,
        "adapter_size": 6,
        "interaction_size": 8,
        "interaction_heads": 2,
        "interaction_hidden": 16,
        "dropout_rate": 0.0,
        "precision": "fp32",
    }
    return ActionLLMConfig(**{**small, **changes})


def _model(**changes: Any) -> ActionLLM:
    torch.manual_seed(0)
    model = ActionLLM(_config(**changes)).attach(tiny_llama().backbone).eval()
    with torch.no_grad():  # as after some training: fresh adapters change nothing
        for tuning in model.tuning:
            tuning.up.normal_(0.0, 0.1)
    return model


def _batch(n: int = 5, rows: int = 2, seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    future = torch.tensor([[0, 1, 3, IGNORED], [2, 3, IGNORED, IGNORED]])[:rows]
    durations = torch.tensor([[0.25, 0.75, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])[:rows]
    return {
        "text": torch.randn(rows, n, 24, generator=generator),
        "features": torch.randn(rows, n, 5, generator=generator),
        "real": torch.ones(rows, n, dtype=torch.bool),
        "past": torch.randint(0, 3, (rows, n), generator=generator),
        "future": future,
        "durations": durations,
    }


def _count(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_sizes_are_those_of_the_published_code() -> None:
    """At LLaMA-7B's shape, without the second branch and the router that the code never uses; and SmolLM2's."""
    llama = ActionLLMConfig(
        feature_size=2048,
        backbone_size=4096,
        interaction_size=128,
        interaction_heads=32,
        interaction_hidden=512,
        layers=32,
    )
    assert _count(FeatureAdapter(llama)) == 790_656
    assert _count(InteractionBlock(llama)) == 788_736
    assert 2 * llama.backbone_size * llama.interaction_size == 1_048_576
    assert _count(ActionTuning(llama)) == 28_676
    smol = ActionLLMConfig(feature_size=2048, layers=30, activities=[str(i) for i in range(19)])
    model = ActionLLM(smol)
    assert _count(FeatureAdapter(smol)) == 336_576
    assert _count(InteractionBlock(smol)) == 229_392
    assert _count(ActionTuning(smol)) == 4_036
    assert model.trained_parameters == 336_576 + 229_392 + 82_944 + 121_080 + 33_984


def test_the_language_model_is_read_in_both_directions() -> None:
    model, batch = _model(), _batch()
    before = model(**batch)
    batch["text"][:, -1] += 1.0
    after = model(**batch)
    assert (before.past_text[:, 0] - after.past_text[:, 0]).abs().max() > 1e-4


def test_a_fresh_adapter_changes_nothing() -> None:
    config = _config()
    x = torch.randn(2, 3, 24)
    assert torch.equal(ActionTuning(config)(x), x)
    assert torch.equal(ActionTuning(_config(tuning_residual=False))(x), torch.zeros_like(x))


def test_padding_changes_nothing() -> None:
    model, short = _model(), _batch(n=3, rows=1)
    longer = {
        "text": torch.cat([short["text"], torch.randn(1, 4, 24)], dim=1),
        "features": torch.cat([short["features"], torch.randn(1, 4, 5)], dim=1),
        "real": torch.tensor([[True] * 3 + [False] * 4]),
    }
    alone = model(short["text"], short["features"], short["real"])
    padded = model(**longer)
    assert torch.allclose(alone.actions, padded.actions, atol=1e-4)
    assert torch.allclose(alone.durations, padded.durations, atol=1e-4)
    assert torch.allclose(alone.past_features, padded.past_features[:, :3], atol=1e-4)


def test_constant_queries_differ_by_their_positions_alone() -> None:
    """All queries are ones; only positions tell them apart, and the published code's single position leaves rotary ones."""
    out = _model()(**_batch())
    assert (out.actions[:, 0] - out.actions[:, 1]).abs().max() > 1e-4
    model = _model()
    assert torch.equal(model.query, torch.ones(4, 5))
    assert not model.query.requires_grad
    assert _model(query_initialisation="learned").query.requires_grad
    zero = _model(query_initialisation="zero").query
    assert torch.equal(zero, torch.zeros(4, 5))


def test_losses_are_the_four_of_the_paper() -> None:
    model, batch = _model().requires_grad_(False), _batch()
    out = model(**batch)
    expected_action = torch.nn.functional.cross_entropy(
        torch.cat([out.actions[0, :3], out.actions[1, :2]]), torch.tensor([0, 1, 3, 2, 3])
    )
    first = torch.softmax(out.durations[0, :2], dim=0)
    wrong = ((first - torch.tensor([0.25, 0.75])) ** 2).sum()  # the second row's only slot has share 1 whatever is said
    assert out.parts[2] == pytest.approx(float(expected_action), rel=1e-5)
    assert out.parts[3] == pytest.approx(float(wrong) / 2, rel=1e-4)
    assert out.loss == pytest.approx(float(out.parts.sum()))
    mean = _model(duration_loss="mean").requires_grad_(False)(**batch)
    assert mean.parts[3] == pytest.approx(float(wrong) / 4, rel=1e-4)  # two slots in that row


def test_losses_can_be_left_out() -> None:
    out = _model(losses=("action", "duration"))(**_batch())
    assert out.parts[0] == out.parts[1] == 0
    with pytest.raises(ValueError, match="losses"):
        _config(losses=("past_text",))


def test_only_trained_parts_get_gradients_and_are_saved(tmp_path: Any) -> None:
    model = _model(frozen_heads=True).train()
    model(**_batch()).loss.backward()
    moved = {
        name.split(".")[0] for name, p in model.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0
    }
    assert moved == {"adapter", "block", "down", "up", "tuning", "head_duration"}
    assert all(p.grad is None for p in model.backbone.parameters())
    model.save_pretrained(tmp_path)
    from safetensors.torch import load_file

    assert not any("layers." in name or "embed" in name for name in load_file(tmp_path / "model.safetensors"))
    again = ActionLLM.from_pretrained(tmp_path).attach(tiny_llama().backbone).eval()
    assert torch.equal(again.head_action.weight, model.head_action.weight)
    assert again.trained_parameters == model.trained_parameters


@pytest.mark.parametrize(
    "changes",
    [{name: value} for name, values in CHOICES.items() if name not in ("stream", "precision") for value in values[1:]],
    ids=lambda c: "-".join(*c.items()),
)
def test_every_ablation_runs_and_learns(changes: dict[str, str]) -> None:
    model, batch = _model(**changes).train(), _batch()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    losses = []
    for _ in range(12):
        loss = model(**batch).loss
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < 0.8 * losses[0]


def test_interaction_lets_streams_see_each_other_as_configured() -> None:
    torch.manual_seed(0)
    streams = [torch.randn(1, n, 8) for n in (3, 3, 4)]
    hidden = [torch.zeros(1, n, dtype=torch.bool) for n in (3, 3, 4)]
    for kind, joining in itertools.product(("full", "self", "cross"), ("mean", "sum")):
        block = InteractionBlock(_config(interaction=kind, joining=joining)).eval()
        before = block(streams, hidden)[2]
        other = [streams[0] + 1.0, *streams[1:]]
        seen = (block(other, hidden)[2] - before).abs().max() > 1e-6
        assert bool(seen) is (kind != "self")


def test_one_position_for_all_is_the_published_fault() -> None:
    torch.manual_seed(0)
    streams = [torch.randn(1, 3, 8) for _ in range(3)]
    hidden = [torch.zeros(1, 3, dtype=torch.bool)] * 3
    for positions, same in (("first", True), ("real", False)):
        block = InteractionBlock(_config(positions=positions)).eval()
        plain = block(streams, hidden)[0]
        turned = block([x.flip(1) for x in streams], hidden)[0].flip(1)
        assert torch.allclose(plain, turned, atol=1e-5) is same


def test_names_become_the_mean_of_their_tokens() -> None:
    frozen = tiny_llama()
    processor = ActionLLMProcessor(_config(), frozen.backbone, frozen.tokenizer)
    table = frozen.backbone.get_input_embeddings().weight
    ids = frozen.tokenizer("cut tomato", add_special_tokens=False).input_ids
    assert torch.allclose(processor.name_embedding("cut_tomato"), table[ids].mean(dim=0))
    raw = ActionLLMProcessor(_config(names="raw"), frozen.backbone, frozen.tokenizer)
    assert not torch.allclose(raw.name_embedding("cut_tomato"), processor.name_embedding("cut_tomato"))


def test_unknown_names_are_read_but_not_asked_for() -> None:
    frozen = tiny_llama()
    processor = ActionLLMProcessor(_config(), frozen.backbone, frozen.tokenizer)
    rows = Rows(("mix", "juggle"), np.zeros((2, 5), dtype=np.float32), ("mix", "juggle"))
    batch = processor.collate([rows, Rows(("mix",), np.zeros((1, 5), dtype=np.float32), ("mix",))])
    assert batch["past"].tolist() == [[1, IGNORED], [1, IGNORED]]
    assert batch["real"].tolist() == [[True, True], [True, False]]
    assert batch["text"][0, 1].abs().sum() > 0


def test_another_kind_of_network_is_refused() -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    with pytest.raises(UserError, match="Llama type"):
        ActionLLM(_config()).attach(GPT2LMHeadModel(GPT2Config(n_layer=1, n_embd=24, n_head=2, vocab_size=8)))
    with pytest.raises(ValueError, match="does not fit"):
        ActionLLM(_config(backbone_size=32)).attach(tiny_llama().backbone)


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="interaction must be one of"):
        _config(interaction="some")
    with pytest.raises(ValueError, match="heads"):
        _config(interaction_heads=3)
