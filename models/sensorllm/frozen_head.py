"""Next-token cross-entropy through a frozen output head, without ever holding all logits."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

# Positions at once: 2048 × 49,152 logits are 0.4 GB in single precision.
CHUNK = 2048


class _FrozenHeadLoss(torch.autograd.Function):
    """The head learns nothing, so the gradient of the hidden states is known in the forward pass: logits are dropped there."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Tensor, targets: Tensor) -> Tensor:
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        gradient = torch.empty_like(hidden)
        for first in range(0, len(hidden), CHUNK):
            at = slice(first, first + CHUNK)
            logits = (hidden[at] @ head.T).float()
            wanted = targets[at]
            log_sum = torch.logsumexp(logits, dim=1, keepdim=True)
            total += (log_sum[:, 0] - logits.gather(1, wanted[:, None])[:, 0]).sum()
            probability = (logits - log_sum).exp_()
            probability.scatter_add_(1, wanted[:, None], torch.full_like(log_sum, -1.0))
            gradient[at] = probability.to(head.dtype) @ head
        ctx.save_for_backward(gradient / len(hidden))
        return total / len(hidden)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * gradients[0].to(gradient.dtype), None, None


def frozen_head_loss(hidden: Tensor, head: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of hidden (n, D) against token ids (n,) under a head (V, D) that takes no gradient."""
    loss = _FrozenHeadLoss.apply(hidden, head.detach(), targets)  # type: ignore[no-untyped-call]
    assert isinstance(loss, Tensor)
    return loss
