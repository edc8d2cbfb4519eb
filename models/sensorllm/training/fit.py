"""One training run of either stage: plan, budget, steps, validation, the best parameters, and the state to resume from."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.backbone import Progress
from models.sensorllm.batches import plan
from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.sensorllm.training.trainer import Batch, PlannedBatches, Schedule, SensorLLMTrainer
from models.training_state import FILE, load_run, save_run, to_go_on

# Timed before a run with a budget: a few steps to warm up, then a few that count.
WARM_STEPS, TIMED_STEPS = 2, 4
# Of a budget; the rest is for reading, validating and writing.
TRAINING_SHARE = 0.9


@dataclass(frozen=True)
class Task:
    """What a stage hands to `fit`.

    lengths: tokens of every example. make: indices → batch. draw: generator → the examples of an epoch. validate: model →
    figures; `better` names the one that chooses and whether more of it is better.
    """

    lengths: Sequence[int]
    make: Callable[[Sequence[int]], Batch]
    draw: Callable[[np.random.Generator], npt.NDArray[np.int64]]
    validate: Callable[[SensorLLMModel], dict[str, float]]
    better: tuple[str, bool]


@dataclass(slots=True)
class FitOutcome:
    """steps done of total, `batch` examples each; seconds a step (on this machine); history of validations; the step whose parameters were kept."""

    steps: int = 0
    total: int = 0
    batch: int = 32
    step_seconds: float = 0.0
    tokens_per_second: float = 0.0
    peak_memory_mb: float = 0.0
    best_step: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


def fit(
    model: SensorLLMModel,
    task: Task,
    folder: Path,
    settings: dict[str, Any],
    *,
    epochs: int,
    seed: int = 0,
    schedule: Schedule | None = None,
    micro_batch: int = 32,
    validations: int = 4,
    budget_minutes: float | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    stop_after: int | None = None,
) -> FitOutcome:
    """Train `model` in place and leave it with its best parameters by validation.

    `budget_minutes` shortens the run (never lengthens it) to what a few timed steps promise. Raises UserError where the
    folder holds a run with other settings. `stop_after` ends this call after so many steps, as an interruption would.
    """
    tick: Progress = progress or (lambda text, share: None)
    schedule = schedule or Schedule()
    micro = min(micro_batch, schedule.batch)
    drawn = len(_epoch(task, micro, seed, 0))
    accumulation = max(1, min(schedule.batch // micro, drawn))
    each = drawn // accumulation
    file = folder / FILE
    found = load_run(file) if resume else None
    total = int(found.state.settings["total"]) if found is not None else epochs * each
    if found is None and budget_minutes is not None:
        total = min(total, _affordable(model, task, folder, schedule, micro, accumulation, seed, budget_minutes))
    settings = {**settings, "seed": seed, "total": total, "batch": schedule.batch, "micro_batch": micro}
    state = to_go_on(folder, found, settings)
    best: dict[str, Tensor] = {}
    moments: dict[str, Tensor] = {}
    if found is not None:
        model.load_state_dict(found.group("model"))
        best, moments = found.group("best"), found.moments
    outcome = FitOutcome(
        state.done, total, schedule.batch, history=state.history, best_step=int(state.outcome.get("best_step", 0))
    )
    micro_batches: list[list[int]] = []
    for epoch in range(-(-total // each)):
        micro_batches += _epoch(task, micro, seed, epoch)[: each * accumulation]
    name, more = task.better
    # Evenly spaced, the last one at the end: the choice must be able to see the whole schedule.
    at_steps = {round(total * (i + 1) / validations) for i in range(validations)}
    began, done_before = time.monotonic(), state.done

    def after(step: int) -> bool:
        if step % 10 == 0:
            speed = (time.monotonic() - began) / (step - done_before)
            tick(f"step {step}/{total} loss {trainer.mean_loss():.3f} {speed:.2f} s a step", step / total)
        if step in at_steps:
            figures = task.validate(model)
            model.train()
            entry = {"step": step, "loss": round(trainer.mean_loss(200), 5), **figures}
            previous = [row[name] for row in state.history]
            if not previous or (figures[name] > max(previous) if more else figures[name] < min(previous)):
                best.clear()
                best.update({k: v.detach().clone() for k, v in model.state_dict().items()})
                state.outcome["best_step"] = outcome.best_step = step
            state.history.append(entry)
            tick(f"step {step}/{total} {entry}", step / total)
        if step in at_steps or step == (stop_after or 0):
            state.done = step
            save_run(file, state, trainer.optimizer, {"model": model.state_dict(), "best": best})
        return stop_after is not None and step >= stop_after

    if state.done < total and (stop_after is None or state.done < stop_after):
        device = model.device
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats()
        rest = micro_batches[state.done * accumulation :]
        trainer = SensorLLMTrainer(
            model,
            PlannedBatches(rest, task.make),
            folder,
            schedule=schedule,
            total=total,
            done=state.done,
            accumulation=accumulation,
            moments=moments,
            after_step=after,
            seed=seed,
        )
        trainer.train()
        outcome.steps = done_before + int(trainer.state.global_step)
        seconds = time.monotonic() - began
        tokens = sum(task.lengths[i] for batch in rest[: (outcome.steps - done_before) * accumulation] for i in batch)
        outcome.step_seconds = seconds / max(1, outcome.steps - done_before)
        outcome.tokens_per_second = tokens / seconds
        outcome.peak_memory_mb = _peak_mb(device)
    if best:
        model.load_state_dict({k: v.to(model.device) for k, v in best.items()})
    model.eval()
    return outcome


def _epoch(task: Task, micro: int, seed: int, epoch: int) -> list[list[int]]:
    rng = np.random.default_rng((seed, 17, epoch))
    drawn = task.draw(rng)
    lengths = [task.lengths[int(i)] for i in drawn]
    return [[int(drawn[i]) for i in batch] for batch in plan(lengths, micro, rng)]


def _affordable(
    model: SensorLLMModel,
    task: Task,
    folder: Path,
    schedule: Schedule,
    micro: int,
    accumulation: int,
    seed: int,
    budget_minutes: float,
) -> int:
    """Steps that fit the budget, timed on a few whose effect is undone."""
    before = {k: v.detach().clone() for k, v in model.state_dict().items()}
    batches = _epoch(task, micro, seed, 0)
    seconds = 0.0
    for count in (WARM_STEPS, TIMED_STEPS):
        chosen = [batches[i % len(batches)] for i in range(count * accumulation)]
        trial = SensorLLMTrainer(
            model,
            PlannedBatches(chosen, task.make),
            folder,
            schedule=schedule,
            total=count,
            accumulation=accumulation,
            seed=seed,
        )
        begun = time.monotonic()
        trial.train()
        float(trial.losses[-1])
        seconds = (time.monotonic() - begun) / count
    model.load_state_dict(before)
    return max(1, int(60 * budget_minutes * TRAINING_SHARE / seconds))


def _peak_mb(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
