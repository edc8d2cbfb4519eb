"""Closed sets by likelihood: every label's log p after the demanded lead-in, all labels of a window in one pass.

The labels stand one after another behind the question; a mask lets each see the question and itself alone, and positions
are counted as if it stood there alone. The result equals one pass per label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.llasa.data.questions import LEAD_IN, class_question
from models.llasa.data.words import activity
from models.llasa.modeling_llasa import LlasaModel
from models.llasa.prompt import Layout, question_ids


@dataclass(frozen=True, slots=True)
class ScoringPlan:
    """ids: (tokens,) question, lead-in and all labels. predecessor: for each label token, where its prediction is read.

    owner: (label tokens,) which label each belongs to. allowed: (tokens, tokens) who may look at whom. places: positions.
    """

    ids: Tensor
    places: Tensor
    allowed: Tensor
    at: Tensor
    predecessor: Tensor
    owner: Tensor
    labels: tuple[str, ...]
    first: int | None


def scoring_plan(
    layout: Layout, tokenizer: Any, labels: Sequence[str], question: str | None = None, *, sensor: bool = True
) -> ScoringPlan:
    """For the class question over `labels`, or another question answered in the same form."""
    before = question_ids(layout, tokenizer, question or class_question(tuple(labels)), sensor=sensor)
    before += tokenizer.encode(LEAD_IN, add_special_tokens=False)
    ids, places = list(before), list(range(len(before)))
    blocks, at, predecessor, owner = [], [], [], []
    for number, label in enumerate(labels):
        tokens = [*tokenizer.encode(f" {activity(label)}.", add_special_tokens=False), layout.end]
        start = len(ids)
        blocks.append((start, start + len(tokens)))
        for offset in range(len(tokens)):
            at.append(start + offset)
            predecessor.append(start + offset - 1 if offset else len(before) - 1)
            owner.append(number)
        ids += tokens
        places += range(len(before), len(before) + len(tokens))
    allowed = torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    for start, end in blocks:
        allowed[start:end, len(before) : start] = False
    return ScoringPlan(
        torch.tensor(ids),
        torch.tensor(places),
        allowed,
        torch.tensor(at),
        torch.tensor(predecessor),
        torch.tensor(owner),
        tuple(labels),
        layout.first if sensor else None,
    )


@torch.no_grad()
def label_log_likelihoods(
    model: LlasaModel, plan: ScoringPlan, windows: Tensor, batch_size: int = 32
) -> npt.NDArray[np.float64]:
    """windows (n, 120, 6) → (n, labels) summed log p of each label and the end of its turn."""
    device = model.device
    head = model.backbone.get_output_embeddings().weight
    dtype = head.dtype
    mask = torch.zeros(plan.allowed.shape, dtype=dtype, device=device)
    mask.masked_fill_(~plan.allowed.to(device), torch.finfo(dtype).min)
    ids, places = plan.ids.to(device), plan.places.to(device)
    wanted = ids[plan.at.to(device)]
    owner = plan.owner.to(device)
    out = []
    model.eval()
    for at in range(0, len(windows), batch_size):
        part = windows[at : at + batch_size]
        n = len(part)
        embedded = model.embed(part, ids.expand(n, -1), plan.first)
        hidden = model.backbone.base_model(
            inputs_embeds=embedded,
            attention_mask=mask.expand(n, 1, -1, -1),
            position_ids=places.expand(n, -1),
            use_cache=False,
        ).last_hidden_state
        logits = (hidden[:, plan.predecessor.to(device)] @ head.T).float()
        log_p = logits.log_softmax(dim=-1).gather(2, wanted.expand(n, -1)[..., None])[..., 0]
        sums = torch.zeros(n, len(plan.labels), device=device).index_add_(1, owner, log_p)
        out.append(sums.double().cpu().numpy())
    return np.concatenate(out) if out else np.zeros((0, len(plan.labels)))
