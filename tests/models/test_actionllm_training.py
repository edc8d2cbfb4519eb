"""Training ActionLLM: it learns what there is to learn, goes on bit for bit, and reads its checkpoints with distrust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tiny_llama import tiny_llama

from models.actionllm import (
    SHIPPED,
    ActionLLMForecaster,
    FrozenModel,
    load_trained,
    shipped_checkpoints,
    split_settings,
    train_on_sequences,
)
from models.actionllm.training import ActionLLMSummary
from recordings import UserError
from recordings.sequences import Segment, SegmentSequence, read_benchmark

SMALL: dict[str, Any] = {
    "layers": 2,
    "queries": 5,
    "adapter_size": 16,
    "interaction_size": 16,
    "interaction_heads": 2,
    "interaction_hidden": 32,
    "precision": "fp32",
    "dropout_rate": 0.0,
    "noise": 0.0,
    "batch": 8,
    "rate": 1e-2,
    "starts": 1,
}


def _salads(n: int = 8) -> list[SegmentSequence]:
    """Tomato or cheese first, then the other; mixing, serving: who sees the beginning knows the rest."""
    found = []
    for i in range(n):
        first, second = (("tomato", 30.0), ("cheese", 20.0)) if i % 2 else (("cheese", 20.0), ("tomato", 30.0))
        now, segments = 0.0, []
        for name, seconds in (("start", 5.0), first, second, ("mix", 25.0), ("serve", 20.0)):
            segments.append(Segment(name, now, now + seconds))
            now += seconds
        found.append(SegmentSequence(f"s{i}", tuple(segments), f"p{i}", "", 1.0))
    return found


@pytest.fixture(scope="module")
def frozen() -> FrozenModel:
    return tiny_llama()


def _train(folder: Path, frozen: FrozenModel, epochs: int = 2, **how: Any) -> ActionLLMSummary:
    settings = {**SMALL, **how.pop("settings", {})}
    return train_on_sequences(_salads(), folder, settings=settings, frozen=frozen, epochs=epochs, device="cpu", **how)


def test_it_learns_what_follows_in_which_order(tmp_path: Path, frozen: FrozenModel) -> None:
    summary = _train(tmp_path, frozen, epochs=24)
    assert summary.fit.steps == summary.fit.total
    model = ActionLLMForecaster.load(tmp_path, frozen=frozen, device="cpu")
    names = model.config.activities
    for sequence, order in zip(_salads(2), (["cheese", "tomato", "mix"], ["tomato", "cheese", "mix"]), strict=True):
        slots = model.slots([sequence.observed(0.15)], [sequence.duration_s])[0]
        assert [names[i] for i in slots.said] == order
        going_on, other = (s.duration_s for s in sequence.segments[1:3])
        expected = [(going_on - 10.0) / 50.0, other / 50.0, 10.0 / 50.0]
        assert slots.shares == pytest.approx(expected, abs=0.15)


def test_a_run_that_was_stopped_is_the_run_that_was_not(tmp_path: Path, frozen: FrozenModel) -> None:
    whole = {"settings": {"dropout_rate": 0.2, "noise": 0.3}}
    _train(tmp_path / "whole", frozen, **whole)
    _train(tmp_path / "stopped", frozen, stop_after=3, **whole)
    assert not (tmp_path / "stopped" / "model.safetensors").exists()
    _train(tmp_path / "stopped", frozen, **whole)
    a, b = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "stopped"))
    assert a.keys() == b.keys()
    assert all(torch.equal(a[key], b[key]) for key in a)
    assert json.loads((tmp_path / "whole" / "config.json").read_text())["digest"] == json.loads(
        (tmp_path / "stopped" / "config.json").read_text()
    )["digest"]  # fmt: skip


def test_another_seed_is_another_model(tmp_path: Path, frozen: FrozenModel) -> None:
    digests = {_train(tmp_path / str(seed), frozen, seed=seed, stop_after=1).digest for seed in (0, 1)}
    assert len(digests) == 2


def test_a_folder_with_another_run_is_refused(tmp_path: Path, frozen: FrozenModel) -> None:
    _train(tmp_path, frozen, stop_after=1)
    with pytest.raises(UserError, match=r"other settings \(digest\)"):
        _train(tmp_path, frozen, settings={"noise": 0.2})
    _train(tmp_path, frozen, settings={"noise": 0.2}, resume=False, stop_after=1)


def test_a_budget_shortens_and_never_lengthens(tmp_path: Path, frozen: FrozenModel) -> None:
    short = _train(tmp_path / "short", frozen, epochs=10_000, budget_minutes=0.01)
    assert 1 <= short.fit.total < 10_000 * 5
    long = _train(tmp_path / "long", frozen, epochs=1, budget_minutes=100.0)
    assert long.fit.total == 5


def test_folders_are_found_again_by_what_was_trained(tmp_path: Path, frozen: FrozenModel) -> None:
    first = _train(tmp_path, frozen, folder_by_digest=True)
    before = (first.output_dir / "model.safetensors").stat().st_mtime_ns
    again = _train(tmp_path, frozen, folder_by_digest=True)
    assert again.output_dir == first.output_dir
    assert (again.output_dir / "model.safetensors").stat().st_mtime_ns == before
    other = _train(tmp_path, frozen, folder_by_digest=True, settings={"interaction": "none"})
    assert other.output_dir != first.output_dir


def test_the_card_names_people_noise_and_losses(tmp_path: Path, frozen: FrozenModel) -> None:
    _train(tmp_path, frozen, settings={"noise": 0.2})
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "p0, p1, p2" in card
    assert "20% of the observed segments told wrongly" in card
    assert "stand-in" in card
    assert (tmp_path / "model.safetensors").stat().st_size < 200_000


def test_random_weights_of_the_language_model_are_seeded(tmp_path: Path) -> None:
    from tiny_llama import save_tiny_llama

    from models.actionllm import load_frozen_model

    folder = str(save_tiny_llama(tmp_path / "llama"))
    published = load_frozen_model(folder, precision="fp32")
    drawn = load_frozen_model(folder, weights="random", seed=1, precision="fp32")
    assert drawn.revision == "random-1"
    weights = [
        one.backbone.base_model.layers[0].mlp.up_proj.weight
        for one in (published, drawn, load_frozen_model(folder, weights="random", seed=1, precision="fp32"))
    ]
    assert not torch.equal(weights[0], weights[1])
    assert torch.equal(weights[1], weights[2])


def test_checkpoints_are_not_trusted(tmp_path: Path, frozen: FrozenModel) -> None:
    with pytest.raises(UserError, match="no such folder"):
        load_trained(tmp_path / "none")
    _train(tmp_path / "good", frozen)
    config = tmp_path / "good" / "config.json"
    text = json.loads(config.read_text())
    config.write_text(json.dumps({**text, "model_type": "telltale_sensorllm"}))
    with pytest.raises(UserError, match="a model of type telltale_sensorllm"):
        load_trained(tmp_path / "good")
    config.write_text(json.dumps({**text, "interaction": "none"}))
    with pytest.raises(UserError, match="do not fit"):
        load_trained(tmp_path / "good")
    config.write_text(json.dumps(text))
    (tmp_path / "good" / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(UserError, match="ActionLLM checkpoint"):
        load_trained(tmp_path / "good")


def test_the_shipped_checkpoint_is_small_and_says_whom_it_saw() -> None:
    assert shipped_checkpoints() == ("50salads-1",)
    model = load_trained(Path("50salads-1"))
    assert (len(model.config.activities), len(model.config.people), model.config.layers) == (19, 20, 2)
    assert sum(f.stat().st_size for f in (SHIPPED / "50salads-1").iterdir()) < 10_000_000
    assert (SHIPPED / "50salads-1" / "README.md").is_file()


@pytest.mark.data
def test_the_shipped_checkpoint_saw_nobody_whom_it_is_asked_about_and_knows_what_goes_on(data_dir: Path) -> None:
    from models.backbone import FOLDER, default_cache, is_complete

    if not is_complete(default_cache() / FOLDER):
        pytest.skip("the embedded language model is not in the cache")
    fold = read_benchmark("50salads", data_dir).folds[0]
    model = ActionLLMForecaster.load(Path("50salads-1"), device="cpu")
    assert not {s.subject for s in fold.test} & set(model.config.people)
    seen = [s.observed(share) for s in fold.test for share in (0.2, 0.3)]
    told = model.slots(seen, [s.duration_s for s in fold.test for _ in range(2)])
    same = [model.config.activities[slots.said[0]] == past[-1].activity for slots, past in zip(told, seen, strict=True)]
    assert len(same) == 20
    assert sum(same) >= 18


def test_another_language_model_is_refused(tmp_path: Path, frozen: FrozenModel) -> None:
    _train(tmp_path, frozen)
    with pytest.raises(UserError, match="24 wide"):
        ActionLLMForecaster.load(tmp_path, frozen=tiny_llama(size=32), device="cpu")


def test_settings_come_as_text_too() -> None:
    config, plan = split_settings(
        {"queries": "8", "frozen_heads": "yes", "losses": "action,duration", "noise": "0.25", "shares": "0.2,0.3"}
    )
    assert config == {"queries": 8, "frozen_heads": True, "losses": ("action", "duration")}
    assert (plan.noise, plan.shares) == (0.25, (0.2, 0.3))
    for name, value, expected in (("nonsense", "1", "no such setting"), ("queries", "many", "a value such as 20")):
        with pytest.raises(UserError, match=expected):
            split_settings({name: value})
    with pytest.raises(UserError, match="interaction must be one of"):
        train_on_sequences(_salads(2), Path(), settings={**SMALL, "interaction": "some"}, frozen=tiny_llama())


def test_it_runs_on_the_embedded_model_where_that_is_at_hand(tmp_path: Path) -> None:
    from models.backbone import FOLDER, default_cache, is_complete

    if not is_complete(default_cache() / FOLDER):
        pytest.skip("the embedded language model is not in the cache")
    summary = train_on_sequences(
        _salads(4), tmp_path, settings={"layers": 1, "batch": 2, "examples_per_epoch": 4}, epochs=2, device="cpu"
    )
    assert (summary.layers, summary.lm_layers, summary.fit.steps) == (1, 30, 4)
    model = ActionLLMForecaster.load(tmp_path, device="cpu")
    assert model.config.backbone_revision not in ("", "unknown")
    sequence = _salads(1)[0]
    slots = model.slots([sequence.observed(0.3)], [sequence.duration_s])[0]
    assert slots.actions.shape == (20, 6)
