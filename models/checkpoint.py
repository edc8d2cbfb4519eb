"""Reading a checkpoint folder: safetensors only, and never trusted. One form of refusal for all models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import torch
from transformers import PreTrainedModel

from models.backbone.quiet import quiet_loading
from recordings import UserError

Model = TypeVar("Model", bound=PreTrainedModel)
# The trained parts beside the largest supported language model stay far below this; a larger file is not one of ours.
LARGEST_BYTES = 400_000_000
FILES = ("config.json", "model.safetensors")
_NAMED = 3


def checkpoint_type(folder: Path, *, expected: str, cure: str) -> tuple[str, tuple[str, ...]]:
    """(model_type, architectures) as the folder's configuration has them. UserError where it holds no readable checkpoint."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise _refused(folder, expected, f"no {' and '.join(missing)}" if folder.is_dir() else "no such folder", cure)
    size = (folder / FILES[1]).stat().st_size
    if size > LARGEST_BYTES:
        raise _refused(folder, expected, f"a file of {size / 1e6:.0f} MB", cure)
    try:
        body = json.loads((folder / FILES[0]).read_text(encoding="utf-8"))
        if not isinstance(body, dict):
            raise ValueError("no JSON object")
        return str(body.get("model_type")), tuple(str(name) for name in body.get("architectures") or ())
    except (ValueError, TypeError, OSError) as problem:
        raise _refused(
            folder, expected, f"a config.json that cannot be read ({_first_line(problem)})", cure
        ) from problem


def load_checkpoint(kind: type[Model], folder: Path, *, expected: str, cure: str) -> Model:
    """The model in `folder`, every weight from its file and a number, in evaluation mode.

    expected, cure: for the refusal, such as "a SensorLM checkpoint" and how to get one. UserError where files are missing, damaged,
    of another model, or where a weight is missing, unknown, of another shape than the configuration says, or not finite.
    """
    said, _ = checkpoint_type(folder, expected=expected, cure=cure)
    wanted = getattr(kind.config_class, "model_type", "")
    if said != wanted:
        raise _refused(folder, expected, f"a model of type {said}", cure)
    try:
        with quiet_loading():
            model, report = kind.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, output_loading_info=True, ignore_mismatched_sizes=True
            )  # fmt: skip
    except Exception as problem:  # JSON, safetensors, shapes: many types, one cure
        raise _refused(folder, expected, f"{type(problem).__name__}: {_first_line(problem)}", cure) from problem
    wrong = [
        f"{name}: {_shape(there)} in the file, {_shape(here)} by its configuration"
        for name, there, here in sorted(report["mismatched_keys"])
    ]
    wrong += [f"{name}: missing" for name in sorted(report["missing_keys"])]
    wrong += [f"{name}: unknown" for name in sorted(report["unexpected_keys"])]
    wrong += [f"{name}: not finite" for name, value in model.state_dict().items() if not _finite(value)]
    if wrong:
        more = f", and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        raise _refused(folder, expected, f"weights that do not fit its configuration ({'; '.join(wrong[:_NAMED])}{more})", cure)  # fmt: skip
    return model.eval()


def _finite(value: torch.Tensor) -> bool:
    return not value.is_floating_point() or bool(torch.isfinite(value).all())


def _shape(size: Sequence[int]) -> str:
    return "×".join(str(n) for n in size) or "one number"


def _first_line(problem: BaseException) -> str:
    lines = str(problem).splitlines()
    return lines[0] if lines else ""


def _refused(folder: Path, expected: str, found: str, cure: str) -> UserError:
    return UserError(folder, expected=f"{expected} ({', '.join(FILES)})", found=found, cure=cure)
