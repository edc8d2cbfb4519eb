"""Label sets that the head was never trained on: their text is scored as the answer, beside the fixed head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch

from models.sensorllm.frozen import FrozenParts
from models.sensorllm.modeling_sensorllm import SensorLLMModel
from models.sensorllm.processing_sensorllm import Layout, SensorLLMProcessor
from recordings import UserError

ANSWER = "\nThe person is"


class Opened(Protocol):
    """A checkpoint with its frozen parts: `models.sensorllm.SensorLLM`."""

    model: SensorLLMModel
    processor: SensorLLMProcessor
    frozen: FrozenParts

    @property
    def device(self) -> torch.device: ...
    def layout(self, window: npt.NDArray[np.float32]) -> Layout: ...
    def batch(
        self, layouts: Sequence[Layout], windows: Sequence[npt.NDArray[np.float32]]
    ) -> dict[str, torch.Tensor]: ...


def label_scores(model: Opened, windows: npt.NDArray[np.float32], labels: Sequence[str]) -> npt.NDArray[np.float32]:
    """(n, labels) float32: softmax over labels of the mean log-probability of each label's tokens after the window.

    The average over the windows at hand is taken off each label first, where there are several (a common word would win
    everywhere). UserError for fewer than two labels, or an empty or repeated one.
    """
    words = [label.replace("_", " ").strip() for label in labels]
    if len(words) < 2 or len(set(words)) != len(words) or not all(words):
        raise UserError(
            "labels", expected="two or more different words", found=", ".join(labels) or "none", cure="name them apart"
        )
    scores = _scores(model, windows, words)
    if len(scores) > 1:
        scores -= scores.mean(axis=0, keepdims=True)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


@torch.inference_mode()
def _scores(model: Opened, windows: npt.NDArray[np.float32], words: Sequence[str]) -> npt.NDArray[np.float64]:
    """(n, words): a window's pass is kept as keys and values; behind it only the few tokens of each word are read."""
    backbone = model.frozen.backbone
    head = backbone.get_output_embeddings().weight
    lead = model.processor.ids(ANSWER)
    ids = [model.processor.ids(f" {word}") for word in words]
    longest = max(map(len, ids))
    padded = torch.tensor([row + [0] * (longest - len(row)) for row in ids], device=model.device)
    known = torch.tensor([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in ids], device=model.device)
    out = np.empty((len(windows), len(words)))
    for number, window in enumerate(windows):
        before = _continued(model.layout(window), lead)
        batch = {k: v.to(model.device) for k, v in model.batch([before], [window]).items()}
        embedded = model.model.embed(batch["features"], batch["input_ids"], batch["source"], batch.get("levels"))
        read = backbone.base_model(inputs_embeds=embedded, use_cache=True)
        cache = read.past_key_values
        cache.batch_repeat_interleave(len(words))
        follow = backbone.base_model(input_ids=padded, past_key_values=cache, use_cache=True).last_hidden_state
        states = torch.cat([read.last_hidden_state[:, -1:].expand(len(words), -1, -1), follow[:, :-1]], dim=1)
        logs = (states @ head.T).float().log_softmax(dim=2).gather(2, padded[:, :, None])[:, :, 0]
        out[number] = ((logs * known).sum(dim=1) / known.sum(dim=1)).cpu().numpy()
    return out


def _continued(layout: Layout, ids: Sequence[int]) -> Layout:
    tokens = np.concatenate([layout.tokens, np.array(ids, np.int32)])
    marks = np.concatenate([layout.marks, np.zeros(len(ids), np.int32)])
    return Layout(tokens, marks, len(layout), layout.rows)
