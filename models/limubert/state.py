"""A training run on disk: safetensors alone, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from recordings import UserError

FILE = "training-state.safetensors"


@dataclass(frozen=True, slots=True)
class Kept:
    """stage and finished steps of it; the model's trained tensors and the optimizer's moments."""

    stage: str
    step: int
    model: Mapping[str, Tensor]
    moments: Mapping[str, Tensor]
    facts: Mapping[str, str]

    def restore(self, optimizer: torch.optim.Optimizer) -> None:
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in self.moments.items():
            number, _, name = key.partition(".")
            state.setdefault(int(number), {})[name] = value
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def save_state(
    folder: Path,
    settings: Mapping[str, Any],
    stage: str,
    step: int,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    facts: Mapping[str, str] | None = None,
) -> None:
    """facts: what else a run that goes on must know."""
    from safetensors.torch import save_file

    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    for number, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"moments.{number}.{k}": torch.as_tensor(v) for k, v in moments.items()}
    own = {"stage": stage, "step": str(step), "settings": json.dumps(settings, sort_keys=True)}
    fresh = folder / f"{FILE}.new"
    save_file(
        {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}, fresh, metadata={**(facts or {}), **own}
    )
    fresh.replace(folder / FILE)


def kept_settings(folder: Path) -> dict[str, Any] | None:
    """Of the run in `folder`; None without one. A budgeted run that goes on takes the length that was chosen first."""
    from safetensors import safe_open

    if not (folder / FILE).is_file():
        return None
    with safe_open(folder / FILE, framework="pt") as handle:
        facts = handle.metadata() or {}
    settings: dict[str, Any] = json.loads(facts.get("settings", "{}"))
    return settings


def load_state(folder: Path, settings: Mapping[str, Any]) -> Kept | None:
    """None without a run. UserError when the run there has other settings."""
    from safetensors import safe_open
    from safetensors.torch import load_file

    if not (folder / FILE).is_file():
        return None
    with safe_open(folder / FILE, framework="pt") as handle:
        facts = handle.metadata() or {}
    if facts.get("settings") != json.dumps(settings, sort_keys=True):
        raise UserError(
            folder,
            expected="a folder without a run, or one of the same settings",
            found="a run with other settings",
            cure="choose another folder, or start over without resuming",
        )
    tensors = load_file(folder / FILE)
    parts: dict[str, dict[str, Tensor]] = {"model": {}, "moments": {}}
    for key, value in tensors.items():
        kind, _, name = key.partition(".")
        parts[kind][name] = value
    return Kept(facts["stage"], int(facts["step"]), parts["model"], parts["moments"], facts)
