"""Shape of the motion classifier, and what travels with its weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transformers import PretrainedConfig

from models.motion.taxonomy import LEAVES, POSITIONS


class MotionConfig(PretrainedConfig):
    """Configuration of `MotionForActivityClassification`.

    leaves, positions: the order of the logits and of the position embedding. rate_hz: every window is resampled to it.
    widths: channels of the residual stages. statistics_size: units of the window-statistics branch. embedding_size: of one
    network. axis_dropout: chance in training that the convolutions do not see the device's own axes. members: networks pooled.
    temperatures: kind of stream (`taxonomy.KINDS`) → divisor of the networks' logits, fitted on people they never saw. pool: kind →
    weights of the networks' and the experts' logits, which replace the division where there is a gyroscope. licence: of the weights.
    """

    model_type = "telltale_motion"

    def __init__(
        self,
        leaves: Sequence[str] = LEAVES,
        positions: Sequence[str] = POSITIONS,
        rate_hz: float = 50.0,
        stem_width: int = 32,
        widths: Sequence[int] = (48, 80, 128),
        statistics_size: int = 128,
        embedding_size: int = 192,
        position_size: int = 16,
        dropout: float = 0.3,
        axis_dropout: float = 0.0,
        members: int = 1,
        temperatures: dict[str, float] | None = None,
        pool: dict[str, list[float]] | None = None,
        checkpoint_name: str = "motion",
        revision_name: str = "untrained",
        licence: str = "unknown",
        **kwargs: Any,
    ) -> None:
        self.leaves = list(leaves)
        self.positions = list(positions)
        self.rate_hz = rate_hz
        self.stem_width = stem_width
        self.widths = list(widths)
        self.statistics_size = statistics_size
        self.embedding_size = embedding_size
        self.position_size = position_size
        self.dropout = dropout
        self.axis_dropout = axis_dropout
        self.members = members
        self.temperatures = dict(temperatures or dict.fromkeys(positions, 1.0))
        self.pool = {kind: [float(w) for w in weights] for kind, weights in (pool or {}).items()}
        self.checkpoint_name = checkpoint_name
        self.revision_name = revision_name
        self.licence = licence
        super().__init__(**kwargs)
