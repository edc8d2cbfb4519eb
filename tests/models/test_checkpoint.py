"""A checkpoint folder of anybody's: read whole, or refused in one line that names what is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from models import audio, motion, sensorlm
from models.checkpoint import LARGEST_BYTES, checkpoint_type
from recordings import UserError

ROOT = Path(__file__).resolve().parents[2] / "models"
OPEN: dict[str, Callable[[Path], object]] = {
    "motion": motion.MotionClassifier.from_pretrained,
    "sensorlm": sensorlm.SensorReader.from_pretrained,
    "audio": audio.SoundTagger.from_pretrained,
}


def changed(folder: Path, **values: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | values))


def reweighted(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def cut_short(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:900])


def without_one(weights: dict[str, torch.Tensor]) -> None:
    del weights[sorted(weights)[0]]


def with_one_more(weights: dict[str, torch.Tensor]) -> None:
    weights["stranger"] = torch.zeros(2)


def another_shape(weights: dict[str, torch.Tensor]) -> None:
    name = next(n for n in sorted(weights) if weights[n].ndim == 2)
    weights[name] = torch.zeros(1, 2)


def no_number(weights: dict[str, torch.Tensor]) -> None:
    name = next(n for n in sorted(weights) if weights[n].is_floating_point())
    weights[name] = torch.full_like(weights[name], float("nan"))


@pytest.fixture(params=OPEN)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Callable[[Path], object], Path]:
    shutil.copytree(ROOT / request.param / "dummy", tmp_path / "checkpoint")
    return OPEN[request.param], tmp_path / "checkpoint"


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda f: (f / "model.safetensors").unlink(), r"found no model\.safetensors"),
        (lambda f: shutil.rmtree(f), "found no such folder"),
        (lambda f: (f / "config.json").write_text('{"a":'), r"found a config\.json that cannot be read"),
        (lambda f: (f / "config.json").write_text("[1]"), "no JSON object"),
        (lambda f: changed(f, model_type="bert"), "found a model of type bert"),
        (cut_short, "Safetensor"),
        (lambda f: (f / "model.safetensors").write_bytes(b"\x80\x04K\x01."), "found"),
        (lambda f: reweighted(f, without_one), r"do not fit its configuration \(.*: missing"),
        (lambda f: reweighted(f, with_one_more), "stranger: unknown"),
        (lambda f: reweighted(f, another_shape), "1×2 in the file, .* by its configuration"),
        (lambda f: reweighted(f, no_number), "not finite"),
    ],
)
def test_a_damaged_folder_is_refused_in_one_line(
    damage: Callable[[Path], object], told: str, opened: tuple[Callable[[Path], object], Path]
) -> None:
    read, folder = opened
    read(folder)
    damage(folder)
    with pytest.raises(UserError, match=told) as refused:
        read(folder)
    assert "\n" not in str(refused.value) and "train" in refused.value.cure


def test_architectures_that_are_no_list_are_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "motion" / "dummy", tmp_path / "checkpoint")
    changed(tmp_path / "checkpoint", architectures=3)
    with pytest.raises(UserError, match="cannot be read"):
        motion.MotionClassifier.from_pretrained(tmp_path / "checkpoint")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "x"}')
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    with pytest.raises(UserError, match="a file of 400 MB"):
        checkpoint_type(tmp_path, expected="a checkpoint", cure="train one")
