"""What travels along the graph: ids and small records, never samples, probabilities or embeddings (those stay in the Bench)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypedDict, TypeVar

from agents.segmentation import Segment
from agents.timeline import EpisodeRecord, ExemplarRecord, ForecastRecord, SentenceRecord, VerificationRecord
from tools import Evidence

T = TypeVar("T")

# "motion", "sound", or an expert of `tools.OPINIONS`.
ModalityName = str


@dataclass(frozen=True, slots=True)
class Perceived:
    """That one stream was perceived: by which model, in how many windows, how many of them usable."""

    modality: ModalityName
    stream: str
    revision: str
    windows: int
    usable: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence before verification, the evidence under it, and the template that stands in should it fail."""

    sentence: str
    evidence: tuple[str, ...]
    template: str


def united(left: dict[str, T], right: dict[str, T]) -> dict[str, T]:
    """Both; the right one's value where they share a key. Sorted, so that parallel nodes leave one order."""
    both = {**left, **right}
    return {key: both[key] for key in sorted(both)}


class Branch(TypedDict):
    """What one branch of the perceive node is told."""

    recording_id: str
    modality: ModalityName


class State(TypedDict, total=False):
    """Lists run in step with `segments`: entry i is about episode i."""

    recording_id: str
    perceived: Annotated[dict[str, Perceived], united]
    segments: list[Segment]
    joinings: int
    evidence: Annotated[dict[str, Evidence], united]
    said: list[tuple[str, ...]]
    exemplars: list[tuple[ExemplarRecord, ...]]
    votes: list[dict[str, float]]
    alike: list[dict[str, float]]
    episodes: list[EpisodeRecord]
    forecast: list[ForecastRecord]
    drafts: list[tuple[Draft, ...]]
    sentences: list[tuple[SentenceRecord, ...]]
    verification: VerificationRecord
    timings: Annotated[dict[str, float], united]
