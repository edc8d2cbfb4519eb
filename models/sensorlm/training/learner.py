"""Model, running average and optimiser of one training."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from random import Random

import numpy as np
import torch
from torch import Tensor

from models.motion.training.sampling import WindowSampler
from models.sensorlm.configuration_sensorlm import SensorLMConfig
from models.sensorlm.modeling_sensorlm import SensorLM
from models.sensorlm.processing_sensorlm import SensorLMProcessor
from models.sensorlm.training.pairs import Pairs, draw_pairs
from models.sensorlm.training.plan import CaptionPlan, Recipe
from models.training_state import SavedRun

Progress = Callable[[str, float], None]
_TELL_EVERY = 10
# Parameters of what is measured (`models.sensorlm.details`).
MEASURED = re.compile(r"(^|\.)(details|values|detail_heads|measuring)\b")
# A longer window has more patches; so that a step costs about the same, it has fewer of them.
_USUAL_SAMPLES = 128


class Learner:
    """One run's weights. `epoch` is a pure function of them, the seed and the epoch's number."""

    def __init__(
        self,
        config: SensorLMConfig,
        recipe: Recipe,
        seed: int,
        device: torch.device,
        processor: SensorLMProcessor | None = None,
    ) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.model = self._begun(SensorLM(config)).to(device)
        # What is measured has gradients a hundredth as large and a loss of its own: clipped together, it would hardly move.
        named = list(self.model.named_parameters())
        self._halves = [
            [p for name, p in named if (MEASURED.search(name) is not None) is half] for half in (True, False)
        ]
        decayed = [p for p in self.model.parameters() if p.requires_grad and p.ndim > 1]
        plain = [p for p in self.model.parameters() if p.requires_grad and p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}],
            lr=recipe.peak_rate,
            betas=(0.9, recipe.second_moment),
        )
        self.average = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        self.recipe, self.device, self.seed = recipe, device, seed
        self.processor = SensorLMProcessor(config) if processor is None else processor

    def _begun(self, model: SensorLM) -> SensorLM:
        """The model as the run begins with it."""
        return model

    def restore(self, found: SavedRun) -> None:
        self.model.load_state_dict(found.group("model"))
        self.average = {k: v.to(self.device) for k, v in found.group("average").items()}
        found.restore(self.optimizer)

    def averaged(self) -> SensorLM:
        """A copy with the running average as its weights, in evaluation mode."""
        copy = SensorLM(self.model.config).to(self.device)
        copy.load_state_dict(self.average)
        return copy.eval()

    def epoch(
        self, sampler: WindowSampler, plan: CaptionPlan, number: int, span: tuple[int, int, int], tick: Progress
    ) -> float:
        """Steps `span[0]` to `span[1]` of `span[2]`. Returns the mean loss."""
        first, last, total = span
        rng = np.random.default_rng((self.seed, number))
        draws = torch.Generator(device=self.device).manual_seed(int(rng.integers(2**62)))
        words = Random(int(rng.integers(2**62)))
        told: list[float] = []
        self.model.train()
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(int(rng.integers(2**62)))
            for step in range(first, last):
                for group in self.optimizer.param_groups:
                    group["lr"] = self._rate(step / total)
                told.append(self._step(sampler, plan, rng, draws, words, step))
                if (step - first) % _TELL_EVERY == _TELL_EVERY - 1 or step == last - 1:
                    tick(f"loss {np.mean(told[-_TELL_EVERY:]):.3f}", (step + 1) / total)
        return float(np.mean(told))

    def _step(
        self,
        sampler: WindowSampler,
        plan: CaptionPlan,
        rng: np.random.Generator,
        draws: torch.Generator,
        words: Random,
        step: int,
    ) -> float:
        loss = self._loss(draw_pairs(sampler, plan, rng, draws, words, self.recipe.batch_size))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for half in self._halves:
            torch.nn.utils.clip_grad_norm_(half, self.recipe.largest_gradient)
        self.optimizer.step()
        self._follow(step)
        return float(loss.detach())

    def _loss(self, pairs: Pairs) -> Tensor:
        """What a step makes smaller."""
        texts = self.processor(pairs.texts).to(self.device)
        captions = self.processor.captions(pairs.written).to(self.device) if self.processor.writes else None
        model = self.model
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.bfloat16):
            windows, tokens = model.embed_windows(pairs.batch)
            said = model.embed_texts(texts)
            captioning = None if captions is None else model.captioning(model.memory(pairs.batch, tokens), captions)
        return model.losses(windows, said, pairs.truth, captioning)["loss"]

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        """The running average moves towards the weights."""
        decay = min(self.recipe.average_decay, (1 + step) / (10 + step))
        here = self.model.state_dict()
        names = [name for name, value in here.items() if value.is_floating_point()]
        torch._foreach_lerp_([self.average[n] for n in names], [here[n] for n in names], 1 - decay)
        for name, value in here.items():
            if not value.is_floating_point():
                self.average[name].copy_(value)

    def _rate(self, share: float) -> float:
        if share < self.recipe.warm_up:
            return self.recipe.peak_rate * (0.02 + 0.98 * share / self.recipe.warm_up)
        rest = (share - self.recipe.warm_up) / (1 - self.recipe.warm_up)
        return self.recipe.peak_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * rest)))


class DecoderLearner(Learner):
    """A captioning decoder alone, on the towers of a trained model, which stay as they are."""

    def __init__(
        self,
        start: SensorLM,
        config: SensorLMConfig,
        recipe: Recipe,
        seed: int,
        device: torch.device,
        processor: SensorLMProcessor | None = None,
    ) -> None:
        self._start = start.state_dict()
        super().__init__(config, recipe, seed, device, processor)

    def _begun(self, model: SensorLM) -> SensorLM:
        fresh = {name: value for name, value in model.state_dict().items() if name.startswith("decoder.")}
        model.load_state_dict({**fresh, **{k: v for k, v in self._start.items() if not k.startswith("decoder.")}})
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name.startswith("decoder."))
        return model

    def _loss(self, pairs: Pairs) -> Tensor:
        model = self.model.eval()
        captions = self.processor.captions(pairs.written).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.bfloat16):
            with torch.no_grad():
                tokens = model.embed_windows(pairs.batch)[1]
            return model.captioning(model.memory(pairs.batch, tokens), captions)
