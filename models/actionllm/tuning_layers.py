"""Action tuning (ActionLLM §III-D): a narrow adapter in each layer of a frozen language model that sees in both directions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from models.actionllm.configuration_actionllm import ActionLLMConfig
from recordings import UserError

_PARTS = ("input_layernorm", "self_attn", "post_attention_layernorm", "mlp")


class ActionTuning(nn.Module):
    """Pointwise size → tuning_size, dropout, grouped pointwise back, added to the input; begins as no change.

    The published code also holds a second way back and a router, which its forward pass never uses; they are left out.
    """

    def __init__(self, config: ActionLLMConfig) -> None:
        super().__init__()
        size, narrow, groups = config.backbone_size, config.tuning_size, config.tuning_groups
        self.residual = config.tuning_residual
        self.down = nn.Linear(size, narrow)
        nn.init.xavier_uniform_(self.down.weight)
        nn.init.zeros_(self.down.bias)
        self.dropout = nn.Dropout(config.dropout_rate)
        self.up = nn.Parameter(torch.zeros(groups, narrow // groups, size // groups))
        self.bias = nn.Parameter(torch.zeros(size))

    def forward(self, x: Tensor) -> Tensor:
        kind = x.dtype
        narrow = nn.functional.linear(x, self.down.weight.to(kind), self.down.bias.to(kind))
        grouped = self.dropout(narrow).unflatten(-1, (self.up.shape[0], -1))
        wide = torch.einsum("bngi,gio->bngo", grouped, self.up.to(kind)).flatten(2) + self.bias.to(kind)
        return x + wide if self.residual else wide


def require_llama_type(backbone: Any, name: str) -> None:
    """UserError unless the model's layers are built as Llama's are."""
    base = getattr(backbone, "base_model", None)
    layers = getattr(base, "layers", None)
    if not layers or not hasattr(base, "rotary_emb") or not all(hasattr(layers[0], part) for part in _PARTS):
        raise UserError(
            name,
            expected="a language model of the Llama type (RMS norms, rotary positions)",
            found=type(backbone).__name__,
            cure="name a Llama, SmolLM, Mistral or Qwen model",
        )


def read_both_ways(backbone: Any, adapters: nn.ModuleList, x: Tensor, real: Tensor) -> Tensor:
    """(b, n, size) → (b, n, size): the first len(adapters) layers, everybody seeing everybody that is real, and the final norm.

    real: (b, n) False where a token is padding. Rotary positions count the real tokens alone, so that padding changes nothing.
    """
    base = backbone.base_model
    places = (real.long().cumsum(dim=1) - 1).clamp_min(0)
    turns = base.rotary_emb(x, places)
    # A mask must be given even where all is visible: without one, attention is causal.
    seen = torch.zeros(real.shape, dtype=x.dtype, device=x.device).masked_fill(~real, torch.finfo(x.dtype).min)
    mask = seen[:, None, None, :].expand(-1, 1, x.shape[1], -1)
    for layer, adapter in zip(base.layers, adapters, strict=False):
        normed = adapter(layer.input_layernorm(x))
        x = x + layer.self_attn(hidden_states=normed, position_embeddings=turns, attention_mask=mask)[0]
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    return torch.as_tensor(base.norm(x))
