"""One network in training: its running average, its optimizer, its steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.motion.configuration_motion import MotionConfig
from models.motion.modeling_motion import MotionForActivityClassification
from models.motion.training.augment import Augmentation, augmented
from models.motion.training.loss import masked_loss
from models.motion.training.sampling import WindowSampler
from models.training_state import SavedRun

Progress = Callable[[str, float], None]
# The loss is told this often; in between nothing waits for the device.
_TELL_EVERY = 50


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything but the data, the seed and the length of a run."""

    batch_size: int = 256
    # An epoch is as many windows as fit into the labelled time side by side at this length.
    epoch_window_s: float = 2.56
    peak_rate: float = 3e-3
    weight_decay: float = 0.03
    warm_up: float = 0.08
    average_decay: float = 0.998
    largest_gradient: float = 2.0
    smoothing: float = 0.03
    # Beta(a, a) mixing of what the branches found, before the head; 0 mixes nothing.
    mixing: float = 0.0
    # The convolutions in bfloat16 train 1.4 times as fast on a recent CPU and more on a GPU; weights stay float32.
    bfloat16: bool = True


class Learner:
    """Model, running average and optimizer of one training."""

    def __init__(self, config: MotionConfig, recipe: Recipe, seed: int, device: torch.device) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.model = MotionForActivityClassification(config).to(device)
        decayed = [p for p in self.model.parameters() if p.ndim > 1]
        plain = [p for p in self.model.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}],
            lr=recipe.peak_rate,
            fused=device.type == "cuda",
        )
        self.average = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        self.recipe, self.device = recipe, device

    def restore(self, found: SavedRun) -> None:
        self.model.load_state_dict(found.group("model"))
        self.average = {k: v.to(self.device) for k, v in found.group("average").items()}
        found.restore(self.optimizer)

    def set_gravity(self, density: npt.NDArray[np.float32]) -> None:
        """Where gravity points at each position, which no step changes."""
        self.average["gravity_density"] = torch.from_numpy(density).to(self.device)
        self.model.gravity_density.copy_(self.average["gravity_density"])

    def averaged(self) -> MotionForActivityClassification:
        """A copy with the running average as its weights, in evaluation mode."""
        copy = MotionForActivityClassification(self.model.config).to(self.device)
        copy.load_state_dict(self.average)
        return copy.eval()

    def epoch(
        self,
        sampler: WindowSampler,
        plan: Augmentation,
        seeds: tuple[int, ...],
        span: tuple[int, int, int],
        tick: Progress,
    ) -> float:
        """Steps `span[0]` to `span[1]` of `span[2]`; all randomness comes from `seeds`. Returns the mean loss."""
        first, last, total = span
        rng = np.random.default_rng(seeds)
        draws = torch.Generator(device=self.device).manual_seed(int(rng.integers(2**62)))
        losses: list[Tensor] = []
        told: list[float] = []
        self.model.train()
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(int(rng.integers(2**62)))
            for step in range(first, last):
                for group in self.optimizer.param_groups:
                    group["lr"] = self._rate(step / total)
                losses.append(self._step(sampler, plan, rng, draws, step))
                if len(losses) == _TELL_EVERY or step == last - 1:
                    told += torch.stack(losses).tolist()
                    losses.clear()
                    tick(f"loss {np.mean(told[-_TELL_EVERY:]):.3f}", (step + 1) / total)
        return float(np.mean(told))

    def _step(
        self, sampler: WindowSampler, plan: Augmentation, rng: np.random.Generator, draws: torch.Generator, step: int
    ) -> Tensor:
        batch = sampler.draw(rng, draws, self.recipe.batch_size)
        windows, position, has_gyro = augmented(batch.windows, batch.position, batch.native_20_hz, plan, draws)
        other, share = None, 1.0
        if self.recipe.mixing > 0:
            share = float(rng.beta(self.recipe.mixing, self.recipe.mixing))
            other = torch.randperm(len(windows), generator=draws, device=self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.bfloat16):
            logits = self.model(windows, position, has_gyro, other, share).logits.float()
        loss = masked_loss(logits, batch.target, batch.known, self.recipe.smoothing).mean()
        if other is not None:
            second = masked_loss(logits, batch.target[other], batch.known[other], self.recipe.smoothing).mean()
            loss = share * loss + (1 - share) * second
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.largest_gradient)
        self.optimizer.step()
        decay = min(self.recipe.average_decay, (1 + step) / (10 + step))
        with torch.no_grad():
            here = self.model.state_dict()
            names = [name for name, value in here.items() if value.is_floating_point()]
            torch._foreach_lerp_([self.average[n] for n in names], [here[n] for n in names], 1 - decay)
            for name, value in here.items():
                if not value.is_floating_point():
                    self.average[name].copy_(value)
        return loss.detach()

    def _rate(self, share: float) -> float:
        if share < self.recipe.warm_up:
            return self.recipe.peak_rate * (0.05 + 0.95 * share / self.recipe.warm_up)
        rest = (share - self.recipe.warm_up) / (1 - self.recipe.warm_up)
        return self.recipe.peak_rate * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * rest)))
