"""The frozen ends of SensorLLM: a causal language model by name, its tokenizer, and the time-series encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.backbone import Progress
from models.backbone.causal import EMBEDDED, load_backbone
from models.chronos import ChronosEmbedder


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
    network, tokenizer, revision = load_backbone(
        backbone, device=device, dtype=dtype, cache_dir=cache_dir, offline=offline, progress=progress
    )
    return FrozenParts(network, tokenizer, embedder, backbone, revision)
