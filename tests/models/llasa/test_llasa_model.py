"""LLaSA's network on a language model of a few kilobytes: layout, frozen parts, label scores, a run that goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_language_model import save_tiny_model

from models.backbone.causal import load_backbone
from models.limubert import LimuBertConfig, LimuBertForReconstruction, windows_of
from models.llasa.by_value import NUMBERS, numbers_of
from models.llasa.checkpoints import load_trained
from models.llasa.configuration_llasa import LlasaConfig
from models.llasa.data import LEAD_IN
from models.llasa.data.words import activity
from models.llasa.modeling_llasa import LlasaModel
from models.llasa.prompt import IGNORED, ROWS, layout_of, question_ids, sequence
from models.llasa.scoring import label_log_likelihoods, scoring_plan
from models.llasa.training import LlasaSummary, Recipe, loop, runner, train_llasa
from models.llasa.training.warm_start import shaken
from models.sensorllm.data import values_of
from recordings import UserError
from recordings.datasets import dataset

LABELS = ("sitting", "walking_upstairs", "lying")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("backbone"))


def fresh(folder: Path) -> tuple[LlasaModel, object]:
    network, tokenizer, _ = load_backbone(str(folder), dtype=torch.float32)
    torch.manual_seed(0)
    config = LlasaConfig(backbone=str(folder), backbone_size=32, encoder={}, rank=4, alpha=8)
    return LlasaModel(config).attach(network).eval(), tokenizer


def test_the_answer_alone_is_asked_for(folder: Path) -> None:
    _, tokenizer = fresh(folder)
    layout = layout_of(tokenizer)
    ids, targets = sequence(layout, tokenizer, "What is it?", "Sitting.")
    assert ids[layout.first : layout.first + ROWS] == [layout.placeholder] * ROWS
    asked = [t for t in targets if t != IGNORED]
    assert tokenizer.decode(asked[:-1]) == "Sitting." and asked[-1] == layout.end
    at = targets.index(asked[0])
    assert ids[at + 1 : at + 1 + len(asked)] == asked
    plain, _ = sequence(layout, tokenizer, "What is it?", "Sitting.", plain=True)
    assert "What" not in tokenizer.decode(plain)


def test_all_labels_at_once_score_as_one_by_one(folder: Path) -> None:
    model, tokenizer = fresh(folder)
    for value in model.adapter.values():
        torch.nn.init.normal_(value, std=0.2)
    layout = layout_of(tokenizer)
    windows = torch.randn(3, 120, 6)
    together = label_log_likelihoods(model, scoring_plan(layout, tokenizer, LABELS), windows, batch_size=2)
    from models.llasa.data.questions import class_question

    for number, label in enumerate(LABELS):
        before = question_ids(layout, tokenizer, class_question(LABELS)) + tokenizer.encode(
            LEAD_IN, add_special_tokens=False
        )
        said = tokenizer.encode(f" {activity(label)}.", add_special_tokens=False)
        ids = torch.tensor([before + said] * 3)
        hidden = model(ids, windows, layout.first).hidden
        logits = model.backbone.get_output_embeddings()(hidden)[:, len(before) - 1 : -1].log_softmax(-1)
        alone = logits.gather(2, torch.tensor([said] * 3)[..., None])[..., 0].sum(1)
        np.testing.assert_allclose(together[:, number], alone.detach().numpy(), atol=1e-3)


def test_only_what_a_stage_trains_gets_a_gradient(folder: Path) -> None:
    model, tokenizer = fresh(folder)
    layout = layout_of(tokenizer)
    ids, targets = sequence(layout, tokenizer, "What is it?", "Sitting.")
    for parts, quiet in ((["projector"], "adapter"), (["projector", "adapter"], "encoder")):
        model.zero_grad()
        model.trained(parts)
        model(torch.tensor([ids]), torch.randn(1, 120, 6), layout.first, torch.tensor([targets])).loss.backward()
        assert all(p.grad is not None for p in model.projector.parameters())
        assert all(p.grad is None for p in getattr(model, quiet).parameters())
        frozen = [p for n, p in model.backbone.named_parameters() if "lora_" not in n]
        assert all(p.grad is None for p in frozen)


def test_numbers_by_value_begin_as_no_change_and_learn_with_the_projector(folder: Path) -> None:
    network, tokenizer, _ = load_backbone(str(folder), dtype=torch.float32)
    model = LlasaModel(LlasaConfig(backbone_size=32, rank=0, by_value=8)).attach(network)
    assert model.by_value is not None
    windows = torch.randn(2, 120, 6)
    assert torch.equal(model.rows(windows), model.projector(model.encoded(windows)))
    layout = layout_of(tokenizer)
    ids, targets = sequence(layout, tokenizer, "What is it?", "Sitting.")
    trained = model.trained(["projector"])
    model(torch.tensor([ids] * 2), windows, layout.first, torch.tensor([targets] * 2)).loss.backward()
    assert {id(p) for p in model.by_value.parameters()} <= {id(p) for p in trained}
    assert model.by_value.say.weight.grad is not None and model.by_value.say.weight.grad.abs().sum() > 0
    model.trained(["adapter"])
    assert not any(p.requires_grad for p in model.by_value.parameters())


def test_numbers_by_value_are_those_of_the_window_in_si_units() -> None:
    rng = np.random.default_rng(0)
    windows = rng.normal(size=(3, 120, 6)).astype(np.float32) + np.array([0, 0, 1, 0, 0, 0], dtype=np.float32)
    found = numbers_of(torch.from_numpy(windows)).numpy()
    si = windows.astype(np.float64).swapaxes(1, 2) * np.array([9.8] * 3 + [1.0] * 3)[:, None]
    np.testing.assert_allclose(found, values_of(list(si), 20.0, ("statistics", "upright", "bands")), atol=1e-5)
    assert found.shape == (3, NUMBERS)
    # What no sensor at 20 Hz shows is left out; gravity along z is its mean in m/s².
    assert np.isnan(found[:, -1]).all() and found[:, 4] == pytest.approx(9.8, abs=2.5)


def test_merging_the_adapter_changes_no_answer(folder: Path) -> None:
    model, tokenizer = fresh(folder)
    for value in model.adapter.values():
        torch.nn.init.normal_(value, std=0.2)
    plan = scoring_plan(layout_of(tokenizer), tokenizer, LABELS)
    windows = torch.randn(2, 120, 6)
    before = label_log_likelihoods(model, plan, windows)
    np.testing.assert_allclose(label_log_likelihoods(model.merge(), plan, windows), before, atol=1e-3)


def test_a_stopped_run_goes_on_to_the_same_weights(
    folder: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hapt = dataset("hapt")
    keys = {hapt.subject_of(k, data_dir): k for k in hapt.keys(data_dir)}
    sides = {
        side: list(windows_of(hapt.open(keys[who], data_dir)))[:6]
        for side, who in (("train", "1"), ("validation", "3"))
    }
    monkeypatch.setattr(loop, "split_windows", lambda *a, **k: sides | {"test": []})
    monkeypatch.setattr(runner, "save_every_s", 0.0)
    torch.manual_seed(0)
    LimuBertForReconstruction(LimuBertConfig()).save_pretrained(tmp_path / "limu")

    def go(
        where: str, progress: object = None, *, encoder: bool = True, start: Path | None = None, **changes: Any
    ) -> LlasaSummary:
        return train_llasa(
            data_dir,
            tmp_path / where,
            encoder=tmp_path / "limu",
            backbone=str(folder),
            steps=8,
            recipe=Recipe(
                batch_tokens=4000, longest_tokens=1500, rank=2, pool=4, warm_steps=4, warm_encoder=encoder, **changes
            ),
            device="cpu",
            progress=progress,  # type: ignore[arg-type]
            start=start,
        )

    straight = go("a")

    class Stop(Exception):
        pass

    def stop(text: str, share: float) -> None:
        if text.startswith("tune") and share >= 0.6:
            raise Stop

    with pytest.raises(Stop):
        go("b", stop)
    assert not (tmp_path / "b" / "model.safetensors").exists()
    assert go("b").validation == straight.validation
    assert (tmp_path / "a" / "model.safetensors").read_bytes() == (tmp_path / "b" / "model.safetensors").read_bytes()
    go("c", encoder=False)
    given, frozen, taught = (
        LimuBertForReconstruction.from_pretrained(tmp_path / "limu").encoder.state_dict(),
        load_trained(tmp_path / "c").encoder.state_dict(),
        load_trained(tmp_path / "a").encoder.state_dict(),
    )
    assert all(torch.equal(given[name], frozen[name]) for name in given)
    assert not all(torch.equal(given[name], taught[name]) for name in given)

    # The start's loss beside the language model's: another projector, the same encoder, and a stopped run still goes on.
    beside = go("d", beside_weight=1.0)
    with pytest.raises(Stop):
        go("e", stop, beside_weight=1.0)
    assert go("e", beside_weight=1.0).validation == beside.validation
    one, other = load_trained(tmp_path / "a").state_dict(), load_trained(tmp_path / "d").state_dict()
    differs = {name for name in one if not torch.equal(one[name], other[name])}
    assert any(name.startswith("projector") for name in differs)
    assert not any(name.startswith("encoder") for name in differs)
    told = (tmp_path / "d" / "README.md").read_text()
    assert "stands beside the language" in told and "no endpoint wrote any" in told

    # On from a tuned checkpoint: no first stage, its adapter to begin with, and the card says from what.
    # It may be told numbers by value, which the start was not: the layer begins as no change and learns.
    further = go("f", start=tmp_path / "d", adapter_rate=0.0, by_value=8)
    assert set(further.steps) == {"tune"}
    card = (tmp_path / "f" / "README.md").read_text()
    assert f"It went on from {load_trained(tmp_path / 'd').config.revision_name}" in card
    assert "told by value" in card and "told by value" not in told
    last = load_trained(tmp_path / "f").state_dict()
    assert last["by_value.say.weight"].abs().sum() > 0
    assert all(torch.equal(last[name], other[name]) for name in other if name.startswith("adapter"))
    # The other way round its rows would lack what they were taught with.
    with pytest.raises(UserError, match=r"a layer 0 wide, or not at all, found one 8 wide"):
        go("h", start=tmp_path / "f")
    with pytest.raises(UserError, match=r"adapter has rank 2 and alpha 4, found rank 2, alpha 8"):
        go("g", start=tmp_path / "d", alpha=4)


def test_a_shaken_window_is_turned_and_keeps_the_lengths_of_its_vectors() -> None:
    windows = np.random.default_rng(0).normal(size=(40, 120, 6)).astype(np.float32)
    turned = shaken(windows, np.random.default_rng(1), scale=0.0, noise=0.0)
    for axes in (slice(0, 3), slice(3, 6)):
        before, after = windows[:, :, axes], turned[:, :, axes]
        np.testing.assert_allclose(np.linalg.norm(after, axis=2), np.linalg.norm(before, axis=2), rtol=1e-4)
    between = np.arccos(np.clip((before * after).sum(2) / (np.linalg.norm(before, axis=2) ** 2), -1, 1))
    assert 0.05 < between.max() <= 0.36
    # One turn for both sensors of a window: their angle to each other stays.
    dot = (windows[:, :, :3] * windows[:, :, 3:]).sum(2)
    np.testing.assert_allclose((turned[:, :, :3] * turned[:, :, 3:]).sum(2), dot, atol=1e-3)
