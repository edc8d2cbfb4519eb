"""Where alignment may start: rows turned towards the words of their steps before the language model is asked at all."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.sensorllm.modeling_sensorllm import END_SHARE, SensorLLMModel, ends_of
from models.sensorllm.training.mlp_alone import train_mlp_alone

ROWS_A_STEP = 2048
RAMP_STEPS = 30


def start_from_steps(model: SensorLLMModel, features: Tensor, wanted: Tensor, steps: int, seed: int) -> float:
    """Turn the MLP's rows towards the input embeddings of their words; the last loss (nats).

    features (rows, encoder_size) and wanted (rows,) as in training, −100 ignored; a quarter of each step are series' ends. A minute; the language model then starts from
    rows that it half understands.
    """
    words = model.backbone.get_input_embeddings().weight[torch.tensor(model.config.step_tokens)]
    words = nn.functional.normalize((words - words.mean(0)).float(), dim=1).to(model.device)
    at_end = ends_of(wanted)
    parts = [torch.nonzero(rows)[:, 0] for rows in ((wanted >= 0) & ~at_end, at_end)]
    counts = (round((1.0 - END_SHARE) * ROWS_A_STEP), round(END_SHARE * ROWS_A_STEP))

    def loss_of(generator: torch.Generator) -> Tensor:
        rows = torch.cat(
            [
                part[torch.randint(len(part), (count,), generator=generator)]
                for part, count in zip(parts, counts, strict=True)
            ]
        )
        said = model.projector(features[rows.to(features.device)].to(model.device, torch.float32)) @ words.T
        return nn.functional.cross_entropy(said, wanted[rows].to(model.device))

    return train_mlp_alone(model, loss_of, steps=steps, ramp=RAMP_STEPS, seed=seed)
