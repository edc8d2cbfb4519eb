"""What a question asks, as data: the plan that is computed, whoever made it (rules, router or a language model)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Intent = Literal[
    "when",
    "how_long",
    "how_many_episodes",
    "share",
    "compare",
    "extreme",
    "most",
    "neighbour",
    "order",
    "at_time",
    "did_i",
    "why",
    "confidence",
    "statistic",
    "count_events",
    "sound",
    "next",
    "summary",
    "distinct",
    "recording",
    "find",
    "look",
    "unclear",
]

Extreme = Literal["first", "last", "longest", "shortest"]
Event = Literal["steps", "cadence", "posture_changes", "impacts", "still_bouts"]
About = Literal["duration", "sensors", "rate", "start", "samples", "gaps", "device", "simulated"]


class Mention(BaseModel):
    """An activity as the question named it.

    text: the user's own words. labels: the vocabulary's labels it stands for (several for "eating" or "stairs");
    empty when it is outside the vocabulary.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    labels: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return bool(self.labels)


class Query(BaseModel):
    """One computable question. Fields that an intent does not use stay None."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intent: Intent
    activity: Mention | None = None
    other: Mention | None = None
    span: tuple[float, float] | None = Field(default=None, description="seconds from the recording's start")
    extreme: Extreme | None = None
    ordinal: int | None = Field(default=None, description="1 for the first, −1 for the last")
    relation: Literal["before", "after"] | None = None
    event: Event | None = None
    quantity: str | None = None
    channel: str | None = None
    sensor: str | None = Field(
        default=None, description="a sensor that the question asks about and the recording lacks"
    )
    about: About | None = None
    words: str | None = Field(default=None, description="the question's own words, for a model that is asked in words")
    comparison: Literal["longer", "shorter", "more_often", "less_often"] | None = None
    understood_by: Literal["rules", "router", "model", "follow_up"] = "rules"
