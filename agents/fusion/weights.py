"""The constants of the fusion: fitted on development subjects, stored with where they come from."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.fusion.records import Pattern
from recordings import UserError


class PatternWeights(BaseModel):
    """Constants for one presence pattern.

    motion, sound, neighbours, alike: weights of log-likelihoods (alike: of labelled sounds). embedding, language: weights of z-scores, each z over the
    development episodes (…_mean, …_sd). temperature: divides the sum before the softmax, so that confidences are calibrated.
    gate: `auto` asks the language model below this confidence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    motion: float = Field(ge=0)
    sound: float = Field(ge=0)
    neighbours: float = Field(ge=0)
    alike: float = Field(default=1.0, ge=0)
    embedding: float = Field(ge=0)
    language: float = Field(ge=0)
    embedding_mean: float
    embedding_sd: float = Field(gt=0)
    language_mean: float
    language_sd: float = Field(gt=0)
    temperature: float = Field(gt=0)
    gate: float = Field(ge=0, le=1)


class Provenance(BaseModel):
    """Where the constants come from: data, subjects, method, and what was measured on held-out groups."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str
    data: str
    language_model: str
    groups: int
    episodes: int
    figures: dict[str, float]


class FusionWeights(BaseModel):
    """patterns: constants by presence pattern. labelled_sounds: those of an episode that labelled sounds speak about, by pattern (none: as
    without them). choice_nats: what a choice without likelihoods (an endpoint's) adds to the chosen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    patterns: dict[Pattern, PatternWeights]
    provenance: dict[Pattern, Provenance]
    choice_nats: float = Field(ge=0)
    labelled_sounds: dict[Pattern, PatternWeights] = Field(default_factory=dict)

    def of(self, pattern: Pattern, labelled_sounds: bool = False) -> PatternWeights:
        if labelled_sounds and pattern in self.labelled_sounds:
            return self.labelled_sounds[pattern]
        return self.patterns[pattern]

    @classmethod
    def read(cls, path: Path) -> Self:
        """UserError when the file is not one of ours."""
        try:
            return cls.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, json.JSONDecodeError, ValidationError) as error:
            raise UserError(
                path,
                expected="fusion weights as fit_fusion writes them",
                found=str(error).splitlines()[0],
                cure="fit them again, or leave the setting out for the shipped ones",
            ) from error

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.model_dump(), indent=2, sort_keys=True) + "\n", encoding="utf-8")


@lru_cache(maxsize=1)
def shipped_weights() -> FusionWeights:
    return FusionWeights.read(Path(str(files("agents.fusion").joinpath("weights.json"))))
