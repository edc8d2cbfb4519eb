"""Networks in training on disk between epochs: safetensors and JSON, never a pickle; written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor


@dataclass(slots=True)
class StageState:
    """epoch: finished epochs of the stage. settings: what must agree for a run to go on."""

    settings: dict[str, Any]
    epoch: int = 0
    losses: list[float] = field(default_factory=list)


def save_tensors(path: Path, tensors: Mapping[str, Tensor], mark: str = "") -> None:
    """Replace the file."""
    fresh = path.with_name(f"{path.name}.new")
    save_file({k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}, fresh, metadata={"mark": mark})
    fresh.chmod(0o644)
    fresh.replace(path)


def save_json(path: Path, body: Mapping[str, Any]) -> None:
    """Replace the file."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    fresh.replace(path)


def save_state(
    folder: Path,
    stage: str,
    state: StageState,
    model: Mapping[str, Tensor],
    average: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
    more: Mapping[str, Mapping[str, Tensor]] | None = None,
) -> None:
    """Replace a stage's state. The facts name the tensors' epoch, so that a torn pair is noticed. more: further tensors by prefix."""
    tensors = {f"model.{k}": v for k, v in model.items()} | {f"average.{k}": v for k, v in average.items()}
    for number, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": torch.as_tensor(value) for name, value in moments.items()}
    for prefix, named in (more or {}).items():
        tensors |= {f"{prefix}.{k}": v for k, v in named.items()}
    mark = f"{stage}-{state.epoch}"
    save_tensors(folder / f"{stage}.safetensors", tensors, mark)
    save_json(folder / f"{stage}.json", {"mark": mark, **{name: getattr(state, name) for name in _fields()}})


def load_state(folder: Path, stage: str) -> tuple[StageState, dict[str, Tensor]] | None:
    """A stage's state and tensors; None when there is none, or when a crash tore the two files apart."""
    from safetensors import safe_open

    tensors, facts = folder / f"{stage}.safetensors", folder / f"{stage}.json"
    if not tensors.is_file() or not facts.is_file():
        return None
    body = json.loads(facts.read_text(encoding="utf-8"))
    mark = body.pop("mark")
    with safe_open(tensors, framework="pt") as handle:
        if (handle.metadata() or {}).get("mark") != mark:
            return None
    return StageState(**body), load_file(tensors)


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


def _fields() -> tuple[str, ...]:
    return tuple(StageState.__dataclass_fields__)
