"""Reading a checkpoint of trained parts: small, safetensors only, and never trusted."""

from __future__ import annotations

import json
from pathlib import Path

from models.actionllm.modeling_actionllm import ActionLLM
from models.backbone import quiet_loading
from recordings import UserError

SHIPPED = Path(__file__).parent / "checkpoints"
# The trained parts with the largest supported language model stay below this; a larger file is not one of ours.
LARGEST_BYTES = 400_000_000


def load_trained(folder: Path) -> ActionLLM:
    """The trained parts in `folder` (or of a shipped checkpoint's name), without language model. UserError where it holds none or they do not fit."""
    folder = named(folder)
    config, weights = folder / "config.json", folder / "model.safetensors"
    if not config.is_file() or not weights.is_file():
        raise _refused(folder, "no config.json and model.safetensors" if folder.is_dir() else "no such folder")
    if weights.stat().st_size > LARGEST_BYTES:
        raise _refused(folder, f"a file of {weights.stat().st_size / 1e6:.0f} MB")
    try:
        kind = json.loads(config.read_text(encoding="utf-8")).get("model_type")
        if kind != "telltale_actionllm":
            raise _refused(folder, f"a model of type {kind}")
        with quiet_loading():
            model, report = ActionLLM.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, output_loading_info=True
            )
    except UserError:
        raise
    except Exception as problem:  # JSON, safetensors, shapes: many types, one cure
        text = str(problem).splitlines()
        raise _refused(folder, f"{type(problem).__name__}: {text[0] if text else ''}") from problem
    wrong = sorted({*report["missing_keys"], *report["unexpected_keys"]})
    if wrong:
        raise _refused(folder, f"weights that do not fit its configuration ({', '.join(wrong[:3])})")
    return model.eval()


def named(folder: Path) -> Path:
    """`folder`, or the shipped checkpoint of that name where there is no such folder."""
    return SHIPPED / folder.name if not folder.exists() and str(folder) in shipped_checkpoints() else folder


def shipped_checkpoints() -> tuple[str, ...]:
    """Names of the checkpoints that travel with Telltale; () when none is worth it yet."""
    return tuple(sorted(folder.name for folder in SHIPPED.glob("*") if (folder / "config.json").is_file()))


def _refused(folder: Path, found: str) -> UserError:
    return UserError(
        folder, expected="an ActionLLM checkpoint (config.json, model.safetensors)", found=found,
        cure=f"train one with `telltale train actionllm`, or name a shipped one ({', '.join(shipped_checkpoints())})",
    )  # fmt: skip
