"""Shape of LLaSA: which encoder and backbone, how wide the projector, which low-rank adapter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transformers import PretrainedConfig

from models.backbone.causal import EMBEDDED

# Every linear layer of a Llama-type block (facts of LLaSA §5).
LINEAR_LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class LlasaConfig(PretrainedConfig):
    """Configuration of `LlasaModel`.

    encoder_size, backbone_size: widths of LIMU-BERT's rows and of the language model. samples: that the encoder reads. pool: how
    many of its rows are averaged into one sensor token (1: none, as published; more is a saving for processors). by_value: width of
    the layer that adds the window's measurements to the rows as numbers (0: none, as published). rank, alpha: of the adapter
    (0: none). labels: what the class question was trained on. encoder: LimuBertConfig as a dict.
    logit_divisor, fusion_weight: of label scores and beside the motion classifier, both fitted on validation subjects.
    subjects: who was learnt from, by data set.
    """

    model_type = "telltale_llasa"

    def __init__(
        self,
        backbone: str = EMBEDDED,
        backbone_revision: str = "unknown",
        backbone_size: int = 576,
        encoder_size: int = 72,
        encoder: dict[str, Any] | None = None,
        samples: int = 120,
        pool: int = 1,
        by_value: int = 0,
        rank: int = 16,
        alpha: int = 32,
        adapted: Sequence[str] = LINEAR_LAYERS,
        labels: Sequence[str] = (),
        revision_name: str = "untrained",
        licence: str = "unknown",
        logit_divisor: float = 1.0,
        fusion_weight: float = 0.0,
        subjects: dict[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.backbone = backbone
        self.backbone_revision = backbone_revision
        self.backbone_size = backbone_size
        self.encoder_size = encoder_size
        self.encoder = dict(encoder or {})
        self.samples = samples
        self.pool = pool
        self.by_value = by_value
        self.rank = rank
        self.alpha = alpha
        self.adapted = list(adapted)
        self.labels = list(labels)
        self.revision_name = revision_name
        self.licence = licence
        self.logit_divisor = logit_divisor
        self.fusion_weight = fusion_weight
        self.subjects = {name: list(who) for name, who in (subjects or {}).items()}
        super().__init__(**kwargs)

    @property
    def tokens(self) -> int:
        """Sensor tokens of a window."""
        return self.samples // self.pool
