"""Where tuning may start: rows that lean towards the name of their window's activity, learnt without the language model.

A step through the frozen backbone costs a hundred times one through the MLP alone. These steps ask only that the mean row of a
window point to the embedding of its class's words; what channels and statistics tell apart is then left to tuning itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.sensorllm.processing_sensorllm import SensorLLMProcessor
from models.sensorllm.training.mlp_alone import train_mlp_alone

WINDOWS_A_STEP = 64
RAMP_STEPS = 20
# Encoder rows that are averaged before the MLP, to save time; and what the cosine-like scores are multiplied with.
NEIGHBOURS = 8
SHARPNESS = 3.0


def class_words(model: SensorLLMModel, processor: SensorLLMProcessor, labels: Sequence[str]) -> Tensor:
    """(labels, D): directions of the labels' words among the backbone's input embeddings, away from their mean."""
    table = model.backbone.get_input_embeddings().weight
    rows = [table[processor.ids(f" {label.replace('_', ' ')}")].float().mean(dim=0) for label in labels]
    words = torch.stack(rows)
    return nn.functional.normalize(words - words.mean(dim=0), dim=1).to(model.device)


def start_from_classes(
    model: SensorLLMModel,
    processor: SensorLLMProcessor,
    features: Tensor,
    levels: Tensor,
    targets: Sequence[int],
    steps: int,
    seed: int,
) -> float:
    """Train the MLP in place; the last loss (nats, class-weighted as tuning is).

    features: (windows × C × (L + 1), encoder_size), every window of one length. levels: (windows, 2C). targets: a class a window.
    """
    config = model.config
    words = class_words(model, processor, config.labels)
    each = features.view(len(targets), len(config.channels), -1, features.shape[-1])
    truth = torch.tensor(list(targets), device=model.device)

    def loss_of(generator: torch.Generator) -> Tensor:
        drawn = torch.randint(len(truth), (WINDOWS_A_STEP,), generator=generator)
        rows = each[drawn.to(each.device)][:, :, :-1].to(model.device, torch.float32).flatten(0, 1)
        means = nn.functional.avg_pool1d(rows.transpose(1, 2), NEIGHBOURS, ceil_mode=True).transpose(1, 2)
        mean = model.projector(means).view(len(drawn), -1, words.shape[1]).mean(dim=1)
        if model.levels is not None:
            mean = mean + model.levels(levels[drawn].to(model.device))
        return nn.functional.cross_entropy(
            mean @ words.T * SHARPNESS, truth[drawn.to(truth.device)], weight=model.class_weights
        )

    return train_mlp_alone(model, loss_of, steps=steps, ramp=RAMP_STEPS, seed=seed)
