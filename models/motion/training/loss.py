"""Cross-entropy over sets of leaves, masked to what a data set can know."""

from __future__ import annotations

import torch
from torch import Tensor

# Weight of the term that holds a set to all leaves. Nobody in a gait data set brushed their teeth; without it the
# probability of leaves that a set never recorded would be arbitrary there.
OPEN_WORLD = 0.1
SMOOTHING = 0.03


def masked_loss(logits: Tensor, target: Tensor, known: Tensor, smoothing: float = SMOOTHING) -> Tensor:
    """−log(Σ p over the target's leaves / Σ p over the leaves that the set can know): (n,).

    logits: (n, leaves). target, known: (n, leaves) bool, target ⊆ known. Label smoothing spreads over `known`; a small
    share of the loss divides by all leaves instead.
    """
    blocked = torch.finfo(logits.dtype).min
    hit = logits.masked_fill(~target, blocked).logsumexp(dim=1)
    inside = logits.masked_fill(~known, blocked).logsumexp(dim=1)
    everything = logits.logsumexp(dim=1)
    spread = (logits * known).sum(dim=1) / known.sum(dim=1)
    closed = inside - (1 - smoothing) * hit - smoothing * spread
    return (1 - OPEN_WORLD) * closed + OPEN_WORLD * (everything - hit)
