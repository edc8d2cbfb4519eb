"""The training loop: seeded steps, state in safetensors, bit-for-bit resuming."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.actionllm.examples import ActionLLMPlan, Example, drawn, sampling_weights
from models.actionllm.modeling_actionllm import ActionLLM
from models.actionllm.processing_actionllm import ActionLLMProcessor
from models.actionllm.streams import FeatureRows
from models.backbone import Progress
from models.training_state import FILE, load_run, save_run, to_go_on
from recordings.sequences import SegmentSequence

# Timed before a run with a budget: one step to warm up, then some that count.
TIMED_STEPS = 4
# Of a budget; the rest is for reading and writing.
TRAINING_SHARE = 0.95
# Steps of the mean losses in the history.
_WINDOW = 50


@dataclass(slots=True)
class FitOutcome:
    """steps done of total; seconds a step on this machine; tokens: of the language model a step; history of mean losses."""

    steps: int = 0
    total: int = 0
    step_seconds: float = 0.0
    tokens: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)


class Material:
    """Sequences with their weights and files, and the batch of any step, drawn from the seed and the step alone."""

    def __init__(
        self,
        sequences: Sequence[SegmentSequence],
        plan: ActionLLMPlan,
        processor: ActionLLMProcessor,
        files: Sequence[FeatureRows | None],
        seed: int,
    ) -> None:
        self.sequences, self.plan, self.processor, self.files, self.seed = sequences, plan, processor, files, seed
        self.weights = sampling_weights(sequences)

    def batch(self, step: int) -> dict[str, Tensor]:
        rng = np.random.default_rng((self.seed, 23, step))
        config = self.processor.config
        return self.collate(
            [drawn(rng, self.sequences, self.weights, self.plan, config, self.files) for _ in range(self.plan.batch)]
        )

    def collate(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        batch = self.processor.collate([one.rows for one in examples])
        batch["future"] = torch.from_numpy(np.stack([one.future for one in examples]))
        batch["durations"] = torch.from_numpy(np.stack([one.durations for one in examples]))
        return batch


def fit(
    model: ActionLLM,
    material: Material,
    folder: Path,
    settings: dict[str, Any],
    *,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    stop_after: int | None = None,
    save_every: int = 100,
) -> FitOutcome:
    """Train `model` in place to the last step. budget_minutes shortens the run (never lengthens it) to what a few timed steps
    promise. stop_after ends this call after so many steps, as an interruption would. UserError where the folder holds a run
    with other settings."""
    tick: Progress = progress or (lambda text, share: None)
    plan = material.plan
    each = max(1, plan.per_epoch(len(material.sequences)) // plan.batch)
    file = folder / FILE
    found = load_run(file) if resume else None
    total = plan.epochs * each
    if found is not None:
        total = int(found.state.settings["total"])
    elif budget_minutes is not None:
        seconds = _seconds_a_step(model, material)
        total = max(1, min(total, int(60 * budget_minutes * TRAINING_SHARE / seconds)))
    state = to_go_on(folder, found, {**settings, "total": total})
    optimizer = _optimizer(model, plan)
    if found is not None:
        model.load_state_dict(found.group("model"))
        found.restore(optimizer)
    outcome = FitOutcome(state.done, total, history=state.history)
    warm = max(1, round(plan.warm_up * each * total / (plan.epochs * each)))
    began, before, tokens = time.monotonic(), state.done, 0
    recent: list[Tensor] = []
    model.train()
    for step in range(state.done, total):
        if stop_after is not None and step >= stop_after:
            break
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * share_of_peak(step, warm, total)
        batch = {k: v.to(model.device) for k, v in material.batch(step).items()}
        parts = _step(model, optimizer, batch, plan, (material.seed, step))
        recent = [*recent[-_WINDOW + 1 :], parts]
        tokens += batch["text"].shape[0] * (2 * batch["text"].shape[1] + model.config.queries)
        outcome.steps = state.done = step + 1
        if outcome.steps % _WINDOW == 0 or outcome.steps == total:
            means = [round(float(v), 5) for v in torch.stack(recent).mean(dim=0)]
            state.history.append({"step": outcome.steps, "losses": means})
            speed = (time.monotonic() - began) / (outcome.steps - before)
            tick(f"step {outcome.steps}/{total} loss {sum(means):.3f}, {speed:.2f} s a step", outcome.steps / total)
        if outcome.steps % save_every == 0 or outcome.steps in (total, stop_after or 0):
            save_run(file, state, optimizer, {"model": model.state_dict()})
    outcome.step_seconds = (time.monotonic() - began) / max(1, outcome.steps - before)
    outcome.tokens = tokens / max(1, outcome.steps - before)
    model.eval()
    return outcome


def share_of_peak(step: int, warm: int, total: int) -> float:
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1.0 + math.cos(math.pi * (step - warm) / max(1, total - warm)))


def _step(
    model: ActionLLM,
    optimizer: torch.optim.Optimizer,
    batch: dict[str, Tensor],
    plan: ActionLLMPlan,
    seed: tuple[int, int],
) -> Tensor:
    # Dropout is seeded by the step, so that a run that went on is the run that was never stopped.
    devices = [model.device] if model.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed[0] * 1_000_003 + seed[1])
        out = model(**batch)
        optimizer.zero_grad()
        out.loss.backward()
    trained = [p for group in optimizer.param_groups for p in group["params"]]
    torch.nn.utils.clip_grad_norm_(trained, plan.largest_gradient)
    optimizer.step()
    return torch.as_tensor(out.parts.detach().cpu())


def _optimizer(model: ActionLLM, plan: ActionLLMPlan) -> torch.optim.Optimizer:
    """AdamW; no decay on norms and biases."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": plan.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(plan.beta_1, plan.beta_2))


def _seconds_a_step(model: ActionLLM, material: Material) -> float:
    """Timed on a few steps whose effect is undone."""
    before: dict[str, Tensor] = {k: v.detach().clone() for k, v in model.state_dict().items()}
    optimizer = _optimizer(model, material.plan)

    def step(number: int) -> Tensor:
        batch = {k: v.to(model.device) for k, v in material.batch(number).items()}
        return _step(model, optimizer, batch, material.plan, (0, number))

    model.train()
    float(step(0).sum())
    begun = time.monotonic()
    for number in range(1, TIMED_STEPS + 1):
        float(step(number).sum())
    seconds = (time.monotonic() - begun) / TIMED_STEPS
    model.load_state_dict(before)
    return seconds
