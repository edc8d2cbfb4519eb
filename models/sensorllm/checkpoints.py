"""Reading a checkpoint of trained parts: small, safetensors only, and never trusted."""

from __future__ import annotations

import hashlib
from pathlib import Path

from models.checkpoint import load_checkpoint
from models.sensorllm.modeling_sensorllm import SensorLLMModel

HERE = Path(__file__).parent
SHIPPED = HERE / "checkpoints"


def load_trained(folder: Path) -> SensorLLMModel:
    """The trained parts in `folder`, without backbone and encoder. UserError where it holds none or they do not fit."""
    return load_checkpoint(
        SensorLLMModel,
        folder,
        expected="a SensorLLM checkpoint",
        cure=f"train one with `telltale train sensorllm`, or name a shipped one ({', '.join(shipped_checkpoints()) or 'none here'})",
    )


def named_folder(name: Path | str) -> Path:
    """The folder itself, or that of the shipped checkpoint of this name where there is no such folder."""
    return SHIPPED / name if not Path(name).is_dir() and str(name) in shipped_checkpoints() else Path(name)


def shipped_checkpoints() -> tuple[str, ...]:
    """Names of the checkpoints that travel with Telltale."""
    return tuple(sorted(folder.name for folder in SHIPPED.glob("*") if (folder / "config.json").is_file()))


def revision_of(folder: Path, name: str) -> str:
    return f"{name}-{hashlib.sha256((folder / 'model.safetensors').read_bytes()).hexdigest()[:8]}"
