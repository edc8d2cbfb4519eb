"""A training run on disk between epochs: safetensors and JSON, never a pickle; written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

_TENSORS, _FACTS = "training-state.safetensors", "training-state.json"


@dataclass(slots=True)
class RunState:
    """stage: which of a run. epoch: finished epochs or steps of it. settings: what must agree for a run to go on."""

    settings: dict[str, Any]
    stage: str = ""
    epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)
    outcome: dict[str, Any] = field(default_factory=dict)


def save_state(
    folder: Path,
    state: RunState,
    model: Mapping[str, Tensor],
    average: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
) -> None:
    """Replace the folder's state. The facts name the tensors' epoch, so that a torn pair is noticed."""
    tensors = {f"model.{k}": v for k, v in model.items()} | {f"average.{k}": v for k, v in average.items()}
    for number, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": torch.as_tensor(value) for name, value in moments.items()}
    mark = f"{state.stage}-{state.epoch}"
    fresh = folder / f"{_TENSORS}.new"
    save_file({k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}, fresh, metadata={"mark": mark})
    facts = folder / f"{_FACTS}.new"
    body = {"mark": mark, **{name: getattr(state, name) for name in RunState.__dataclass_fields__}}
    facts.write_text(json.dumps(body, indent=1, sort_keys=True), encoding="utf-8")
    fresh.replace(folder / _TENSORS)
    facts.replace(folder / _FACTS)


def load_state(folder: Path) -> tuple[RunState, dict[str, Tensor]] | None:
    """The saved run and its tensors; None when there is none, or when a crash tore the two files apart."""
    from safetensors import safe_open

    if not (folder / _TENSORS).is_file() or not (folder / _FACTS).is_file():
        return None
    body = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
    mark = body.pop("mark")
    with safe_open(folder / _TENSORS, framework="pt") as handle:
        if (handle.metadata() or {}).get("mark") != mark:
            return None
    return RunState(**body), load_file(folder / _TENSORS)


def part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors below `prefix.`, without it."""
    return {k[len(prefix) + 1 :]: v for k, v in tensors.items() if k.startswith(prefix + ".")}


def restore_optimizer(optimizer: torch.optim.Optimizer, saved: Mapping[str, Tensor]) -> None:
    """Put the moments back: keys `<parameter number>.<moment>`."""
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in saved.items():
        number, _, name = key.partition(".")
        moments.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
