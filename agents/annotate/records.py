"""From nouns and nodes' results to the records of the timeline's JSON."""

from __future__ import annotations

from collections.abc import Iterable

from agents.annotate.context import Context
from agents.annotate.state import State
from agents.language import LanguageModel
from agents.timeline import (
    EvidenceRecord,
    GapRecord,
    LabelRecord,
    ModelRecord,
    RecordingRecord,
    StepRecord,
    StreamRecord,
)
from recordings import Recording, Stream
from tools import Evidence, MotionModel, SoundModel
from tools.labelled_sounds import SoundStore


def recording_record(recording: Recording) -> RecordingRecord:
    """The recording without its samples and without its annotations: those are for evaluation only."""
    return RecordingRecord(
        id=recording.id,
        source=recording.source,
        sha256=recording.sha256,
        duration_s=_milliseconds(recording.duration_s),
        start=None if recording.start is None else recording.start.isoformat(),
        timezone=recording.timezone,
        simulated=recording.simulated,
        streams=[_stream_record(stream) for stream in recording.streams],
        history=[
            StepRecord(step=s.step, reason=s.reason, before=s.before, after=s.after, warning=s.warning)
            for s in recording.history
        ],
    )


def _stream_record(stream: Stream) -> StreamRecord:
    return StreamRecord(
        name=stream.name,
        modality=stream.modality,
        device=stream.device,
        position=stream.position,
        channels=list(stream.channels),
        units=list(stream.units),
        rate_hz=stream.rate_hz,
        n=stream.n,
        start_s=_milliseconds(stream.start_s),
        gaps=[GapRecord(start_s=_milliseconds(g.start_s), end_s=_milliseconds(g.end_s)) for g in stream.gaps],
    )


def evidence_record(found: Evidence) -> EvidenceRecord:
    return EvidenceRecord(
        id=found.id,
        tool=found.tool,
        stream=found.stream,
        channel=found.channel,
        start_s=found.start_s,
        end_s=found.end_s,
        quantity=found.quantity,
        value=found.value,
        unit=found.unit,
        method=found.method,
        model=found.model,
        probability=found.probability,
        alternatives=[LabelRecord(label=a.label, probability=a.probability) for a in found.alternatives],
    )


def referenced(found: Iterable[Evidence], ids: Iterable[str]) -> list[EvidenceRecord]:
    """The records of the evidence that is pointed at, in order of time, then of id; each once."""
    wanted = set(ids)
    chosen = {e.id: e for e in found if e.id in wanted}
    return [evidence_record(e) for e in sorted(chosen.values(), key=lambda e: (e.start_s, e.end_s, e.id))]


def episode_ids(count: int) -> list[str]:
    """`ep-001`, `ep-002`, … in order of time; wider where there are more than 999."""
    width = max(3, len(str(count)))
    return [f"ep-{i:0{width}d}" for i in range(1, count + 1)]


def _milliseconds(seconds: float) -> float:
    return round(float(seconds), 3)


def model_records(context: Context, state: State) -> list[ModelRecord]:
    """The models and labelled sounds that said something about this recording, and the language model if one was there to ask."""
    heard = {p.modality for p in state.get("perceived", {}).values()}
    bench, llm = context.bench, context.llm
    models: list[tuple[str, LanguageModel | MotionModel | SoundModel | SoundStore | None]] = [
        ("motion", bench.motion if "motion" in heard else None),
        *((name, model) for name, model in bench.opinions.items() if name in heard),
        ("sound", bench.sound if "sound" in heard else None),
        ("labelled sounds", bench.sounds if "sound" in heard else None),
        ("language", None if context.settings.fusion == "never" else llm),
    ]
    return [
        ModelRecord(role=role, name=model.name, revision=model.revision, licence=model.licence)
        for role, model in models
        if model is not None
    ]
