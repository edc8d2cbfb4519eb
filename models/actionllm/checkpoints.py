"""Reading a checkpoint of trained parts: small, safetensors only, and never trusted."""

from __future__ import annotations

from pathlib import Path

from models.actionllm.modeling_actionllm import ActionLLM
from models.checkpoint import load_checkpoint

SHIPPED = Path(__file__).parent / "checkpoints"


def load_trained(folder: Path) -> ActionLLM:
    """The trained parts in `folder` (or of a shipped checkpoint's name), without language model. UserError where it holds none or they do not fit."""
    return load_checkpoint(
        ActionLLM,
        named(folder),
        expected="an ActionLLM checkpoint",
        cure=f"train one with `telltale train actionllm`, or name a shipped one ({', '.join(shipped_checkpoints())})",
    )


def named(folder: Path) -> Path:
    """`folder`, or the shipped checkpoint of that name where there is no such folder."""
    return SHIPPED / folder.name if not folder.exists() and str(folder) in shipped_checkpoints() else folder


def shipped_checkpoints() -> tuple[str, ...]:
    """Names of the checkpoints that travel with Telltale; () when none is worth it yet."""
    return tuple(sorted(folder.name for folder in SHIPPED.glob("*") if (folder / "config.json").is_file()))
