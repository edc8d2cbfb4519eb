"""A checkpoint of trained parts: encoder, projector and adapter; the language model is named with its revision, not kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from models.backbone import quiet_loading
from models.llasa.configuration_llasa import LlasaConfig
from models.llasa.modeling_llasa import LlasaModel
from recordings import UserError

SHIPPED = Path(__file__).parent / "checkpoints"
# The trained parts of the largest supported backbone stay far below this; a larger file is not one of ours.
LARGEST_BYTES = 2_000_000_000


def shipped_checkpoints() -> tuple[str, ...]:
    """Names of the checkpoints that travel with Telltale; () when none is worth it."""
    return tuple(sorted(folder.name for folder in SHIPPED.glob("*") if (folder / "model.safetensors").is_file()))


def named_folder(path: Path | str | None) -> Path:
    """A checkpoint folder, the name of a shipped one, or None for `base`. UserError where nothing is shipped."""
    if path is None:
        if "base" not in shipped_checkpoints():
            raise UserError(
                "LLaSA",
                expected="a shipped checkpoint",
                found="none",
                cure="train one with `telltale train llasa --stage tune`, then name its folder",
            )
        return SHIPPED / "base"
    shipped = SHIPPED / str(path)
    return shipped if not Path(path).is_dir() and shipped.is_dir() else Path(path)


def save_trained(model: LlasaModel, folder: Path) -> None:
    """config.json and model.safetensors: encoder in float32 (65,000 numbers), projector and adapter in bfloat16."""
    from safetensors.torch import save_file

    tensors = {}
    for name, value in model.state_dict().items():
        exact = name.startswith("encoder.")
        tensors[name] = value.detach().cpu().to(torch.float32 if exact else torch.bfloat16).contiguous()
    fresh = folder / "model.safetensors.new"
    save_file(tensors, fresh, metadata={"format": "pt"})
    fresh.replace(folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)
    model.config.save_pretrained(folder)


def load_trained(folder: Path) -> LlasaModel:
    """The trained parts in `folder`, no language model attached yet. UserError where it holds none or they do not fit."""
    from safetensors.torch import load_file

    config, weights = folder / "config.json", folder / "model.safetensors"
    if not config.is_file() or not weights.is_file():
        raise _refused(folder, "no config.json and model.safetensors" if folder.is_dir() else "no such folder")
    if weights.stat().st_size > LARGEST_BYTES:
        raise _refused(folder, f"a file of {weights.stat().st_size / 1e6:.0f} MB")
    try:
        with quiet_loading():
            shape = LlasaConfig.from_pretrained(folder, local_files_only=True)
            if shape.model_type != "telltale_llasa":
                raise ValueError(f"a checkpoint of {shape.model_type}")
            model = LlasaModel(shape)
            tensors = load_file(weights)
            model.expect_adapter({k[8:]: v for k, v in tensors.items() if k.startswith("adapter.")})
            model.load_state_dict({k: v.float() for k, v in tensors.items()})
    except Exception as problem:  # JSON, safetensors, shapes: many types, one cure
        # The first line of what PyTorch says names no weight, the second one does.
        text = " ".join(line.strip() for line in str(problem).splitlines()[:2])
        raise _refused(folder, f"{type(problem).__name__}: {text}") from problem
    return model


def revision_of(folder: Path, name: str) -> str:
    return f"{name}-{hashlib.sha256((folder / 'model.safetensors').read_bytes()).hexdigest()[:8]}"


def _refused(folder: Path, found: str) -> UserError:
    return UserError(
        folder,
        expected="a LLaSA checkpoint (config.json, model.safetensors)",
        found=found,
        cure="train one with `telltale train llasa --stage tune`, or leave the path out for the shipped one",
    )
