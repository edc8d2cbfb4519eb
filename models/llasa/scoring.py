"""Closed sets by likelihood: every label's log p after the demanded lead-in, all labels of a window in one pass.

The labels stand behind the question as a tree of tokens ("walking" once, with "upstairs" and "downstairs" below it); a mask
lets each token see the question and its own ancestors alone, and positions are counted as if its label stood there alone.
The result equals one pass per label.
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
    """ids: (tokens,) question, lead-in and the tree of labels. places: their positions. allowed: (tokens, tokens) who may
    look at whom. Of every token of every label: wanted, its id; predecessor, where it is predicted; owner, its label.
    """

    ids: Tensor
    places: Tensor
    allowed: Tensor
    wanted: Tensor
    predecessor: Tensor
    owner: Tensor
    labels: tuple[str, ...]
    first: int | None


def scoring_plan(
    layout: Layout, tokenizer: Any, labels: Sequence[str], question: str | None = None, *, sensor: bool = True
) -> ScoringPlan:
    """For the class question over `labels`, or another question answered in the same form. A label ends with its full stop."""
    before = question_ids(layout, tokenizer, question or class_question(tuple(labels)), sensor=sensor)
    before += tokenizer.encode(LEAD_IN, add_special_tokens=False)
    ids, places = list(before), list(range(len(before)))
    nodes: dict[tuple[int, ...], int] = {}
    ancestors: list[list[int]] = []
    wanted, predecessor, owner = [], [], []
    for number, label in enumerate(labels):
        tokens = tuple(tokenizer.encode(f" {activity(label)}.", add_special_tokens=False))
        at, above = len(before) - 1, list[int]()
        for depth, token in enumerate(tokens):
            wanted.append(token)
            predecessor.append(at)
            owner.append(number)
            if depth + 1 == len(tokens):
                break
            path = tokens[: depth + 1]
            if path not in nodes:
                nodes[path] = len(ids)
                ids.append(token)
                places.append(len(before) + depth)
                ancestors.append([*above, nodes[path]])
            at = nodes[path]
            above.append(at)
    allowed = torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    for row, seen in zip(range(len(before), len(ids)), ancestors, strict=True):
        allowed[row, len(before) :] = False
        allowed[row, seen] = True
    return ScoringPlan(
        torch.tensor(ids),
        torch.tensor(places),
        allowed,
        torch.tensor(wanted),
        torch.tensor(predecessor),
        torch.tensor(owner),
        tuple(labels),
        layout.first if sensor else None,
    )


@torch.no_grad()
def label_log_likelihoods(
    model: LlasaModel, plan: ScoringPlan, windows: Tensor, batch_size: int = 16
) -> npt.NDArray[np.float64]:
    """windows (n, 120, 6) → (n, labels) summed log p of each label and its full stop."""
    device = model.device
    head = model.backbone.get_output_embeddings().weight
    dtype = head.dtype
    mask = torch.zeros(plan.allowed.shape, dtype=dtype, device=device)
    mask.masked_fill_(~plan.allowed.to(device), torch.finfo(dtype).min)
    ids, places = plan.ids.to(device), plan.places.to(device)
    wanted, owner = plan.wanted.to(device), plan.owner.to(device)
    read, which = plan.predecessor.to(device).unique(return_inverse=True)  # type: ignore[no-untyped-call]
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
        logits = (hidden[:, read] @ head.T).float()
        log_p = logits[:, which, wanted] - logits.logsumexp(dim=-1)[:, which]
        sums = torch.zeros(n, len(plan.labels), device=device).index_add_(1, owner, log_p)
        out.append(sums.double().cpu().numpy())
    return np.concatenate(out) if out else np.zeros((0, len(plan.labels)))
