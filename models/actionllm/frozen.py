"""The frozen end of ActionLLM: a causal language model of the Llama type by name, as published or with random weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.backbone import Progress, quiet_loading
from models.backbone.causal import EMBEDDED, load_backbone


@dataclass(frozen=True)
class FrozenModel:
    """backbone: without gradients. reference finds it again, revision says which weights it was."""

    backbone: Any
    tokenizer: Any
    reference: str
    revision: str

    @property
    def size(self) -> int:
        return int(self.backbone.get_input_embeddings().weight.shape[1])

    @property
    def layers(self) -> int:
        return len(self.backbone.base_model.layers)


_kept: dict[tuple[str, str, int, str, str], FrozenModel] = {}


def load_frozen_model(
    name: str = EMBEDDED,
    *,
    weights: str = "pretrained",
    seed: int = 0,
    device: Any = "cpu",
    precision: str = "bf16",
    cache_dir: Path | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> FrozenModel:
    """name: `embedded`, a folder, or a hub id. weights: `random` keeps the shape, the tokenizer and nothing else (an ablation).

    The last one is kept: nothing that uses it changes it. UserError where it cannot be found or read.
    """
    import torch
    from transformers import AutoModelForCausalLM

    key = (name, weights, seed, str(device), precision)
    if key in _kept:
        return _kept[key]
    dtype = {"bf16": torch.bfloat16, "fp32": torch.float32, "fp16": torch.float16}[precision]
    backbone, tokenizer, revision = load_backbone(
        name, device=device, dtype=dtype, cache_dir=cache_dir, offline=offline, progress=progress
    )
    if weights == "random":
        with quiet_loading(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = AutoModelForCausalLM.from_config(backbone.config, dtype=torch.float32)
        backbone = fresh.to(device=device, dtype=backbone.dtype).eval().requires_grad_(False)
        revision = f"random-{seed}"
    if str(device).startswith("cpu"):
        # Sequences of 50 tokens: the fused attention's backward pass costs a processor more than plain matrix products.
        backbone.set_attn_implementation("eager")
    _kept.clear()
    _kept[key] = FrozenModel(backbone, tokenizer, name, revision)
    return _kept[key]
