"""Shape of a SensorLM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transformers import PretrainedConfig

# Where a device was worn, as the sensor tower is told. `trunk`: hip, waist or pocket with x up, which of them not said.
PLACEMENTS = ("unknown", "hip", "pocket", "waist", "wrist", "trunk")
OBJECTIVES = ("sigmoid", "softmax", "coca")
TEXT_TOWERS = ("sentences", "tokens")
SIGNALS = 12


class SensorLMConfig(PretrainedConfig):
    """Configuration of `SensorLM`.

    front: "motion" reads windows of six axes as twelve signals and their statistics; "grid" reads rows × columns as they are
    (SensorLM's day: 1440 × 26, patches 10 × 2). rows: the most that positions were learnt for. patch_rows, patch_columns: of one
    patch, which is as wide as its stride. text_tower: "sentences" reads frozen MiniLM vectors of sentences with their numbers
    by value; "tokens" is a transformer of its own over the captions' words. objective: sigmoid and softmax are contrastive
    alone, coca adds a captioning decoder. known_labels, known_phrases: what training had words for, whose vectors lie with the
    weights. text_length: words that the token tower reads; caption_length: words that a decoder writes at most. matching: what was learnt about when a text and a window belong together. label_scale: of the log-odds, so that shares
    among labels are as sure as they are right; fusion_weight: of those shares beside the motion classifier's. Both were fitted on
    validation subjects. detail_rank, detail_sizes: of what is measured, before
    it is compared and beside the embedding_size of what is done; detail_share: of a
    vector's square that is for it; timed_share: of that, for when something happens in a window.
    """

    model_type = "telltale_sensorlm"

    def __init__(
        self,
        front: str = "motion",
        rows: int = 256,
        columns: int = SIGNALS,
        rate_hz: float = 50.0,
        patch_rows: int = 16,
        patch_columns: int = 6,
        width: int = 128,
        depth: int = 4,
        heads: int = 4,
        inner_size: int = 256,
        dropout: float = 0.0,
        embedding_size: int = 128,
        text_tower: str = "sentences",
        text_depth: int = 2,
        sentence_size: int = 384,
        vocabulary: Sequence[str] = (),
        text_length: int = 256,
        caption_length: int = 336,
        objective: str = "sigmoid",
        decoder_depth: int = 2,
        caption_weight: float = 2.0,
        initial_scale: float = 10.0,
        initial_bias: float = -10.0,
        placements: Sequence[str] = PLACEMENTS,
        known_labels: Sequence[str] = (),
        known_phrases: Sequence[str] = (),
        matching: dict[str, float] | None = None,
        fusion_weight: float = 0.0,
        label_scale: float = 1.0,
        detail_rank: int = 256,
        detail_sizes: Sequence[int] = (256, 128),
        detail_share: float = 0.67,
        timed_share: float = 0.4,
        checkpoint_name: str = "sensorlm",
        revision_name: str = "untrained",
        licence: str = "unknown",
        **kwargs: Any,
    ) -> None:
        if objective not in OBJECTIVES or text_tower not in TEXT_TOWERS or front not in ("motion", "grid"):
            raise ValueError(f"unknown objective {objective!r}, text tower {text_tower!r} or front {front!r}")
        self.front = front
        self.rows = rows
        self.columns = columns
        self.rate_hz = rate_hz
        self.patch_rows = patch_rows
        self.patch_columns = patch_columns
        self.width = width
        self.depth = depth
        self.heads = heads
        self.inner_size = inner_size
        self.dropout = dropout
        self.embedding_size = embedding_size
        self.text_tower = text_tower
        self.text_depth = text_depth
        self.sentence_size = sentence_size
        self.vocabulary = list(vocabulary)
        self.text_length = text_length
        self.caption_length = caption_length
        self.objective = objective
        self.decoder_depth = decoder_depth
        self.caption_weight = caption_weight
        self.initial_scale = initial_scale
        self.initial_bias = initial_bias
        self.placements = list(placements)
        self.known_labels = list(known_labels)
        self.known_phrases = list(known_phrases)
        self.matching = dict(matching or {})
        self.fusion_weight = fusion_weight
        self.label_scale = label_scale
        self.detail_rank = detail_rank
        self.detail_sizes = list(detail_sizes)
        self.detail_share = detail_share
        self.timed_share = timed_share
        self.checkpoint_name = checkpoint_name
        self.revision_name = revision_name
        self.licence = licence
        super().__init__(**kwargs)

    @property
    def measures(self) -> bool:
        """Whether vectors also hold what is measured, which takes windows of samples and sentences with numbers by value."""
        return self.front == "motion" and self.text_tower == "sentences"

    @property
    def vector_size(self) -> int:
        """Numbers of a window's and of a text's vector."""
        return self.embedding_size + (sum(self.detail_sizes) if self.measures else 0)


def day_config(**changes: Any) -> SensorLMConfig:
    """SensorLM's own layout at small width: 1440 minutes × 26 features, patches of 10 minutes × 2 features, 1872 tokens."""
    shape: dict[str, Any] = {"front": "grid", "rows": 1440, "columns": 26, "patch_rows": 10, "patch_columns": 2}
    return SensorLMConfig(**{**shape, "inner_size": 512, "rate_hz": 1 / 60, **changes})
