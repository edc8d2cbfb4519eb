"""The JSON that other programs may rely on: a recording's timeline. Additive changes only; `SCHEMA_VERSION` rises with each."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1

Status = Literal["known", "unknown", "no_data"]
DecidedBy = Literal["llm", "pool", "neighbours", "single_modality", "none"]
Verdict = Literal["supported", "rewritten", "template"]


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GapRecord(Record):
    start_s: float
    end_s: float


class StreamRecord(Record):
    name: str
    modality: str
    device: str
    position: str | None
    channels: list[str]
    units: list[str]
    rate_hz: float
    n: int
    start_s: float
    gaps: list[GapRecord]


class StepRecord(Record):
    step: str
    reason: str
    before: str
    after: str
    warning: bool


class RecordingRecord(Record):
    id: str
    source: str
    sha256: str
    duration_s: float
    start: str | None
    timezone: str | None
    simulated: bool
    streams: list[StreamRecord]
    history: list[StepRecord]


class ModelRecord(Record):
    role: str
    name: str
    revision: str
    licence: str


class LabelRecord(Record):
    label: str
    probability: float


class ActivityRecord(Record):
    activity: str
    probability: float


class WithoutRecord(Record):
    """What the decision would have been without this modality."""

    activity: str
    confidence: float


class ModalityRecord(Record):
    """What one modality said alone, the weight it had, and the decision without it. `pool` is the log-linear control."""

    name: str
    top: list[LabelRecord]
    weight: float
    without: WithoutRecord | None


class ExemplarRecord(Record):
    id: str
    label: str
    subject: str
    distance: float


class SentenceRecord(Record):
    sentence: str
    evidence: list[str]
    verdict: Verdict


class EpisodeRecord(Record):
    """One stretch of one activity. Episodes tile the recorded span; `unknown` and `no_data` are honest values.

    pool: what the log-linear pool of the measured sources says, the control beside the decision. reason: why the language
    model was or was not asked, what went wrong when it was, or why there is no activity.
    """

    id: str
    start_s: float
    end_s: float
    activity: str
    confidence: float
    status: Status
    alternatives: list[ActivityRecord]
    decided_by: DecidedBy
    agreement: float
    modalities: list[ModalityRecord]
    exemplars: list[ExemplarRecord]
    explanation: list[SentenceRecord]
    pool: ActivityRecord | None = None
    reason: str = ""


class ForecastBasis(Record):
    observed_s: float
    method: str


class ForecastRecord(Record):
    """What comes next. `interval_s` holds the start time nine times in ten, measured on people left out. `from_` says on how much observation it rests."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    activity: str
    start_s: float
    duration_s: float | None
    probability: float
    interval_s: tuple[float, float] | None
    from_: ForecastBasis = Field(alias="from")


class EvidenceRecord(Record):
    """alternatives: a model's next labels, most probable first, so that whatever an explanation quotes stands here."""

    id: str
    tool: str
    stream: str
    channel: str | None
    start_s: float
    end_s: float
    quantity: str
    value: float | int | str | bool
    unit: str
    method: str
    model: str | None
    probability: float | None
    alternatives: list[LabelRecord] = Field(default_factory=list)


class VerificationRecord(Record):
    sentences: int
    supported: int
    rewritten: int
    templated: int
    unsupported_printed: int


class TimelineRecord(Record):
    schema_version: int = SCHEMA_VERSION
    recording: RecordingRecord
    settings: dict[str, str | int | float | bool | None]
    models: list[ModelRecord]
    episodes: list[EpisodeRecord]
    forecast: list[ForecastRecord]
    evidence: list[EvidenceRecord]
    verification: VerificationRecord
    timings: dict[str, float]

    def without_timings(self) -> TimelineRecord:
        """The same timeline but for what a clock measured: equal for equal input, settings and revisions, byte by byte."""
        return self.model_copy(update={"timings": {}})


class ClaimRecord(Record):
    text: str
    value: float | int | str | bool | None
    unit: str | None
    evidence: list[str]
    verdict: Verdict


class QueryRecord(Record):
    """One computation behind an answer, in the order it was run."""

    tool: str
    arguments: dict[str, str | int | float | bool | None]
    result: str | int | float | bool | None


class AnswerRecord(Record):
    schema_version: int = SCHEMA_VERSION
    question: str
    answer: str
    status: Literal["answered", "no_data", "cannot_tell", "needs_clarification"]
    claims: list[ClaimRecord]
    queries: list[QueryRecord]
    evidence: list[EvidenceRecord]
    models: list[ModelRecord]
    timings: dict[str, float]
