"""A causal language model by name, frozen, with its tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.backbone.quiet import Progress, quiet_loading
from models.backbone.resolver import find_weights
from recordings import UserError

EMBEDDED = "embedded"


def load_backbone(
    name: str = EMBEDDED,
    *,
    device: Any = "cpu",
    dtype: Any = None,
    cache_dir: Path | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> tuple[Any, Any, str]:
    """(network, tokenizer, revision). name: `embedded` (SmolLM2-135M-Instruct), a folder, or a hub id; dtype: bfloat16.

    The network is in evaluation mode and asks for no gradients. UserError where it cannot be found or read.
    """
    import torch
    from huggingface_hub import try_to_load_from_cache
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source: str | Path = name
    revision, local = "unknown", True
    if name == EMBEDDED:
        weights = find_weights(cache_dir=cache_dir, offline=offline, progress=progress)
        source, revision = weights.path, weights.revision
    elif Path(name).is_dir():
        weights = find_weights(Path(name))
        source, revision = weights.path, weights.revision
    else:
        local = offline
        if offline and not isinstance(try_to_load_from_cache(name, "config.json"), str):
            raise _unloadable(name, "none of that name in the cache, and the network is switched off")
    try:
        with quiet_loading():
            network = AutoModelForCausalLM.from_pretrained(
                str(source),
                dtype=dtype or torch.bfloat16,
                local_files_only=local,
                use_safetensors=True,
                trust_remote_code=False,
            )
            tokenizer = AutoTokenizer.from_pretrained(str(source), local_files_only=local, trust_remote_code=False)
    except Exception as problem:  # no route, no such name, a damaged file: many types, one cure
        reason = str(problem).splitlines()[0] if str(problem) else "no reason given"
        raise _unloadable(name, f"{type(problem).__name__}: {reason}") from problem
    if revision == "unknown":
        revision = str(getattr(network.config, "_commit_hash", None) or "unknown")
    network.eval().requires_grad_(False)
    network.to(device)
    return network, tokenizer, revision


def _unloadable(name: str, found: str) -> UserError:
    return UserError(
        name,
        expected="a causal language model that transformers can load from safetensors",
        found=found,
        cure="name a folder that save_pretrained wrote, or leave it out for the embedded model",
    )
