"""Every knob that can change a timeline. All of them are written into its `settings`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FusionMode = Literal["auto", "always", "never"]

# Tuned on HAPT's training subjects with out-of-fold window probabilities (docs/graph.md has the table): the six
# activities' frame-level macro-F1 is flat (within 0.3 points) from 1 to 3 nats and falls beyond 4.
SWITCH_COST_NATS = 2.0
MINIMUM_EPISODE_S = 5.0
# Postural transitions last about three seconds, from the first to the last lean.
MINIMUM_TRANSITION_S = 1.0
# Sounds come and go inside one activity: a sound window counts a quarter of a motion window when boundaries are sought.
SOUND_WEIGHT = 0.25
# Below this confidence an episode's activity is not named. Out of fold, episodes of 0.3 to 0.4 are right 54 % of the
# time, of 0.4 to 0.5 67 %, of 0.9 and more 96 %: from 0.3 on a named activity is more often right than wrong.
UNKNOWN_BELOW = 0.3
# What it costs when a postural transition and its neighbour contradict each other. Out of fold, 1 to 3 nats are alike
# (96.4 against 95.4 without).
POSTURE_COST_NATS = 1.0


class AnnotateSettings(BaseModel):
    """What `annotate` may be told. window_s and stride_s must be the Bench's own.

    fusion: `always` asks the language model about every episode, `never` about none, `auto` only where the modality
    models and the neighbours do not already agree. llm: the specification the model was opened with (for the record).
    explain: whether a model that decided an episode may also word its lead sentence. exclude_subject,
    exclude_recording: never recall their exemplars and sounds; a data-set recording's own subject is excluded whatever is set.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fusion: FusionMode = "auto"
    llm: str | None = "embedded"
    explain: Literal["template", "llm"] = "template"
    window_s: float = Field(default=2.56, gt=0, le=60)
    stride_s: float = Field(default=1.28, gt=0, le=60)
    minimum_episode_s: float = Field(default=MINIMUM_EPISODE_S, ge=0, le=3600)
    minimum_transition_s: float = Field(default=MINIMUM_TRANSITION_S, ge=0, le=3600)
    switch_cost: float = Field(default=SWITCH_COST_NATS, ge=0)
    sound_weight: float = Field(default=SOUND_WEIGHT, ge=0)
    gap_s: float = Field(default=2.0, gt=0)
    refine_boundaries: bool = True
    posture_cost: float = Field(default=POSTURE_COST_NATS, ge=0)
    unknown_below: float = Field(default=UNKNOWN_BELOW, ge=0, le=1)
    neighbours: int = Field(default=5, ge=0, le=100)
    exclude_subject: str | None = None
    exclude_recording: str | None = None
    forecast_horizon_s: float = Field(default=300.0, gt=0)

    @model_validator(mode="after")
    def _stride_within_window(self) -> Self:
        if self.stride_s > self.window_s:
            raise ValueError(f"stride {self.stride_s} s leaves samples between windows of {self.window_s} s unseen")
        return self

    def recorded(self) -> dict[str, str | int | float | bool | None]:
        """The settings as they stand in the timeline."""
        return dict(self.model_dump(mode="json"))
