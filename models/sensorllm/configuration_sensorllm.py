"""Shape of the trained parts of SensorLLM, and the names of the frozen ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from transformers import PretrainedConfig

from models.backbone.causal import EMBEDDED

SIX_CHANNELS = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")


class SensorLLMConfig(PretrainedConfig):
    """Configuration of `SensorLLMModel`.

    channels: their order is the order of the blocks and of the marker rows. projector_sizes: hidden widths of the alignment
    MLP, one or two. encoder_size, backbone_size: widths of the frozen ends. backbone, encoder: a name that finds them again
    (`embedded`, `shipped`, a folder or a hub id) with the revision that was trained on. rates_hz, segment_samples: what
    alignment saw. rate_hz, window_samples, labels, position: what tuning saw; no labels after alignment alone.
    text: whether statistics and a question follow the channels (without: the ablation). logit_divisor: of calibration, fitted on
    validation subjects. kinds: of text that alignment was given. answer_tokens: the token ids of its answers, among which the
    loss was normalised and an answer is written; none means the whole vocabulary. fusion_weight: of the log-probabilities
    beside the motion classifier's, fitted on validation subjects. step_tokens: the words for falling, steady and rising that
    rows are read among (none: rows were not taught to be read), step_weight: of that loss beside the answer's. Of tuning,
    pooled_rows: neighbouring rows that become one (1, the paper's: none), backbone_layers: how many layers of the backbone a
    window goes through (0, the paper's: all), by_value: width of the layer through which numbers of the channels reach the rows
    by value (0, the paper's: they are told in the text alone), value_kinds: which numbers (`models/sensorllm/data/values.py`),
    turned_deg: by how many degrees at most training windows were turned (0, the paper's: not at all).
    """

    model_type = "telltale_sensorllm"

    def __init__(
        self,
        channels: Sequence[str] = SIX_CHANNELS,
        backbone: str = EMBEDDED,
        backbone_revision: str = "unknown",
        backbone_size: int = 576,
        encoder: str = "shipped",
        encoder_revision: str = "unknown",
        encoder_size: int = 256,
        projector_sizes: Sequence[int] = (512,),
        stage: str = "align",
        rates_hz: Sequence[float] = (),
        segment_samples: Sequence[int] = (5, 100),
        rate_hz: float = 0.0,
        window_samples: int = 0,
        labels: Sequence[str] = (),
        position: str = "unknown",
        dataset: str = "",
        text: bool = True,
        logit_divisor: float = 1.0,
        kinds: Sequence[str] = ("trend",),
        answer_tokens: Sequence[int] = (),
        fusion_weight: float = 0.0,
        step_tokens: Sequence[int] = (),
        step_weight: float = 0.0,
        pooled_rows: int = 1,
        backbone_layers: int = 0,
        by_value: int = 0,
        value_kinds: Sequence[str] = ("statistics",),
        turned_deg: float = 0.0,
        checkpoint_name: str = "sensorllm",
        revision_name: str = "untrained",
        licence: str = "unknown",
        subjects: Mapping[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.channels = list(channels)
        self.backbone, self.backbone_revision, self.backbone_size = backbone, backbone_revision, backbone_size
        self.encoder, self.encoder_revision, self.encoder_size = encoder, encoder_revision, encoder_size
        self.projector_sizes = list(projector_sizes)
        self.stage = stage
        self.rates_hz = list(rates_hz)
        self.segment_samples = list(segment_samples)
        self.rate_hz, self.window_samples = rate_hz, window_samples
        self.labels = list(labels)
        self.position, self.dataset = position, dataset
        self.text, self.logit_divisor = text, logit_divisor
        self.kinds, self.answer_tokens = list(kinds), list(answer_tokens)
        self.fusion_weight = fusion_weight
        self.step_tokens, self.step_weight = list(step_tokens), step_weight
        self.pooled_rows, self.backbone_layers, self.by_value = pooled_rows, backbone_layers, by_value
        self.value_kinds, self.turned_deg = list(value_kinds), turned_deg
        self.checkpoint_name, self.revision_name, self.licence = checkpoint_name, revision_name, licence
        self.subjects = {name: list(who) for name, who in (subjects or {}).items()}
        super().__init__(**kwargs)
