"""Shape of LIMU-BERT (Xu et al., SenSys 2021) as LLaSA uses it."""

from __future__ import annotations

from typing import Any

from transformers import PretrainedConfig


class LimuBertConfig(PretrainedConfig):
    """Configuration of `LimuBertModel`.

    channels: acceleration (in g) before rotation (rad/s). samples: positions that were learnt; shorter windows use the first.
    layers: how often the one layer is applied, its weights shared. licence: of the weights.
    """

    model_type = "telltale_limubert"

    def __init__(
        self,
        channels: int = 6,
        samples: int = 120,
        rate_hz: float = 20.0,
        hidden_size: int = 72,
        inner_size: int = 144,
        heads: int = 4,
        layers: int = 4,
        norm_epsilon: float = 1e-12,
        revision_name: str = "untrained",
        licence: str = "unknown",
        **kwargs: Any,
    ) -> None:
        self.channels = channels
        self.samples = samples
        self.rate_hz = rate_hz
        self.hidden_size = hidden_size
        self.inner_size = inner_size
        self.heads = heads
        self.layers = layers
        self.norm_epsilon = norm_epsilon
        self.revision_name = revision_name
        self.licence = licence
        super().__init__(**kwargs)
