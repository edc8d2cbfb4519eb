"""Greedy answers: the windows of a batch share one question, so nothing is padded."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.llasa.modeling_llasa import LlasaModel
from models.llasa.prompt import Layout, question_ids


@torch.inference_mode()
def write(
    model: LlasaModel,
    layout: Layout,
    tokenizer: Any,
    windows: Tensor,
    question: str,
    most_tokens: int,
    *,
    sensor: bool = True,
) -> list[str]:
    """One text a window (n, 120, 6), ended by the end of the turn or `most_tokens`. sensor False: the windows are not shown."""
    backbone, n = model.backbone, len(windows)
    ids = torch.tensor(question_ids(layout, tokenizer, question, sensor=sensor), device=windows.device)
    shown = model.embed(windows if sensor else None, ids.expand(n, -1), layout.first)
    read = backbone.base_model(inputs_embeds=shown, use_cache=True)
    cache, state = read.past_key_values, read.last_hidden_state[:, -1]
    head = backbone.get_output_embeddings().weight
    said = torch.full((n, 0), layout.end, dtype=torch.long, device=windows.device)
    open_turn = torch.ones(n, dtype=torch.bool, device=windows.device)
    for _ in range(most_tokens):
        token = (state @ head.T).argmax(dim=1)
        token = torch.where(open_turn, token, torch.full_like(token, layout.end))
        open_turn &= token != layout.end
        if not open_turn.any():
            break
        said = torch.cat([said, token[:, None]], dim=1)
        step = backbone.base_model(input_ids=token[:, None], past_key_values=cache, use_cache=True)
        cache, state = step.past_key_values, step.last_hidden_state[:, -1]
    return [
        str(tokenizer.decode([t for t in row.tolist() if t != layout.end], skip_special_tokens=True)).strip()
        for row in said
    ]
