"""Shape of the trained parts of ActionLLM, every choice that the paper and its code leave open, and the frozen model's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transformers import PretrainedConfig

from models.backbone.causal import EMBEDDED

# The four losses of the paper's equation 16, by what they ask.
LOSSES = ("past_text", "past_features", "action", "duration")
# Field → what it may be. The first is the default.
CHOICES: dict[str, tuple[str, ...]] = {
    "interaction": ("full", "self", "cross", "none"),
    "joining": ("mean", "sum"),
    "positions": ("real", "first"),
    "residual": ("positioned", "plain"),
    "query_initialisation": ("constant", "zero", "normal", "learned"),
    "lm_weights": ("pretrained", "random"),
    "names": ("words", "raw"),
    "sampling": ("segments", "steps"),
    "duration_loss": ("sum", "mean"),
    "stream": ("label_statistics", "files"),
    "precision": ("bf16", "fp32", "fp16"),
}


class ActionLLMConfig(PretrainedConfig):
    """Configuration of `ActionLLM`.

    activities: K of them, in the order of the outputs; K is NONE. feature_size: width of a feature row. layers: of the language
    model, the first so many (0: all).

    Choices, the default first (`CHOICES`): interaction: cross-modal block with self and cross attention, self alone, cross
    alone, or no block. joining: the three attentions averaged with one output projection (the code), or each projected and
    summed (equations 4 to 6). positions: of every step, or the first one's for all (what the code does with a batch of one).
    residual: the interaction is added to the input with its positions (the code) or without (equation 8). lm_weights: as
    published, or drawn at random. names: underscores of activity names as spaces, or raw. sampling: one token an observed
    segment, or one every step_s (50 Salads in the paper: 8 frames of 1/30 s; Breakfast: 6 of 1/15). duration_loss: summed over
    slots (ActionLLM) or their mean (FUTR). stream: features computed from the observed labels, or rows of the user's files. precision: of the language
    model; what is trained is always in 32 bits.

    frozen_heads: the action head and both segmentation heads stay random, as in the published code; the duration head is
    trained. tuning_residual: whether the adapter adds to its input (the code) or replaces it (equation 15). most_tokens: of a
    stream; older ones are left out. boundary_blur: standard deviation of a forecast boundary as a share of the window, when
    slots become probabilities in time. people: whose sequences it was trained on.
    """

    model_type = "telltale_actionllm"

    def __init__(
        self,
        activities: Sequence[str] = (),
        feature_size: int = 8,
        stream: str = "label_statistics",
        backbone: str = EMBEDDED,
        backbone_revision: str = "unknown",
        backbone_size: int = 576,
        layers: int = 0,
        lm_weights: str = "pretrained",
        lm_seed: int = 0,
        queries: int = 20,
        query_initialisation: str = "constant",
        adapter_size: int = 128,
        interaction: str = "full",
        interaction_size: int = 72,
        interaction_heads: int = 9,
        interaction_hidden: int = 256,
        joining: str = "mean",
        positions: str = "real",
        residual: str = "positioned",
        tuning_size: int = 4,
        tuning_groups: int = 2,
        tuning_residual: bool = True,
        dropout_rate: float = 0.1,
        frozen_heads: bool = False,
        losses: Sequence[str] = LOSSES,
        duration_loss: str = "sum",
        names: str = "words",
        sampling: str = "segments",
        step_s: float = 8 / 30,
        most_tokens: int = 96,
        boundary_blur: float = 0.04,
        precision: str = "bf16",
        revision_name: str = "untrained",
        licence: str = "unknown",
        learnt_from: str = "",
        digest: str = "",
        people: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        self.activities, self.feature_size, self.stream = list(activities), feature_size, stream
        self.backbone, self.backbone_revision, self.backbone_size = backbone, backbone_revision, backbone_size
        self.layers, self.lm_weights, self.lm_seed = layers, lm_weights, lm_seed
        self.queries, self.query_initialisation, self.adapter_size = queries, query_initialisation, adapter_size
        self.interaction, self.interaction_size = interaction, interaction_size
        self.interaction_heads, self.interaction_hidden = interaction_heads, interaction_hidden
        self.joining, self.positions, self.residual = joining, positions, residual
        self.tuning_size, self.tuning_groups, self.tuning_residual = tuning_size, tuning_groups, tuning_residual
        self.dropout_rate, self.frozen_heads = dropout_rate, frozen_heads
        self.losses, self.duration_loss = list(losses), duration_loss
        self.names, self.sampling, self.step_s, self.most_tokens = names, sampling, step_s, most_tokens
        self.boundary_blur, self.precision = boundary_blur, precision
        self.revision_name, self.licence = revision_name, licence
        self.learnt_from, self.digest, self.people = learnt_from, digest, list(people)
        super().__init__(**kwargs)
        self._check()

    def _check(self) -> None:
        for field, allowed in CHOICES.items():
            if getattr(self, field) not in allowed:
                raise ValueError(f"{field} must be one of {', '.join(allowed)}, got {getattr(self, field)!r}")
        if set(self.losses) - set(LOSSES) or not {"action", "duration"} <= set(self.losses):
            raise ValueError(
                f"losses must be of {', '.join(LOSSES)}, action and duration among them, got {self.losses}"
            )
        if self.interaction_size % self.interaction_heads:
            raise ValueError(f"interaction_size {self.interaction_size} must divide by {self.interaction_heads} heads")
        if self.tuning_size % self.tuning_groups or self.backbone_size % self.tuning_groups:
            raise ValueError(f"tuning_size and the language model's width must divide by {self.tuning_groups} groups")

    @property
    def none(self) -> int:
        """The number of NONE, which ends a forecast."""
        return len(self.activities)
