"""Steps of the alignment MLP without the language model: a hundred times cheaper, and a start for both stages."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from models.sensorllm.modeling_sensorllm import SensorLLMModel

PEAK_RATE = 2e-3


def train_mlp_alone(
    model: SensorLLMModel, loss_of: Callable[[torch.Generator], Tensor], *, steps: int, ramp: int, seed: int
) -> float:
    """AdamW on the MLP in place, cosine after `ramp` steps; the last loss. loss_of: a generator to draw examples with → loss."""
    parts = [model.projector, *([] if model.levels is None else [model.levels])]
    trained = [p for part in parts for p in part.parameters()]
    optimizer = torch.optim.AdamW(trained, lr=PEAK_RATE, weight_decay=0.0)
    generator = torch.Generator().manual_seed(seed)
    loss = torch.zeros(())
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * min(1.0, (step + 1) / ramp) * 0.5 * (1.0 + math.cos(math.pi * step / steps))
        loss = loss_of(generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return float(loss.detach())
