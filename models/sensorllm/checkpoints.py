"""Reading a checkpoint of trained parts: small, safetensors only, and never trusted."""

from __future__ import annotations

import hashlib
from pathlib import Path

from models.backbone import quiet_loading
from models.sensorllm.modeling_sensorllm import SensorLLMModel
from recordings import UserError

HERE = Path(__file__).parent
SHIPPED = HERE / "checkpoints"
# The trained parts of the largest supported backbone stay far below this; a larger file is not one of ours.
LARGEST_BYTES = 400_000_000


def load_trained(folder: Path) -> SensorLLMModel:
    """The trained parts in `folder`, without backbone and encoder. UserError where it holds none or they do not fit."""
    config, weights = folder / "config.json", folder / "model.safetensors"
    if not config.is_file() or not weights.is_file():
        raise _refused(folder, "no config.json and model.safetensors" if folder.is_dir() else "no such folder")
    if weights.stat().st_size > LARGEST_BYTES:
        raise _refused(folder, f"a file of {weights.stat().st_size / 1e6:.0f} MB")
    try:
        with quiet_loading():
            model, report = SensorLLMModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, output_loading_info=True
            )
    except Exception as problem:  # JSON, safetensors, shapes: many types, one cure
        text = str(problem).splitlines()
        raise _refused(folder, f"{type(problem).__name__}: {text[0] if text else ''}") from problem
    if model.config.model_type != "telltale_sensorllm" or report["missing_keys"] or report["unexpected_keys"]:
        wrong = sorted({*report["missing_keys"], *report["unexpected_keys"]})
        raise _refused(folder, f"weights that do not fit its configuration ({', '.join(wrong[:3])})")
    return model


def named_folder(name: Path | str) -> Path:
    """The folder itself, or that of the shipped checkpoint of this name where there is no such folder."""
    return SHIPPED / name if not Path(name).is_dir() and str(name) in shipped_checkpoints() else Path(name)


def shipped_checkpoints() -> tuple[str, ...]:
    """Names of the checkpoints that travel with Telltale."""
    return tuple(sorted(folder.name for folder in SHIPPED.glob("*") if (folder / "config.json").is_file()))


def revision_of(folder: Path, name: str) -> str:
    return f"{name}-{hashlib.sha256((folder / 'model.safetensors').read_bytes()).hexdigest()[:8]}"


def _refused(folder: Path, found: str) -> UserError:
    return UserError(
        folder,
        expected="a SensorLLM checkpoint (config.json, model.safetensors)",
        found=found,
        cure=f"train one with `telltale train sensorllm`, or name a shipped one ({', '.join(shipped_checkpoints()) or 'none here'})",
    )
