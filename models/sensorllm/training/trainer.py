"""transformers' `Trainer` for the trained parts: batches planned ahead, state in safetensors, bit-for-bit resuming.

`Trainer`'s own checkpoints hold pickles (optimizer, scheduler, random state); none is written here. All randomness of a run
is in its plan of batches (seed and epoch), so that optimizer moments, parameters and a step number are the whole state.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback

from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.training_state import restore_optimizer

Batch = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The paper's recipe: AdamW, no decay, cosine after a short warm-up; `batch` examples an update."""

    peak_rate: float = 2e-3
    warm_up: float = 0.03
    batch: int = 32
    largest_gradient: float = 1.0

    def share_of_peak(self, step: int, total: int) -> float:
        warm = max(1, round(self.warm_up * total))
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1.0 + math.cos(math.pi * (step - warm) / max(1, total - warm)))


class PlannedBatches(Dataset[Batch]):
    """Micro-batches of a plan, made when asked for. make: indices → the arguments of `forward`."""

    def __init__(self, plan: Sequence[Sequence[int]], make: Callable[[Sequence[int]], Batch]) -> None:
        self.plan, self.make = plan, make

    def __len__(self) -> int:
        return len(self.plan)

    def __getitem__(self, number: int) -> Batch:
        return self.make(self.plan[number])


class _Watch(TrainerCallback):
    def __init__(self, done: int, after_step: Callable[[int], bool]) -> None:
        self.done, self.after_step = done, after_step

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        if self.after_step(self.done + state.global_step):
            control.should_training_stop = True
        return control


class SensorLLMTrainer(Trainer):
    """Trains `model` on a plan of micro-batches, from step `done` of `total` on.

    after_step: called with the number of finished steps; True stops the run. losses: one a micro-batch, on the device.
    """

    def __init__(
        self,
        model: SensorLLMModel,
        batches: PlannedBatches,
        folder: Path,
        *,
        schedule: Schedule,
        total: int,
        done: int = 0,
        accumulation: int = 1,
        moments: Mapping[str, Tensor] | None = None,
        after_step: Callable[[int], bool] = lambda step: False,
        seed: int = 0,
    ) -> None:
        self.schedule, self.total, self.done, self.moments = schedule, total, done, dict(moments or {})
        self.losses: list[Tensor] = []
        arguments = TrainingArguments(
            output_dir=str(folder),
            max_steps=total - done,
            per_device_train_batch_size=1,  # the plan holds whole micro-batches
            gradient_accumulation_steps=accumulation,
            learning_rate=schedule.peak_rate,
            max_grad_norm=schedule.largest_gradient,
            weight_decay=0.0,
            report_to="none",
            save_strategy="no",
            eval_strategy="no",
            logging_strategy="no",
            logging_nan_inf_filter=False,
            disable_tqdm=True,
            remove_unused_columns=False,
            dataloader_pin_memory=False,
            use_cpu=model.device.type == "cpu",
            seed=seed,
        )
        super().__init__(model=model, args=arguments, train_dataset=batches, callbacks=[_Watch(done, after_step)])
        self.remove_callback(PrinterCallback)  # stdout belongs to results

    def get_train_dataloader(self) -> DataLoader[Batch]:
        return DataLoader(self.train_dataset, batch_size=None, shuffle=False)

    def create_optimizer(self, *args: Any, **kwargs: Any) -> torch.optim.Optimizer:
        known: torch.optim.Optimizer | None = getattr(self, "optimizer", None)
        if known is None:
            trained = [p for p in self.model.parameters() if p.requires_grad]
            known = torch.optim.AdamW(trained, lr=self.schedule.peak_rate, weight_decay=0.0)
            if self.moments:
                restore_optimizer(known, self.moments)
            self.optimizer = known
        return known

    def create_scheduler(self, *args: Any, **kwargs: Any) -> Any:
        known = getattr(self, "lr_scheduler", None)
        if known is None:
            known = torch.optim.lr_scheduler.LambdaLR(
                self.create_optimizer(), lambda step: self.schedule.share_of_peak(self.done + step, self.total)
            )
            self.lr_scheduler = known
        return known

    def compute_loss(self, model: Any, inputs: Batch, *args: Any, **kwargs: Any) -> Tensor:
        loss: Tensor = model(**inputs).loss
        self.losses.append(loss.detach())
        return loss

    def mean_loss(self, latest: int = 20) -> float:
        return float(torch.stack(self.losses[-latest:]).mean()) if self.losses else math.nan
