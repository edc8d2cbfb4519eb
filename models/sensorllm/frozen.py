"""The frozen ends of SensorLLM: a causal language model by name, its tokenizer, and the time-series encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import try_to_load_from_cache
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.backbone import Progress, find_weights, quiet_loading
from models.chronos import ChronosEmbedder
from models.sensorllm.configuration_sensorllm import EMBEDDED
from recordings import UserError


@dataclass(frozen=True)
class FrozenParts:
    """backbone: in bf16, without gradients. *_reference finds a part again, *_revision says which weights it was."""

    backbone: Any
    tokenizer: Any
    embedder: ChronosEmbedder
    backbone_reference: str
    backbone_revision: str

    @property
    def backbone_size(self) -> int:
        return int(self.backbone.get_input_embeddings().weight.shape[1])

    @property
    def context_tokens(self) -> int:
        return int(getattr(self.backbone.config, "max_position_embeddings", 2048))


def load_frozen(
    backbone: str = EMBEDDED,
    encoder: str | Path | None = None,
    *,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.bfloat16,
    cache_dir: Path | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> FrozenParts:
    """backbone: `embedded` (SmolLM2-135M-Instruct, found as `telltale models` finds it), a folder, or a hub id.

    encoder: None or `shipped`, a folder or a hub id. UserError where either cannot be found or read.
    """
    embedder = ChronosEmbedder.from_pretrained(None if encoder in (None, "shipped") else encoder, device=device)
    revision = "unknown"
    source: str | Path = backbone
    local = True
    if backbone == EMBEDDED:
        weights = find_weights(cache_dir=cache_dir, offline=offline, progress=progress)
        source, revision = weights.path, weights.revision
    elif Path(backbone).is_dir():
        weights = find_weights(Path(backbone))
        source, revision = weights.path, weights.revision
    else:
        local = offline
        if offline and not isinstance(try_to_load_from_cache(backbone, "config.json"), str):
            raise _unloadable(backbone, "none of that name in the cache, and the network is switched off")
    try:
        with quiet_loading():
            network = AutoModelForCausalLM.from_pretrained(
                str(source), dtype=dtype, local_files_only=local, use_safetensors=True, trust_remote_code=False
            )
            tokenizer = AutoTokenizer.from_pretrained(str(source), local_files_only=local, trust_remote_code=False)
    except Exception as problem:  # no route, no such name, a damaged file: many types, one cure
        reason = str(problem).splitlines()[0] if str(problem) else "no reason given"
        raise _unloadable(backbone, f"{type(problem).__name__}: {reason}") from problem
    if revision == "unknown":
        revision = str(getattr(network.config, "_commit_hash", None) or "unknown")
    network.eval().requires_grad_(False)
    network.to(device)
    return FrozenParts(network, tokenizer, embedder, backbone, revision)


def _unloadable(backbone: str, found: str) -> UserError:
    return UserError(
        backbone,
        expected="a causal language model that transformers can load from safetensors",
        found=found,
        cure="name a folder that save_pretrained wrote, or leave it out for the embedded model",
    )
