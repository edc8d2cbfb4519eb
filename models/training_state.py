"""A training run on disk between its steps: one safetensors file, never a pickle, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from recordings import UserError

FILE = "training-state.safetensors"
_OPTIMIZER = "optimizer"


@dataclass(slots=True)
class RunState:
    """What a run knows beside its tensors, all of it JSON.

    settings: must agree for a run to go on. stage: which of a run. done: finished epochs or steps of it, as the run counts.
    """

    settings: dict[str, Any]
    stage: str = ""
    done: int = 0
    history: list[Any] = field(default_factory=list)
    outcome: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SavedRun:
    """tensors: named `<group>.<name>`."""

    state: RunState
    tensors: Mapping[str, Tensor]

    def group(self, name: str) -> dict[str, Tensor]:
        """The tensors of a group, without its name."""
        return {key[len(name) + 1 :]: value for key, value in self.tensors.items() if key.startswith(name + ".")}

    @property
    def moments(self) -> dict[str, Tensor]:
        """The optimizer's, by `<parameter number>.<moment>`: what `restore_optimizer` puts back."""
        return self.group(_OPTIMIZER)

    def restore(self, optimizer: torch.optim.Optimizer) -> None:
        restore_optimizer(optimizer, self.moments)


def save_run(
    file: Path, state: RunState, optimizer: torch.optim.Optimizer, groups: Mapping[str, Mapping[str, Tensor]]
) -> None:
    """Replace the run's file: its state, the optimizer's moments, and every group of tensors."""
    tensors = {f"{group}.{name}": value for group, named in groups.items() for name, value in named.items()}
    for number, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"{_OPTIMIZER}.{number}.{name}": torch.as_tensor(value) for name, value in moments.items()}
    save_tensors(file, tensors, {"state": json.dumps(asdict(state), sort_keys=True)})


def save_tensors(file: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, str] | None = None) -> None:
    """Replace the file."""
    from safetensors.torch import save_file

    fresh = file.with_name(f"{file.name}.new")
    save_file({k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}, fresh, metadata=dict(facts or {}))
    fresh.chmod(0o644)
    fresh.replace(file)


def load_run(file: Path) -> SavedRun | None:
    """None without a file. UserError for one that no run wrote."""
    from safetensors.torch import load_file

    state = saved_state(file)
    return None if state is None else SavedRun(state, load_file(file))


def saved_state(file: Path) -> RunState | None:
    """As `load_run`, without the tensors."""
    from safetensors import SafetensorError, safe_open

    if not file.is_file():
        return None
    try:
        with safe_open(file, framework="pt") as handle:
            return RunState(**json.loads((handle.metadata() or {})["state"]))
    except (SafetensorError, KeyError, TypeError, ValueError) as problem:
        raise UserError(
            file,
            expected="the state of a training run",
            found="something else, or an older form of it",
            cure="choose another folder, or start over without resuming",
        ) from problem


def to_go_on(folder: Path, found: SavedRun | RunState | None, settings: Mapping[str, Any], stage: str = "") -> RunState:
    """The state that was found, or a fresh one. UserError where what was found has other settings."""
    wanted = json.loads(json.dumps(settings))
    if found is None:
        return RunState(wanted, stage)
    if isinstance(found, SavedRun):
        found = found.state
    if found.settings != wanted:
        different = sorted(
            k for k in wanted.keys() | found.settings.keys() if found.settings.get(k, ...) != wanted.get(k, ...)
        )
        raise UserError(
            folder,
            expected="a folder without a run, or one of the same settings",
            found=f"a run with other settings ({', '.join(different)})",
            cure="choose another folder, or start over without resuming",
        )
    return found


def restore_optimizer(optimizer: torch.optim.Optimizer, moments: Mapping[str, Tensor]) -> None:
    """Put moments back that `SavedRun.moments` gave. The optimizer moves them to where its parameters are."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in moments.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
