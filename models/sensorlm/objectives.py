"""Losses between windows and texts that know which other pairs are true too, and which cannot be judged."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def sigmoid_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """−mean over rows of Σ log σ(y · logit) (SigLIP). truth: (windows, texts) +1 belongs, −1 does not, 0 cannot be told.

    The original has +1 on the diagonal alone. In a batch of two dozen activities, "Somebody is running." is true of many
    windows; calling that false would teach the opposite.
    """
    said = functional.logsigmoid(truth * logits) * (truth != 0)
    return -said.sum(dim=1).mean()


def softmax_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """CLIP's, in both directions; a row's several true texts share its target."""
    return 0.5 * (_one_way(logits, truth) + _one_way(logits.T, truth.T))


def _one_way(logits: Tensor, truth: Tensor) -> Tensor:
    chances = logits.masked_fill(truth == 0, torch.finfo(logits.dtype).min).log_softmax(dim=1)
    right = truth > 0
    return -((chances * right).sum(dim=1) / right.sum(dim=1).clamp_min(1)).mean()


def caption_losses(logits: Tensor, tokens: Tensor, padding: int) -> Tensor:
    """(n,) mean cross-entropy of each caption's next words. logits: (n, length, words) at each word; tokens: (n, length)."""
    wanted = tokens[:, 1:]
    costs = functional.cross_entropy(
        logits[:, :-1].float().transpose(1, 2), wanted, ignore_index=padding, reduction="none"
    )
    return costs.sum(dim=1) / (wanted != padding).sum(dim=1).clamp_min(1)
