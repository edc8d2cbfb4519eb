"""A transformers `pipeline` around SensorLLM: what a library user would call, and what the throughput is measured against."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import Pipeline
from transformers.utils import ModelOutput

from models.sensorllm.predictor import SensorLLM

Result = list[dict[str, float | str]]


class SensorClassificationPipeline(Pipeline):
    """`pipeline(window)` or `pipeline([window, …])`, windows (C, L): [{"label", "score"}, …], most probable first."""

    def __init__(self, sensor: SensorLLM, **kwargs: Any) -> None:
        self.sensor = sensor
        super().__init__(model=sensor.model, tokenizer=sensor.frozen.tokenizer, device=sensor.device, **kwargs)

    def _sanitize_parameters(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {}

    def preprocess(self, window: Any, **kwargs: Any) -> dict[str, Tensor]:
        """Bins, encoder rows and layout of one window."""
        return self.sensor.batch([self.sensor.layout(window)], [window])

    def _forward(self, inputs: dict[str, Tensor], **kwargs: Any) -> ModelOutput:
        return self.model(**inputs)

    def postprocess(self, output: ModelOutput, **kwargs: Any) -> Result:
        """Calibrated probabilities by label."""
        logits = output.logits[0].double() / float(self.sensor.model.config.logit_divisor)
        scores = torch.softmax(logits, dim=0).tolist()
        ranked = sorted(zip(self.sensor.labels, scores, strict=True), key=lambda pair: -pair[1])
        return [{"label": label, "score": score} for label, score in ranked]
