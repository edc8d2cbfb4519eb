"""A trained ActionLLM, asked about sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from models.actionllm.checkpoints import load_trained
from models.actionllm.configuration_actionllm import ActionLLMConfig
from models.actionllm.decoding import Slots
from models.actionllm.frozen import FrozenModel, load_frozen_model
from models.actionllm.modeling_actionllm import ActionLLM
from models.actionllm.processing_actionllm import ActionLLMProcessor
from models.actionllm.streams import FeatureRows, rows_of
from models.backbone import Progress
from models.motion.predictor import pick_device
from recordings import UserError
from recordings.sequences import Segment


@dataclass(slots=True)
class ActionLLMForecaster:
    """`slots`: what the next half of the whole holds."""

    model: ActionLLM
    processor: ActionLLMProcessor

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        device: str = "auto",
        frozen: FrozenModel | None = None,
        cache_dir: Path | None = None,
        offline: bool = False,
        progress: Progress | None = None,
    ) -> ActionLLMForecaster:
        """A checkpoint with the language model that it names. UserError where either is missing, or the model is another one."""
        model = load_trained(folder)
        config: ActionLLMConfig = model.config
        if frozen is None:
            frozen = load_frozen_model(
                config.backbone,
                weights=config.lm_weights,
                seed=config.lm_seed,
                device=pick_device(device),
                precision=config.precision,
                cache_dir=cache_dir,
                offline=offline,
                progress=progress,
            )
        if frozen.size != config.backbone_size or frozen.layers < config.layers:
            raise UserError(
                folder, expected=f"the language model {config.backbone}, {config.backbone_size} wide",
                found=f"one {frozen.size} wide with {frozen.layers} layers", cure="name the model it was trained with",
            )  # fmt: skip
        model.attach(frozen.backbone).to(pick_device(device))
        return cls(model, ActionLLMProcessor(config, frozen.backbone, frozen.tokenizer))

    @property
    def config(self) -> ActionLLMConfig:
        config: ActionLLMConfig = self.model.config
        return config

    @torch.inference_mode()
    def slots(
        self,
        seen: Sequence[Sequence[Segment]],
        totals_s: Sequence[float | None],
        files: Sequence[FeatureRows | None] | None = None,
    ) -> list[Slots]:
        """One forecast for each observed part, each with the whole's length (None where it is not known)."""
        rows = [
            rows_of(segments, total, self.config, files=None if files is None else files[i])
            for i, (segments, total) in enumerate(zip(seen, totals_s, strict=True))
        ]
        batch = {k: v.to(self.model.device) for k, v in self.processor.collate(rows).items() if k != "past"}
        out = self.model.eval()(**batch)
        actions, durations = out.actions.double().cpu().numpy(), out.durations.double().cpu().numpy()
        return [Slots(actions[i], durations[i]) for i in range(len(rows))]
